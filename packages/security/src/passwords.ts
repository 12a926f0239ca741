import { randomBytes, timingSafeEqual } from 'node:crypto'
import { SecurityError } from './errors.js'
import { isBcrypt, verifyBcrypt } from './bcrypt.js'
import { createGate } from './gate.js'
import { assertKnownKeys, assertWhole } from './options.js'
import {
  deriveKey,
  formatHash,
  hasArgon2,
  lowCost,
  parseHash,
  recommendedCost,
  type PasswordHash,
} from './password-hash.js'
import { assertAcceptable } from './password-policy.js'

/** Options of `createPasswords()`. */
export interface PasswordsOptions {
  /**
   * Choose `scrypt` where some servers run a Node older than 24.7, which cannot read argon2id.
   * @default 'argon2id' where Node has it, else 'scrypt'
   */
  algorithm?: 'argon2id' | 'scrypt'
  /** The fewest characters of a new password. @default 8 (OWASP ASVS 5.0 6.2.1, which recommends 15) */
  minLength?: number
  /** The most bytes of a password. @default 1024 */
  maxBytes?: number
  /** How many hashes may run at once: each takes 19 MiB (argon2id) or 32 MiB (scrypt), and a thread. @default 2 */
  concurrency?: number
  /** How many may wait for their turn, before further ones are refused with 503. @default 100 */
  maxWaiting?: number
  /** Makes hashes that take no time and protect nothing. For tests. @default false */
  dangerouslyLowCost?: boolean
}

/** Hashes and verifies passwords. */
export interface Passwords {
  /**
   * Resolves to the hash to store, a PHC string. Rejects with 400 `SECURITY_PASSWORD_TOO_SHORT`, `_TOO_LONG` or `_COMMON`,
   * and with 503 `SECURITY_PASSWORD_BUSY` when too many hashes wait. In `avoid` are words that an attacker would try first:
   * the user's name, the e-mail address, the name of the shop.
   */
  hash(password: string, options?: { avoid?: readonly string[] }): Promise<string>
  /**
   * Whether the password is the one. Give it undefined when there is no such user: it takes as long, and says no.
   * Reads PHC strings of scrypt and argon2id, and the bcrypt hashes that an application had before; a password of more than
   * 72 bytes, of which bcrypt has not seen the end, is not the one. Rejects with 500 `SECURITY_PASSWORD_HASH_UNSUPPORTED`
   * for any other hash.
   */
  verify(hash: string | null | undefined, password: string): Promise<boolean>
  /** Whether the hash was made in another way than today's. If so, hash the password again after a login, and store that. */
  needsRehash(hash: string): boolean
  /** Starts no further hash. Resolves when the running ones have ended. */
  close(): Promise<void>
}

const optionKeys = [
  'algorithm',
  'minLength',
  'maxBytes',
  'concurrency',
  'maxWaiting',
  'dangerouslyLowCost',
] as const satisfies readonly (keyof PasswordsOptions)[]

/** Password hashes by the OWASP cheat sheet, made off the event loop and a few at a time. */
export function createPasswords(options: PasswordsOptions = {}): Passwords {
  assertKnownKeys('createPasswords', options, optionKeys)
  const { algorithm = hasArgon2 ? 'argon2id' : 'scrypt', minLength = 8, maxBytes = 1024 } = options
  const { concurrency = 2, maxWaiting = 100, dangerouslyLowCost = false } = options
  if (algorithm === 'argon2id' && !hasArgon2) {
    throw new TypeError(
      'createPasswords: this Node has no argon2. Use Node 24.7 or newer, or algorithm "scrypt".',
    )
  }
  assertWhole('createPasswords: minLength', minLength, 8, 64)
  assertWhole('createPasswords: maxBytes', maxBytes, 64, 4096)
  assertWhole('createPasswords: concurrency', concurrency, 1, 64)
  assertWhole('createPasswords: maxWaiting', maxWaiting, 0, 10_000)

  const cost = (dangerouslyLowCost ? lowCost : recommendedCost)[algorithm]
  if (cost === undefined) throw new TypeError('createPasswords: algorithm must be "argon2id" or "scrypt".')
  const gate = createGate({ concurrency, maxWaiting })
  // Stands in for an unknown user; its key is random, so no password has it.
  const nobody = formatHash({ cost, salt: randomBytes(16), key: randomBytes(32) })

  return {
    async hash(password, { avoid = [] } = {}) {
      assertAcceptable(password, { minLength, maxBytes, avoid })
      const salt = randomBytes(16)
      const key = await inTurn(() => deriveKey(password, { salt, cost }))
      return formatHash({ cost, salt, key })
    },

    async verify(hash, password) {
      if (typeof hash === 'string' && isBcrypt(hash)) return inTurn(() => verifyBcrypt(hash, password))
      const stored = readStored(hash ?? nobody)
      // Too long a password takes as long as any: how long an answer takes says nothing about the user.
      const text = typeof password === 'string' && Buffer.byteLength(password) <= maxBytes ? password : ''
      const key = await inTurn(() => deriveKey(text, { ...stored, keyBytes: stored.key.length }))
      return timingSafeEqual(key, stored.key) && text === password
    },

    needsRehash(hash) {
      const stored = parseHash(hash)
      return stored === undefined || formatHash({ ...stored, cost }) !== hash
    },

    close: gate.close,
  }

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = await gate.run(work)
    if (done) return done.value
    throw new SecurityError(
      'SECURITY_PASSWORD_BUSY',
      'Too many people are signing in at once. Try again in a moment.',
      { status: 503, headers: { 'Retry-After': '2' } },
    )
  }
}

function readStored(hash: string): PasswordHash {
  const stored = parseHash(hash)
  if (stored && (stored.cost.algorithm === 'scrypt' || hasArgon2)) return stored
  throw new SecurityError(
    'SECURITY_PASSWORD_HASH_UNSUPPORTED',
    'The stored password hash is neither scrypt, argon2id nor bcrypt, or this Node has no argon2. Verify it with the library that made it, then store hash().',
  )
}
