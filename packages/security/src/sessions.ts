import type { IncomingMessage } from 'node:http'
import type { Request, Response } from 'express'
import type { Csrf } from './csrf.js'
import { silentLogger, type Logger } from './logger.js'
import { assertKnownKeys, assertWhole } from './options.js'
import { createRefreshTokens, type RefreshToken } from './refresh-tokens.js'
import type { CookieOptions } from './secure-cookie.js'
import { sessionInvalid, sessionMissing, sessionReused } from './session-errors.js'
import { rotate } from './session-rotation.js'
import type { SessionStore, StoredSession } from './session-store.js'
import { sessionTransport } from './session-transport.js'
import type { AccessClaims } from './token-claims.js'
import type { Tokens } from './tokens.js'

/** Options of `createSessions()`. */
export interface SessionsOptions<User extends SessionUser = SessionUser> {
  /** Signs the access tokens. */
  tokens: Tokens
  /** `memorySessionStore()`, or one of `@ementech/security/mongo` or `@ementech/security/redis`. */
  store: SessionStore
  /**
   * At least 32 random bytes, from which refresh tokens are derived. To rotate, add the new secret last, deploy, move
   * it first, deploy; drop the old one when `absoluteTtlSeconds` have passed.
   */
  secret: string | readonly string[]
  /**
   * Loads the user at every renewal, so that changed roles take effect within one access token's life. Return nothing
   * for a user who is gone or blocked: that ends the session. `renew()` hands on what it returns.
   */
  loadUser: (sub: string) => Promise<User | null | undefined>
  /**
   * How the tokens travel. `split`: the refresh token in a cookie that no script can read, the access token to the page,
   * which sends it as Bearer. `cookie`: both in such cookies. `bearer`: both to the client, for applications that are no
   * pages; it renews with the refresh token as Bearer. A request that uses two ways is refused. @default 'split'
   */
  transport?: 'split' | 'cookie' | 'bearer'
  /** The refresh token's cookie. @default { name: 'refresh', path: '/' } */
  cookie?: CookieOptions
  /** Gets a token for each session that starts or ends, so that pages go on after a log-in or log-out. */
  csrf?: Pick<Csrf, 'issue'>
  /** How long a session lasts at most, however often it is renewed. @default 2592000 (30 days) */
  absoluteTtlSeconds?: number
  /** How long it lasts without being renewed. @default 604800 (7 days), or `absoluteTtlSeconds` if that is less */
  idleTtlSeconds?: number
  /**
   * How long a refresh token that has been replaced still gets its successor, for the sake of tabs and retries that
   * race. 0 ends the session at every race. @default 10
   */
  graceSeconds?: number
  /** @default true */
  production?: boolean
  /** Hears of refresh tokens that were used twice. @default silent */
  logger?: Logger
}

/** What a session needs to know of a user. */
export interface SessionUser {
  roles?: readonly string[]
}

/** What the client gets. */
export interface SessionGrant {
  /** To send as Bearer. Absent with the transport `cookie`. */
  accessToken?: string
  /** When the access token expires. */
  expiresAt: Date
  /** To renew with. Present with the transport `bearer` alone. */
  refreshToken?: string
}

/** A session as its user may see it. Its `id` is the `sid` of its access tokens. */
export interface SessionInfo {
  id: string
  createdAt: Date
  /** When it was last renewed. */
  lastUsedAt: Date
  expiresAt: Date
  /** The browser, as it names itself. */
  userAgent: string | null
}

/** Sessions that live in a refresh cookie, and outlive the access tokens that they give out. */
export interface Sessions<User extends SessionUser = SessionUser> {
  /** Starts a session after a login: sets the refresh cookie. A session that the browser had before ends. */
  start(req: Request, res: Response, user: SessionUser & { sub: string }): Promise<SessionGrant>
  /**
   * Exchanges the refresh cookie for a new one and a new access token; `user` is who `loadUser` found. Rejects with 401: `SECURITY_SESSION_MISSING`
   * without a cookie, `_INVALID` when the session has ended, `_REUSED` when the token had been used before.
   */
  renew(req: Request, res: Response): Promise<SessionGrant & { user: User }>
  /** Ends the session of the refresh cookie, if there is one, and clears the cookie. */
  end(req: Request, res: Response): Promise<void>
  /** Ends all sessions of a user, as after a change of password. Resolves to how many there were. */
  endAll(sub: string): Promise<number>
  /** The sessions of a user, the newest first. */
  list(sub: string): Promise<SessionInfo[]>
  /** Ends one session of a user. Resolves to false when the user has no such session. */
  revoke(sub: string, id: string): Promise<boolean>
  /**
   * `tokens.verify`, and a look whether the session still lives: a log-out then counts at once, for the price of one
   * read. Rejects with 401 `SECURITY_SESSION_INVALID` when it has ended.
   */
  verify(token: string): Promise<AccessClaims>
  /** The session that the refresh token of a request names, if we have made it; whether it lives is not looked up. */
  idOf(req: Request): string | undefined
  /** The access token in the cookie of a request: for `authenticate({ fromCookie })`. With the transport `cookie` alone. */
  fromCookie(req: IncomingMessage): string | undefined
}

const optionKeys = [
  'tokens',
  'store',
  'secret',
  'loadUser',
  'transport',
  'cookie',
  'csrf',
  'absoluteTtlSeconds',
  'idleTtlSeconds',
  'graceSeconds',
  'production',
  'logger',
] as const satisfies readonly (keyof SessionsOptions)[]

/** Refresh tokens as RFC 9700, 4.14.2 wants them: opaque, stored as hashes, replaced at every use, ended when copied. */
export function createSessions<User extends SessionUser>(options: SessionsOptions<User>): Sessions<User> {
  assertKnownKeys('createSessions', options, optionKeys)
  const { tokens, store, loadUser, csrf, production = true, logger = silentLogger } = options
  const { absoluteTtlSeconds = 2_592_000, graceSeconds = 10 } = options
  const { idleTtlSeconds = Math.min(604_800, absoluteTtlSeconds) } = options
  if (typeof loadUser !== 'function') throw new TypeError('createSessions: loadUser must be a function.')
  assertWhole('createSessions: absoluteTtlSeconds', absoluteTtlSeconds, 60, 31_536_000)
  assertWhole('createSessions: idleTtlSeconds', idleTtlSeconds, 60, absoluteTtlSeconds)
  assertWhole('createSessions: graceSeconds', graceSeconds, 0, 60)

  const refreshTokens = createRefreshTokens([options.secret].flat())
  const transport = sessionTransport(options, production)
  const rotation = { store, refreshTokens, graceSeconds, idleTtlSeconds }

  return {
    async start(req, res, { sub, roles }) {
      transport.assertSendable(req)
      const token = refreshTokens.issue()
      const granted = await signAccess(sub, roles, token.id)
      await endPresented(req)
      const session = newSession(sub, token, req)
      await store.insert(session)
      const grant = transport.send(req, res, granted, { value: token.value, expiresAt: session.expiresAt })
      csrf?.issue(req, res, session.id)
      return grant
    },

    async renew(req, res) {
      const presented = readToken(req)
      const session = await findLive(presented.id)
      const user = await loadUser(session.sub)
      if (!user) {
        await store.delete(session.id)
        throw sessionInvalid()
      }
      const renewal = await rotate(presented, session, rotation)
      if (renewal === 'reused') {
        await store.delete(session.id)
        logger.warn('refresh token used twice, session ended', { sub: session.sub, sid: session.id })
        throw sessionReused()
      }
      if (renewal === 'invalid') throw sessionInvalid()
      const granted = await signAccess(session.sub, user.roles, session.id)
      const { token, session: renewed } = renewal
      const refresh = { value: token.value, expiresAt: renewed.expiresAt }
      const grant = transport.send(req, res, granted, refresh)
      csrf?.issue(req, res, session.id)
      return { ...grant, user }
    },

    async end(req, res) {
      await endPresented(req)
      transport.clear(req, res)
      csrf?.issue(req, res, null)
    },

    async endAll(sub) {
      return store.deleteBySubject(text('sub', sub))
    },

    async list(sub) {
      const sessions = await store.findBySubject(text('sub', sub))
      return sessions
        .filter(isLive)
        .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
        .map(({ id, createdAt, rotatedAt, expiresAt, userAgent }) => ({
          id,
          createdAt,
          lastUsedAt: rotatedAt,
          expiresAt,
          userAgent,
        }))
    },

    async revoke(sub, id) {
      const session = await store.find(text('id', id))
      return session?.sub === text('sub', sub) && store.delete(session.id)
    },

    async verify(token) {
      const claims = await tokens.verify(token)
      const session = claims.sid === undefined ? undefined : await store.find(claims.sid)
      if (session?.sub !== claims.sub || !isLive(session)) throw sessionInvalid()
      return claims
    },

    idOf(req) {
      return refreshTokens.read(transport.read(req))?.id
    },

    fromCookie: transport.accessToken,
  }

  function readToken(req: Request): RefreshToken {
    const value = transport.read(req)
    if (value === undefined) throw sessionMissing()
    const token = refreshTokens.read(value)
    if (token === undefined) throw sessionInvalid()
    return token
  }

  async function findLive(id: string): Promise<StoredSession> {
    const session = await store.find(id)
    if (session && isLive(session)) return session
    throw sessionInvalid()
  }

  async function endPresented(req: Request): Promise<void> {
    const token = refreshTokens.read(transport.read(req))
    if (token) await store.delete(token.id)
  }

  function newSession(sub: string, token: RefreshToken, req: Request): StoredSession {
    const now = Date.now()
    return {
      id: token.id,
      sub,
      tokenHash: token.hash,
      previousHash: null,
      rotatedAt: new Date(now),
      createdAt: new Date(now),
      expiresAt: new Date(now + idleTtlSeconds * 1000),
      absoluteExpiresAt: new Date(now + absoluteTtlSeconds * 1000),
      userAgent: req.headers['user-agent']?.slice(0, 200) ?? null,
    }
  }

  async function signAccess(
    sub: string,
    roles: readonly string[] | undefined,
    sid: string,
  ): Promise<{ accessToken: string; expiresAt: Date }> {
    // Taken before the token is signed: never later than the token's own `exp`, which is in whole seconds.
    const expiresAt = new Date((Math.floor(Date.now() / 1000) + tokens.accessTtlSeconds) * 1000)
    return { accessToken: await tokens.sign({ sub, sid, ...(roles && { roles }) }), expiresAt }
  }
}

function isLive(session: StoredSession): boolean {
  return session.expiresAt.getTime() > Date.now()
}

/** From a request it may be an object, which a database would take for a query. */
function text(name: string, value: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new TypeError(`sessions: ${name} must be a non-empty string.`)
}
