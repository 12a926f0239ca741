import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Request, Response } from 'express'
import { secureCookie, type CookieOptions } from './secure-cookie.js'

/** Browsers from which an account has been signed in to before. */
export interface KnownDevices {
  /** The id of the browser, if the account has been signed in to from it. */
  idOf(req: Request, account: string): string | undefined
  trust(req: Request, res: Response, account: string): void
}

const ttlMs = 180 * 86_400_000
const format = /^([\w-]{22})\.[\w-]{43}$/

/** A device is a cookie, `id.seal`; the seal is an HMAC over the id and the account. */
export function knownDevices(
  secrets: readonly string[],
  options: CookieOptions | undefined,
  production: boolean,
): KnownDevices {
  for (const secret of secrets) {
    if (typeof secret !== 'string' || Buffer.byteLength(secret) < 32)
      throw new TypeError('createLockout: secret has fewer than 32 bytes. Make one: openssl rand -base64 32')
  }
  const [current] = secrets
  if (current === undefined)
    throw new TypeError('createLockout: secret is empty. Make one: openssl rand -base64 32')
  const kind = { where: 'createLockout', defaultName: 'device', sameSite: 'strict', httpOnly: true } as const
  const cookie = secureCookie(options, kind, production)

  return {
    idOf(req, account) {
      const value = cookie.read(req) ?? ''
      const id = format.exec(value)?.[1]
      if (id === undefined) return undefined
      return secrets.some((secret) => isSame(value, sealed(id, account, secret))) ? id : undefined
    },
    trust(req, res, account) {
      const id = this.idOf(req, account) ?? randomBytes(16).toString('base64url')
      cookie.write(req, res, sealed(id, account, current), new Date(Date.now() + ttlMs))
    },
  }
}

function sealed(id: string, account: string, secret: string): string {
  return `${id}.${createHmac('sha256', secret).update(`device:${id}:${account}`).digest('base64url')}`
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
