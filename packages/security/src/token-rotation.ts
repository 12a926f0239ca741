import type { PreparedKey } from './token-keys.js'

/** Which key signs, and which keys verify, at a time in seconds since 1970. */
export interface KeyRotation {
  signerAt(now: number): PreparedKey
  isRetired(key: PreparedKey, now: number): boolean
}

/**
 * Of the keys that can sign, the one whose `signFrom` has passed last signs; of several, the first in the list. Once
 * another has taken over, a key verifies for as long as its last token can live, and is then worth nothing.
 */
export function rotateKeys(keys: readonly PreparedKey[], graceSeconds: number): KeyRotation {
  const signers = keys
    .filter((key) => key.signKey !== undefined)
    .filter((key, index, all) => all.findIndex(({ signFrom }) => signFrom === key.signFrom) === index)
    .sort((a, b) => a.signFrom - b.signFrom)
  if (signers.length === 0)
    throw new TypeError('createTokens: no key can sign. Give a private key or a secret.')
  if (signers[0]!.signFrom > Date.now() / 1000)
    throw new TypeError('createTokens: no key signs yet. Keep the key that signed before, without signFrom.')
  const retirement = new Map(
    signers.slice(0, -1).map((key, index) => [key, signers[index + 1]!.signFrom + graceSeconds]),
  )

  return {
    signerAt: (now) => signers.findLast(({ signFrom }) => signFrom <= now) ?? signers[0]!,
    isRetired: (key, now) => now >= (retirement.get(key) ?? Infinity),
  }
}
