import { errorFields, RealtimeError } from './errors.js'
import type { Logger } from './logger.js'

/** What `authenticate` resolves to. `security.tokens.verify` of `@ementech/security` gives exactly this. */
export interface RealtimeUser {
  /** Who: a non-empty string. */
  sub: string
  /** Until when the token is good, in seconds since 1970 (RFC 7519, section 4.1.4). */
  exp: number
  roles?: string[] | undefined
}

/** @internal Resolves to the user, or rejects with a `RealtimeError` that may be shown to the client. */
export type Authenticator<User extends RealtimeUser> = (token: unknown) => Promise<User>

/** @internal */
export function createAuthenticator<User extends RealtimeUser>(options: {
  authenticate: (token: string) => Promise<User>
  timeoutMs: number
  logger: Logger
}): Authenticator<User> {
  const { authenticate, timeoutMs, logger } = options

  return async function authenticateToken(token) {
    if (typeof token !== 'string' || token === '') throw unauthorized('no token')
    const user = await within(timeoutMs, Promise.resolve(token).then(authenticate)).catch((err: unknown) => {
      throw asRefusal(err)
    })
    if (typeof user?.sub !== 'string' || user.sub === '' || !Number.isFinite(user.exp)) {
      logger.error('realtime: authenticate() must resolve to { sub: string, exp: seconds }')
      throw unauthorized('no subject or expiry')
    }
    if (user.exp * 1000 <= Date.now()) {
      throw new RealtimeError('REALTIME_TOKEN_EXPIRED', 'The token has expired. Connect with a fresh one.', {
        status: 401,
      })
    }
    return user
  }

  /** A verifier that is down says nothing about the token: the client may try the same one again. */
  function asRefusal(err: unknown): RealtimeError {
    const status = (err as { status?: unknown } | null)?.status
    const down = err instanceof RealtimeError || (typeof status === 'number' && status >= 500)
    if (!down) {
      logger.debug('realtime: token refused', { err: errorFields(err) })
      return unauthorized('refused', err)
    }
    logger.error('realtime: authenticate() failed', { err: errorFields(err) })
    return unavailable(err)
  }
}

function unauthorized(what: string, cause?: unknown): RealtimeError {
  const message = `The token was not accepted (${what}). Connect with a valid one in "auth.token".`
  return new RealtimeError('REALTIME_UNAUTHORIZED', message, { status: 401, cause })
}

function unavailable(cause?: unknown): RealtimeError {
  const message = 'The token could not be checked. Try again.'
  return new RealtimeError('REALTIME_AUTH_UNAVAILABLE', message, { status: 503, cause })
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable(new Error(`authenticate() took longer than ${ms} ms`))), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
