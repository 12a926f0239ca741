import { createHash, randomBytes } from 'node:crypto'
import { SecurityError } from './errors.js'
import { assertKnownKeys, assertWhole } from './options.js'
import type { Sessions } from './sessions.js'
import type { StateStore } from './state-store.js'

/** Options of `createPasswordReset()`. */
export interface PasswordResetOptions {
  /** `memoryStateStore()`, `redisStateStore(command)`, or `mongoStateStore(collection)` of `@ementech/security/mongo`. */
  store: StateStore
  /** Ended when a password has been reset: whoever had guessed the old one is out. */
  sessions: Pick<Sessions, 'endAll'>
  /** How long a token is good, in seconds; at most a day. @default 1800 */
  ttlSeconds?: number
}

/** Lets users who have forgotten their password choose another. */
export interface PasswordReset {
  /**
   * A token to send by mail, in the fragment of a link (`/reset#token`), which browsers do not send on. Answer a request for
   * one alike for known and unknown addresses, and before it is sent: how long the sending takes would tell.
   */
  issue(sub: string): Promise<{ token: string; expiresAt: Date }>
  /**
   * Uses the token up, runs `change` with its user, and ends all sessions of the user. Rejects with 400
   * `SECURITY_RESET_INVALID` for a token that is made up, expired or used, or that another reset has overtaken. When `change` throws, as for
   * too short a password, the token is good again.
   */
  redeem<T>(token: string, change: (sub: string) => Promise<T>): Promise<T>
}

/** Reset tokens: 256 bits, stored as hashes, good once and for half an hour. */
export function createPasswordReset(options: PasswordResetOptions): PasswordReset {
  assertKnownKeys('createPasswordReset', options, ['store', 'sessions', 'ttlSeconds'])
  const { store, sessions, ttlSeconds = 1800 } = options
  if (typeof store?.swap !== 'function')
    throw new TypeError('createPasswordReset: store is missing. Give memoryStateStore(), or one that lasts.')
  if (typeof sessions?.endAll !== 'function')
    throw new TypeError('createPasswordReset: sessions are missing. Give those that a reset is to end.')
  assertWhole('createPasswordReset: ttlSeconds', ttlSeconds, 60, 86_400)

  return {
    async issue(sub) {
      if (typeof sub !== 'string' || sub === '')
        throw new TypeError('passwordReset.issue: sub must be a non-empty string.')
      const token = randomBytes(32).toString('base64url')
      const now = Date.now()
      const expiresAt = new Date(now + ttlSeconds * 1000)
      await store.swap(
        keyOf(token),
        undefined,
        JSON.stringify({ sub, issuedAt: now, expiresAt: expiresAt.getTime() }),
        expiresAt,
      )
      return { token, expiresAt }
    },

    async redeem(token, change) {
      const key = keyOf(token)
      const kept = await store.get(key)
      if (kept === undefined) throw resetInvalid()
      const { sub, issuedAt, expiresAt } = JSON.parse(kept) as {
        sub: string
        issuedAt: number
        expiresAt: number
      }
      const end = new Date(expiresAt)
      if ((await isOvertaken(sub, issuedAt)) || !(await store.swap(key, kept, undefined, end)))
        throw resetInvalid()
      let changed
      try {
        changed = await change(sub)
      } catch (error) {
        await store.swap(key, undefined, kept, end)
        throw error
      }
      await overtake(sub)
      await sessions.endAll(sub)
      return changed
    },
  }

  /** The tokens of several mails are good side by side, until one of them is used. */
  async function isOvertaken(sub: string, issuedAt: number): Promise<boolean> {
    return issuedAt <= Number((await store.get(lastKeyOf(sub))) ?? -1)
  }

  async function overtake(sub: string): Promise<void> {
    const now = Date.now()
    for (;;) {
      const before = await store.get(lastKeyOf(sub))
      if (Number(before ?? -1) >= now) return
      if (await store.swap(lastKeyOf(sub), before, String(now), new Date(now + ttlSeconds * 1000))) return
    }
  }
}

function keyOf(token: unknown): string {
  return `reset:${createHash('sha256').update(String(token)).digest('base64url')}`
}

function lastKeyOf(sub: string): string {
  return `reset-of:${createHash('sha256').update(sub).digest('base64url')}`
}

function resetInvalid(): SecurityError {
  return new SecurityError(
    'SECURITY_RESET_INVALID',
    'The link has been used or has expired. Ask for another.',
    { status: 400 },
  )
}
