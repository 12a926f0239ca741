import type { Request, Response } from 'express'
import { SecurityError } from './errors.js'
import { createBackoff, type BackoffRule } from './lockout-backoff.js'
import { accountKey, addressKey } from './lockout-keys.js'
import { knownDevices } from './lockout-device.js'
import { assertKnownKeys, assertWhole } from './options.js'
import type { CookieOptions } from './secure-cookie.js'
import type { StateStore } from './state-store.js'

/** Options of `createLockout()`. */
export interface LockoutOptions {
  /** `memoryStateStore()`, `redisStateStore(command)`, or `mongoStateStore(collection)` of `@ementech/security/mongo`. */
  store: StateStore
  /** At least 32 random bytes, with which the cookies of known devices are sealed. A list rotates it. */
  secret: string | readonly string[]
  /** Failures before the first wait, of one browser or one address with one account. @default 5 */
  freeAttempts?: number
  /** Failures before the first wait, of one account from everywhere. @default 20 */
  freeAttemptsPerAccount?: number
  /** Failures before the first wait, of one address with whatever accounts. @default 50 */
  freeAttemptsPerAddress?: number
  /** The first wait, in seconds; each further failure doubles it. @default 30 */
  firstWaitSeconds?: number
  /** The longest wait, in seconds. @default 3600 */
  maxWaitSeconds?: number
  /** The cookie of known devices. @default { name: 'device' } */
  cookie?: CookieOptions
  /** @default true */
  production?: boolean
}

/** Slows down who guesses passwords. */
export interface Lockout {
  /**
   * Runs `verify`, unless too many attempts have failed: then rejects with 429 `SECURITY_LOCKED_OUT` and `Retry-After`. What
   * `verify` resolves to is handed on; undefined, null and false count as a failure. `account` is what was typed, known
   * or not. Behind a proxy, `trust proxy` must be set, or all have one address.
   */
  attempt<T>(req: Request, res: Response, account: string, verify: () => Promise<T>): Promise<T>
  /** Makes the browser known to the account, as a login does: after a reset by mail. */
  trustDevice(req: Request, res: Response, account: string): void
}

const optionKeys = [
  'store',
  'secret',
  'freeAttempts',
  'freeAttemptsPerAccount',
  'freeAttemptsPerAddress',
  'firstWaitSeconds',
  'maxWaitSeconds',
  'cookie',
  'production',
] as const satisfies readonly (keyof LockoutOptions)[]

/**
 * Failures are counted by account, by address and by both. A browser that has signed in before is counted by itself
 * (OWASP, "device cookies"): whatever others do to the account, its owner gets in from there.
 */
export function createLockout(options: LockoutOptions): Lockout {
  assertKnownKeys('createLockout', options, optionKeys)
  const { store, production = true, firstWaitSeconds = 30, maxWaitSeconds = 3600 } = options
  const { freeAttempts = 5, freeAttemptsPerAccount = 20, freeAttemptsPerAddress = 50 } = options
  if (typeof store?.swap !== 'function')
    throw new TypeError(
      'createLockout: store is missing. Give memoryStateStore(), or one that all processes share.',
    )
  assertWhole('createLockout: freeAttempts', freeAttempts, 1, 100)
  assertWhole('createLockout: freeAttemptsPerAccount', freeAttemptsPerAccount, freeAttempts, 100)
  assertWhole('createLockout: freeAttemptsPerAddress', freeAttemptsPerAddress, freeAttempts, 100_000)
  assertWhole('createLockout: firstWaitSeconds', firstWaitSeconds, 1, 3600)
  assertWhole('createLockout: maxWaitSeconds', maxWaitSeconds, firstWaitSeconds, 86_400)

  const devices = knownDevices([options.secret].flat(), options.cookie, production)
  const backoff = createBackoff(store, { firstWaitSeconds, maxWaitSeconds })

  return {
    async attempt(req, res, account, verify) {
      const key = accountKey(account)
      const rules = countersOf(req, key)
      // Counted before the password is looked at, or a hundred guesses at once would all be the first.
      const attempt = await backoff.begin(rules)
      if (attempt.waitSeconds > 0) throw lockedOut(attempt.waitSeconds)
      let result
      try {
        result = await verify()
      } catch (error) {
        await attempt.forget()
        throw error
      }
      if (result === undefined || result === null || result === false) return result
      await attempt.succeed()
      devices.trust(req, res, key)
      return result
    },

    trustDevice(req, res, account) {
      devices.trust(req, res, accountKey(account))
    },
  }

  function countersOf(req: Request, account: string): BackoffRule[] {
    const device = devices.idOf(req, account)
    if (device !== undefined)
      return [{ key: `device:${device}:${account}`, free: freeAttempts, clears: true }]
    const address = addressKey(req.ip)
    return [
      { key: `pair:${address}:${account}`, free: freeAttempts, clears: true },
      { key: `account:${account}`, free: freeAttemptsPerAccount, clears: false },
      { key: `address:${address}`, free: freeAttemptsPerAddress, clears: false },
    ]
  }
}

function lockedOut(waitSeconds: number): SecurityError {
  return new SecurityError(
    'SECURITY_LOCKED_OUT',
    'Too many attempts to sign in have failed. Wait, or choose a new password by mail.',
    { status: 429, headers: { 'Retry-After': String(waitSeconds) } },
  )
}
