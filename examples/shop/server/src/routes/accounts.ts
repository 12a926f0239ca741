import { randomUUID } from 'node:crypto'
import { type Request, type Response, Router } from 'express'
import { authLimit, getAuth, loginLimit } from '@ementech/security'
import { z } from 'zod'
import type { Env } from '../env.js'
import { languageOf } from '../mail/language.js'
import { resetLetter } from '../mail/reset.js'
import { ShopError } from '../problem.js'
import type { Security } from '../security.js'
import type { Account, Accounts } from '../services/accounts.js'
import type { Mails } from '../services/mails.js'

const address = z.string().trim().max(254)
const registration = z.object({
  name: z.string().trim().min(1).max(80),
  email: address.pipe(z.email()),
  password: z.string().min(8).max(200),
})
const credentials = z.object({ email: address, password: z.string().max(1024) })

interface AccountRoutesOptions {
  env: Env
  security: Security
  accounts: Accounts
  mails: Pick<Mails, 'add'>
  /** Ends the live connections of a user; those whose session lives come back. */
  hangUp: (userId: string) => void
}

export function accountRoutes({ env, security, accounts, mails, hangUp }: AccountRoutesOptions): Router {
  const { validate, sessions, lockout, passwordReset, rateLimit } = security
  const authenticated = security.authenticate({ checkSession: true })
  // Lockout counts what fails; these count everything, since each costs a hash or a mail.
  const limits = {
    limit: env.RATE_LIMIT_AUTH_MAX * 4,
    windowSeconds: Math.ceil(env.RATE_LIMIT_AUTH_WINDOW_MS / 1000),
  }
  const limited = rateLimit(authLimit(limits))
  const logins = rateLimit(loginLimit((req) => (req.body as { email?: unknown } | undefined)?.email, limits))
  const router = Router()

  const registering = validate({ body: registration })
  router.post('/register', limited, registering, async (req, res) => {
    await signIn(
      req,
      res,
      201,
      await accounts.register({ ...registering.of(req).body, language: languageOf(req) }),
    )
  })

  const signingIn = validate({ body: credentials })
  router.post('/login', logins, signingIn, async (req, res) => {
    const { email, password } = signingIn.of(req).body
    const user = await lockout.attempt(req, res, email, () => accounts.byPassword({ email, password }))
    if (!user) throw new ShopError(401, 'WRONG_CREDENTIALS', 'E-mail address or password is wrong.')
    await signIn(req, res, 200, user)
  })

  const forgetting = validate({ body: z.object({ email: address }) })
  router.post('/forgot', limited, forgetting, async (req, res) => {
    // Before anything is looked up: how long it takes would tell whether there is an account.
    res.status(202).json({})
    const user = await accounts.byEmail(forgetting.of(req).body.email)
    if (!user) return
    const { token, expiresAt } = await passwordReset.issue(user.id)
    const { APP_URL: url } = env
    const letter = resetLetter({ to: user.email, name: user.name, language: languageOf(req), token, url })
    await mails.add(`reset:${randomUUID()}`, letter, { uselessAfter: expiresAt })
  })

  const resetting = validate({
    body: z.object({ token: z.string().max(100), password: z.string().max(200) }),
  })
  router.post('/reset', limited, resetting, async (req, res) => {
    const { token, password } = resetting.of(req).body
    const user = await passwordReset.redeem(token, (id) => accounts.setPassword(id, password))
    hangUp(user.id)
    lockout.trustDevice(req, res, user.email)
    await signIn(req, res, 200, user)
  })

  router.post('/refresh', async (req, res) => {
    res.json(await sessions.renew(req, res))
  })

  router.post('/logout', async (req, res) => {
    await sessions.end(req, res)
    res.status(204).end()
  })

  router.post('/logout-everywhere', authenticated, async (req, res) => {
    const { sub } = getAuth(req)
    await sessions.endAll(sub)
    hangUp(sub)
    await sessions.end(req, res)
    res.status(204).end()
  })

  router.get('/sessions', authenticated, async (req, res) => {
    const { sub, sid } = getAuth(req)
    const found = await sessions.list(sub)
    res.json({ sessions: found.map((session) => ({ ...session, current: session.id === sid })) })
  })

  const revoking = validate({ params: z.object({ id: z.string().max(100) }) })
  router.delete('/sessions/:id', authenticated, revoking, async (req, res) => {
    const revoked = await sessions.revoke(getAuth(req).sub, revoking.of(req).params.id)
    hangUp(getAuth(req).sub)
    if (!revoked) throw new ShopError(404, 'SESSION_NOT_FOUND', 'This device is signed out already.')
    res.status(204).end()
  })

  router.get('/me', authenticated, async (req, res) => {
    res.json({ user: await accounts.byId(getAuth(req).sub) })
  })

  return router

  async function signIn(req: Request, res: Response, status: number, user: Account) {
    const grant = await sessions.start(req, res, { sub: user.id, roles: user.roles })
    res.status(status).json({ ...grant, user })
  }
}
