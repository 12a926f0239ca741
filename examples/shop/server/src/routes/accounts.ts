import { type Request, type Response, Router } from 'express'
import { authLimit, getAuth, loginLimit } from '@ementech/security'
import { z } from 'zod'
import type { Env } from '../env.js'
import { languageOf } from '../mail/language.js'
import { ShopError } from '../problem.js'
import type { Security } from '../security.js'
import type { Account, Accounts } from '../services/accounts.js'

const registration = z.object({
  name: z.string().trim().min(1).max(80),
  email: z.email().max(254),
  password: z.string().min(8).max(200),
})
const credentials = z.object({ email: z.string().max(254), password: z.string().max(1024) })

interface AccountRoutes {
  env: Env
  security: Security
  accounts: Accounts
}

export function accountRoutes({ env, security, accounts }: AccountRoutes): Router {
  const { validate, sessions, authenticate, rateLimit } = security
  const window = { windowSeconds: Math.ceil(env.RATE_LIMIT_AUTH_WINDOW_MS / 1000) }
  const registrations = rateLimit(
    authLimit({ ...window, name: 'register', limit: env.RATE_LIMIT_AUTH_MAX * 4 }),
  )
  const logins = rateLimit(
    loginLimit((req) => (req.body as { email?: unknown } | undefined)?.email, {
      ...window,
      limit: env.RATE_LIMIT_AUTH_MAX,
    }),
  )
  const router = Router()

  const registering = validate({ body: registration })
  router.post('/register', registrations, registering, async (req, res) => {
    await signIn(
      req,
      res,
      201,
      await accounts.register({ ...registering.of(req).body, language: languageOf(req) }),
    )
  })

  const signingIn = validate({ body: credentials })
  router.post('/login', logins, signingIn, async (req, res) => {
    await signIn(req, res, 200, await accounts.checkPassword(signingIn.of(req).body))
  })

  router.post('/refresh', async (req, res) => {
    res.json(await sessions.renew(req, res))
  })

  router.post('/logout', async (req, res) => {
    await sessions.end(req, res)
    res.status(204).end()
  })

  /** Access tokens that are about live on for their few minutes; nothing renews them. */
  router.post('/logout-everywhere', authenticate(), async (req, res) => {
    await sessions.endAll(getAuth(req).sub)
    await sessions.end(req, res)
    res.status(204).end()
  })

  router.get('/sessions', authenticate(), async (req, res) => {
    const { sub, sid } = getAuth(req)
    const found = await sessions.list(sub)
    res.json({ sessions: found.map((session) => ({ ...session, current: session.id === sid })) })
  })

  const revoking = validate({ params: z.object({ id: z.string().max(100) }) })
  router.delete('/sessions/:id', authenticate(), revoking, async (req, res) => {
    const revoked = await sessions.revoke(getAuth(req).sub, revoking.of(req).params.id)
    if (!revoked) throw new ShopError(404, 'SESSION_NOT_FOUND', 'This device is signed out already.')
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
