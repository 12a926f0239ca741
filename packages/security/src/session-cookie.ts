import type { Request, Response } from 'express'
import { parse, serialize } from 'cookie'
import { SecurityError } from './errors.js'
import { assertKnownKeys } from './options.js'

/** The cookie that holds the refresh token. */
export interface SessionCookieOptions {
  /** Its name, without the prefix that it gets. @default 'refresh' */
  name?: string
  /** The path below which browsers send it, such as `/api/auth`. @default '/' */
  path?: string
}

/** Reads and writes the refresh token's cookie. */
export interface SessionCookie {
  read(req: Request): string | undefined
  write(req: Request, res: Response, value: string, expires: Date): void
  clear(req: Request, res: Response): void
}

/**
 * An httpOnly, SameSite=Strict, Secure cookie, bound to its host by the prefix `__Host-` (with a path of its own:
 * `__Secure-`). There is one exception: outside production, on http://localhost, prefix and Secure are left out,
 * because Safari would drop the cookie.
 */
export function sessionCookie(
  options: SessionCookieOptions = {},
  { production }: { production: boolean },
): SessionCookie {
  assertKnownKeys('createSessions: cookie', options, ['name', 'path'])
  const { name = 'refresh', path = '/' } = options
  if (!/^[A-Za-z0-9][\w-]*$/.test(name)) {
    throw new TypeError(
      `createSessions: the cookie name "${name}" must be of letters, digits, "-" and "_", without a prefix.`,
    )
  }
  if (!/^\/[\w./~-]*$/.test(path))
    throw new TypeError(`createSessions: the cookie path "${path}" must start with "/".`)
  const secureName = path === '/' ? `__Host-${name}` : `__Secure-${name}`

  return {
    read(req) {
      const value = parse(req.headers.cookie ?? '')[isSecure(req) ? secureName : name]
      return value === '' ? undefined : value
    },
    write(req, res, value, expires) {
      setCookie(req, res, value, expires)
    },
    clear(req, res) {
      setCookie(req, res, '', new Date(0))
    },
  }

  function setCookie(req: Request, res: Response, value: string, expires: Date): void {
    const secure = isSecure(req)
    const attributes = { path, expires, httpOnly: true, sameSite: 'strict', secure } as const
    res.append('Set-Cookie', serialize(secure ? secureName : name, value, attributes))
    // RFC 6749, 5.1: an answer that holds tokens is kept by nobody.
    res.set('Cache-Control', 'no-store')
  }

  /** In production a proxy has ended the TLS, whether or not Express has been told to trust it. */
  function isSecure(req: Request): boolean {
    if (production || req.secure) return true
    if (isLoopback(req.headers.host)) return false
    throw new SecurityError(
      'SECURITY_COOKIE_INSECURE',
      'Sessions need https, or http://localhost outside production. Behind a proxy that ends TLS, set `trust proxy`.',
    )
  }
}

function isLoopback(host = ''): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host)
}
