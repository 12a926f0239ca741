import { type Request, type Response, Router } from 'express'
import { getAuth } from '@ementech/security'
import { z } from 'zod'
import type { Security } from '../security.js'
import type { Account, Accounts } from '../services/accounts.js'

const registration = z.object({
  name: z.string().trim().min(1).max(80),
  email: z.email().max(254),
  password: z.string().min(8).max(200),
})
const credentials = z.object({ email: z.string().max(254), password: z.string().max(1024) })

export function accountRoutes({ security, accounts }: { security: Security; accounts: Accounts }): Router {
  const { validate, sessions, authenticate } = security
  const router = Router()

  const registering = validate({ body: registration })
  router.post('/register', registering, async (req, res) => {
    await signIn(req, res, 201, await accounts.register(registering.of(req).body))
  })

  const signingIn = validate({ body: credentials })
  router.post('/login', signingIn, async (req, res) => {
    await signIn(req, res, 200, await accounts.checkPassword(signingIn.of(req).body))
  })

  router.post('/refresh', async (req, res) => {
    res.json(await sessions.renew(req, res))
  })

  router.post('/logout', async (req, res) => {
    await sessions.end(req, res)
    res.status(204).end()
  })

  router.get('/me', authenticate(), async (req, res) => {
    res.json({ user: await accounts.byId(getAuth(req).sub) })
  })

  return router

  async function signIn(req: Request, res: Response, status: number, user: Account) {
    const grant = await sessions.start(req, res, { sub: user.id, roles: user.roles })
    res.status(status).json({ ...grant, user })
  }
}
