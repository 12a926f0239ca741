import type { Request } from 'express'
import type { RateLimitPolicy } from './rate-limit-policy.js'

/** All requests of an address: 600 in a quarter of an hour, since a page of an application asks for twenty things. */
export function generalLimit(changes: Partial<RateLimitPolicy> = {}): RateLimitPolicy {
  return { name: 'general', limit: 600, windowSeconds: 900, ...changes }
}

/** Whatever costs much or can be guessed, such as sign-up or a new password: 20 of an address in a quarter of an hour. */
export function authLimit(changes: Partial<RateLimitPolicy> = {}): RateLimitPolicy {
  return { name: 'auth', limit: 20, windowSeconds: 900, ...changes }
}

/**
 * Attempts to log in: 5 for one account from one address, and 4 times as many from that address for whatever accounts,
 * in a quarter of an hour. Nobody is locked out by what others do elsewhere. Mount it behind the body parser.
 */
export function loginLimit(
  account: (req: Request) => unknown,
  changes: Partial<Omit<RateLimitPolicy, 'by' | 'name'>> = {},
): RateLimitPolicy[] {
  if (typeof account !== 'function')
    throw new TypeError(
      'loginLimit: give a function that reads the account, such as (req) => req.body.email.',
    )
  const { limit = 5, ...others } = changes
  const shared = { windowSeconds: 900, ...others }
  return [
    { ...shared, name: 'login', limit, by: ['address', (req) => sameAccount(account(req))] },
    { ...shared, name: 'login-address', limit: limit * 4, by: 'address' },
  ]
}

/** Spelt differently it is the same account to most applications, so it is the same here. */
function sameAccount(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  return value
    .normalize('NFKC')
    .replace(/[\p{C}\p{Z}]/gu, '')
    .toLowerCase()
}
