import type { IncomingMessage } from 'node:http'
import { parse, serialize } from 'cookie'
import type { Request, Response } from 'express'
import { SecurityError } from './errors.js'
import { assertKnownKeys } from './options.js'

/** A cookie of ours. */
export interface CookieOptions {
  /** Its name, without the prefix that it gets. */
  name?: string
  /** The path below which browsers send it, such as `/api/auth`. @default '/' */
  path?: string
  /**
   * false drops prefix and `Secure` on http://localhost, where Safari would drop the cookie: outside production alone,
   * and on this machine alone. @default true in production, else false
   */
  secure?: boolean
}

/** What a kind of cookie has in common, whatever the application chooses. */
export interface CookieKind {
  /** The factory whose options these are, for its errors. */
  where: string
  defaultName: string
  sameSite: 'strict' | 'lax'
  /** Whether scripts of the page may not read it. */
  httpOnly: boolean
}

/** Reads and writes one cookie. */
export interface SecureCookie {
  /** Throws 500 `SECURITY_COOKIE_INSECURE` where `write` would. */
  assertWritable(req: IncomingMessage): void
  read(req: IncomingMessage): string | undefined
  write(req: Request, res: Response, value: string, expires: Date): void
  clear(req: Request, res: Response): void
}

/** RFC 6265, 6.1: what every browser keeps of one cookie. */
const maxCookieBytes = 4096

/**
 * A Secure cookie, bound to its host by the prefix `__Host-` (with a path of its own: `__Secure-`). There is one
 * exception, the loopback rule: see `CookieOptions.secure`.
 */
export function secureCookie(
  options: CookieOptions = {},
  { where, defaultName, sameSite, httpOnly }: CookieKind,
  production: boolean,
): SecureCookie {
  assertKnownKeys(`${where}: cookie`, options, ['name', 'path', 'secure'])
  const { name = defaultName, path = '/', secure: always = production } = options
  if (!/^[A-Za-z0-9][\w-]*$/.test(name)) {
    throw new TypeError(
      `${where}: the cookie name "${name}" must be of letters, digits, "-" and "_", without a prefix.`,
    )
  }
  if (!/^\/[\w./~-]*$/.test(path))
    throw new TypeError(`${where}: the cookie path "${path}" must start with "/".`)
  if (production && !always)
    throw new TypeError(`${where}: cookies without Secure are for http://localhost, outside production.`)
  const secureName = path === '/' ? `__Host-${name}` : `__Secure-${name}`

  return {
    assertWritable(req) {
      if (isSecure(req) === undefined) throw cookieInsecure()
    },
    read(req) {
      const secure = isSecure(req)
      if (secure === undefined) return undefined
      const value = parse(req.headers.cookie ?? '')[secure ? secureName : name]
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
    if (secure === undefined) throw cookieInsecure()
    const cookie = serialize(secure ? secureName : name, value, { path, expires, httpOnly, sameSite, secure })
    if (cookie.length > maxCookieBytes)
      throw new TypeError(`${where}: the cookie "${name}" has more than 4096 bytes. Put less into it.`)
    res.append('Set-Cookie', cookie)
    // RFC 6749, 5.1: an answer that holds tokens is kept by nobody.
    res.set('Cache-Control', 'no-store')
  }

  /** In production a proxy has ended the TLS, whether or not Express has been told to trust it. Undefined: no cookie may pass. */
  function isSecure(req: IncomingMessage): boolean | undefined {
    if (always || (req as Request).secure) return true
    return isLoopback(req.headers.host) ? false : undefined
  }
}

function isLoopback(host = ''): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host)
}

function cookieInsecure(): SecurityError {
  return new SecurityError(
    'SECURITY_COOKIE_INSECURE',
    'Cookies need https, or http://localhost outside production. Behind a proxy that ends TLS, set `trust proxy`.',
  )
}
