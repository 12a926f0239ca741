import type { Request, RequestHandler, Response } from 'express'
import { createCsrfTokens } from './csrf-tokens.js'
import { SecurityError, type SecurityErrorCode } from './errors.js'
import { assertKnownKeys } from './options.js'
import { subdomainMatcher, type Origins } from './origins.js'
import { secureCookie, type CookieOptions } from './secure-cookie.js'

/** Options of `createCsrf()`. */
export interface CsrfOptions {
  /** At least 32 random bytes, with which the tokens are sealed. To rotate, put the new one first and keep the old one a day. */
  secret: string | readonly string[]
  /** Origins of other sites whose pages may send cookies here, or patterns as for `cors()`. @default [] */
  trustedOrigins?: readonly string[]
  /** The id of the session that the cookies of a request belong to: `sessions.idOf`. @default none has a session */
  sessionId?: (req: Request) => string | undefined
  /** The cookie that holds the token; scripts of the page read it. @default { name: 'csrf' } */
  cookie?: CookieOptions
  /** @default true */
  production?: boolean
}

/** Protects requests that browsers send with cookies from being forged by pages of other sites. */
export interface Csrf {
  /** Refuses forged requests with 403. Mount it before the routes. */
  protect: RequestHandler
  /**
   * Sets the cookie with the token of the session and returns it: the one that the browser has, where it is good. Give the session's id when the response starts a session, null when it
   * ends one. @default the session of the request
   */
  issue(req: Request, res: Response, sessionId?: string | null): string
}

/** Answers need no protection from being asked for: RFC 9110, 9.2.1, and the QUERY method. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY'])
const tokenTtlMs = 86_400_000

/**
 * Three questions, and the first that has an answer decides: what the browser says of the page (Fetch Metadata), the
 * origin of the page, and for browsers that name neither, a sealed token that the page has read from its cookie and sends
 * as `X-CSRF-Token`. A request with `Authorization: Bearer` is exempt, because no other site can make a browser send
 * one unasked; so is one without cookies, which has nothing to be abused.
 */
export function createCsrf(options: CsrfOptions): Csrf {
  assertKnownKeys('createCsrf', options, ['secret', 'trustedOrigins', 'sessionId', 'cookie', 'production'])
  const { production = true, sessionId = () => undefined } = options
  const trusted = trustedOrigins(options.trustedOrigins ?? [], production)
  const tokens = createCsrfTokens([options.secret].flat())
  const kind = { where: 'createCsrf', defaultName: 'csrf', sameSite: 'strict', httpOnly: false } as const
  const cookie = secureCookie(options.cookie, kind, production)

  return {
    protect: function csrfMiddleware(req, _res, next) {
      next(refusal(req))
    },

    issue(req, res, session = sessionId(req)) {
      const kept = cookie.read(req)
      const isStillGood = kept !== undefined && tokens.isCurrent(kept, session ?? undefined)
      const token = isStillGood ? kept : tokens.issue(session ?? undefined)
      cookie.write(req, res, token, new Date(Date.now() + tokenTtlMs))
      return token
    },
  }

  function refusal(req: Request): SecurityError | undefined {
    if (safeMethods.has(req.method) || isBearer(req)) return undefined
    const { origin, 'sec-fetch-site': site } = req.headers
    if (origin !== undefined && trusted.has(origin)) return undefined
    if (site !== undefined) return site === 'same-origin' || site === 'none' ? undefined : crossSite()
    if (origin !== undefined) return isOwn(req, origin) ? undefined : crossSite()
    return req.headers.cookie === undefined ? undefined : tokenRefusal(req)
  }

  function tokenRefusal(req: Request): SecurityError | undefined {
    const kept = cookie.read(req)
    if (kept === undefined)
      return refused(
        'SECURITY_CSRF_COOKIE',
        'The cookie with the CSRF token is missing. Load the page again.',
      )
    const sent = req.headers['x-csrf-token']
    if (typeof sent !== 'string' || !tokens.isSame(kept, sent))
      return refused(
        'SECURITY_CSRF_HEADER',
        'The header X-CSRF-Token is not the token in the cookie. Read the cookie before each request.',
      )
    if (!tokens.isValid(kept, sessionId(req)))
      return refused(
        'SECURITY_CSRF_SESSION',
        'The CSRF token belongs to another session. Load the page again.',
      )
    return undefined
  }
}

function isBearer(req: Request): boolean {
  return /^Bearer /i.test(req.headers.authorization ?? '')
}

/** By the host alone: a proxy may have ended the TLS. That nobody else answers for it over http is for HSTS. */
function isOwn(req: Request, origin: string): boolean {
  const { host } = req.headers
  return host !== undefined && (origin === `https://${host}` || origin === `http://${host}`)
}

function trustedOrigins(origins: readonly string[], production: boolean): Pick<Origins, 'has'> {
  const exact = new Set(origins.filter((origin) => !origin.includes('*.')))
  const rules = { where: 'createCsrf', production }
  const patterns = origins
    .filter((origin) => origin.includes('*.'))
    .map((pattern) => subdomainMatcher(pattern, rules))
  for (const origin of exact) {
    if (URL.canParse(origin) && new URL(origin).origin === origin && origin !== 'null') continue
    throw new TypeError(
      `createCsrf: "${origin}" is no origin. Write scheme and host, such as "https://shop.example".`,
    )
  }
  return { has: (origin) => exact.has(origin) || patterns.some((matches) => matches(origin)) }
}

function crossSite(): SecurityError {
  return refused(
    'SECURITY_CSRF_CROSS_SITE',
    'A page of another site sent this. Add its origin to `trustedOrigins`, if it is yours.',
  )
}

function refused(code: SecurityErrorCode, message: string): SecurityError {
  return new SecurityError(code, message, { status: 403 })
}
