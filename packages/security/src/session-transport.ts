import type { IncomingMessage } from 'node:http'
import type { Request, Response } from 'express'
import { SecurityError } from './errors.js'
import { looksLikeRefreshToken } from './refresh-tokens.js'
import { secureCookie, type CookieOptions } from './secure-cookie.js'
import type { SessionGrant } from './sessions.js'

/** A token and its end. */
interface Timed {
  value: string
  expiresAt: Date
}

/** Carries the tokens of a session between server and client. */
export interface SessionTransport {
  /** The refresh token of a request. Throws 400 when there are two, or one in the address. */
  read(req: Request): string | undefined
  /** Throws where `send` would, before a session is made that nobody gets. */
  assertSendable(req: Request): void
  /** Sets the cookies, and returns what is left for the body of the answer. */
  send(
    req: Request,
    res: Response,
    access: { accessToken: string; expiresAt: Date },
    refresh: Timed,
  ): SessionGrant
  clear(req: Request, res: Response): void
  accessToken(req: IncomingMessage): string | undefined
}

/** Decides once, by the options, which token travels how. */
export function sessionTransport(
  { transport = 'split', cookie }: { transport?: 'split' | 'cookie' | 'bearer'; cookie?: CookieOptions },
  production: boolean,
): SessionTransport {
  if (!['split', 'cookie', 'bearer'].includes(transport))
    throw new TypeError('createSessions: transport must be "split", "cookie" or "bearer".')
  const where = 'createSessions'
  const refreshKind = { where, defaultName: 'refresh', sameSite: 'strict', httpOnly: true } as const
  const refreshCookie = secureCookie(cookie, refreshKind, production)
  // Lax, so that a page that is reached by a link finds its reader signed in.
  const accessKind = { where, defaultName: 'access', sameSite: 'lax', httpOnly: true } as const
  const accessCookie = secureCookie(
    cookie?.secure === undefined ? {} : { secure: cookie.secure },
    accessKind,
    production,
  )

  return {
    read(req) {
      const inCookie = refreshCookie.read(req)
      const inHeader = bearer(req)
      if (Object.hasOwn(req.query, 'refresh_token') || (inCookie !== undefined && inHeader !== undefined))
        throw twoWays()
      return transport === 'bearer' ? inHeader : inCookie
    },

    assertSendable(req) {
      if (transport !== 'bearer') refreshCookie.assertWritable(req)
    },

    send(req, res, { accessToken, expiresAt }, refresh) {
      res.set('Cache-Control', 'no-store')
      if (transport === 'bearer') return { accessToken, expiresAt, refreshToken: refresh.value }
      refreshCookie.write(req, res, refresh.value, refresh.expiresAt)
      if (transport === 'split') return { accessToken, expiresAt }
      accessCookie.write(req, res, accessToken, expiresAt)
      return { expiresAt }
    },

    clear(req, res) {
      if (transport !== 'bearer') refreshCookie.clear(req, res)
      if (transport === 'cookie') accessCookie.clear(req, res)
    },

    accessToken(req) {
      return transport === 'cookie' ? accessCookie.read(req) : undefined
    },
  }
}

/** A refresh token in the header. An access token may stand there, too: a page sends it with every request. */
function bearer(req: Request): string | undefined {
  const value = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1]
  return value !== undefined && looksLikeRefreshToken(value) ? value : undefined
}

function twoWays(): SecurityError {
  return new SecurityError(
    'SECURITY_AUTHORIZATION_MALFORMED',
    'Send the refresh token in its cookie or as Bearer, once, and never in the address.',
    { status: 400, headers: { 'WWW-Authenticate': 'Bearer error="invalid_request"' } },
  )
}
