import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler } from 'express'
import { SecurityError } from './errors.js'
import { assertKnownKeys } from './options.js'
import type { AccessClaims } from './token-claims.js'

/** Options of `authenticate()`. */
export interface AuthenticateOptions {
  /** Resolves to what the token says, or rejects: `tokens.verify`, or `sessions.verify`, for which a log-out counts at once. */
  verify: (token: string) => Promise<AccessClaims>
  /** Where the token is when it is not sent as Bearer: `sessions.fromCookie`. A request that has both is refused. */
  fromCookie?: (req: IncomingMessage) => string | undefined
  /** Whether a request without credentials passes, as a guest. Wrong credentials never pass. @default false */
  optional?: boolean
}

const callers = new WeakMap<IncomingMessage, AccessClaims>()

/**
 * Takes the access token from `Authorization: Bearer`, or from the cookie that it is told of, and from nowhere else. What it says is read with `getAuth(req)`.
 * Answers by RFC 6750: 401 without a valid token, 400 when a request sends more than one, or sends one in its address.
 */
export function authenticate(options: AuthenticateOptions): RequestHandler {
  assertKnownKeys('authenticate', options, ['verify', 'fromCookie', 'optional'])
  const { verify, fromCookie = () => undefined, optional = false } = options

  return function authenticateMiddleware(req, _res, next) {
    identify(req).then(() => next(), next)
  }

  async function identify(req: Request): Promise<void> {
    assertOneSource(req)
    const header = req.headers.authorization
    const inCookie = fromCookie(req)
    if (header !== undefined && inCookie !== undefined) throw twoTokens()
    if (header === undefined && inCookie === undefined) {
      if (optional) return
      throw tokenMissing()
    }
    callers.set(req, await verify(inCookie ?? bearerToken(header!)))
  }
}

/** What the access token of this request says. Throws a `TypeError` when no `authenticate()` has let the request in. */
export function getAuth(req: IncomingMessage): AccessClaims {
  const caller = callers.get(req)
  if (caller) return caller
  throw new TypeError(
    'getAuth: nobody is signed in on this request. Mount authenticate() before this handler; where guests may pass, use findAuth(req).',
  )
}

/** What the access token of this request says, or undefined for a guest. */
export function findAuth(req: IncomingMessage): AccessClaims | undefined {
  return callers.get(req)
}

/** RFC 6750, 2: not more than one method; the address is written to logs and histories, so it is refused in any case. */
function assertOneSource(req: Request): void {
  const inQuery = Object.hasOwn(req.query, 'access_token')
  const inForm =
    req.is('application/x-www-form-urlencoded') && Object.hasOwn(Object(req.body) as object, 'access_token')
  const headers = req.headersDistinct['authorization']?.length ?? 0
  if (inQuery || inForm || headers > 1) {
    throw twoTokens()
  }
}

/** RFC 6750, 2.1, with exactly one space. What follows it is for `verify` to judge. */
function bearerToken(header: string): string {
  const token = /^Bearer (.*)$/is.exec(header)?.[1]
  if (token !== undefined) return token
  throw /^Bearer\b/i.test(header) ? tokenMalformed() : tokenMissing()
}

function twoTokens(): SecurityError {
  return new SecurityError(
    'SECURITY_AUTHORIZATION_MALFORMED',
    'Send the access token once: in one Authorization header or in its cookie, and never in the address.',
    { status: 400, headers: { 'WWW-Authenticate': 'Bearer error="invalid_request"' } },
  )
}

function tokenMalformed(): SecurityError {
  return new SecurityError(
    'SECURITY_TOKEN_INVALID',
    'The Authorization header is malformed. Write "Bearer", one space, the token.',
    { status: 401, headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } },
  )
}

function tokenMissing(): SecurityError {
  return new SecurityError(
    'SECURITY_TOKEN_MISSING',
    'This needs an access token. Sign in, and send it as Bearer.',
    {
      status: 401,
      headers: { 'WWW-Authenticate': 'Bearer' },
    },
  )
}
