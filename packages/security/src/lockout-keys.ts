import { createHash } from 'node:crypto'
import { ipKeyGenerator } from 'express-rate-limit'

/** An account as it is counted: however it is written, and without storing who it is. */
export function accountKey(account: string): string {
  if (typeof account !== 'string') throw new TypeError('lockout: account must be a string.')
  const name = account.normalize('NFKC').trim().toLowerCase()
  return createHash('sha256').update(name).digest('base64url')
}

/** An address as it is counted: IPv6 by its /64, of which one customer has all. */
export function addressKey(ip: string | undefined): string {
  return ip === undefined ? 'unknown' : ipKeyGenerator(ip, 64)
}
