import { createHmac, timingSafeEqual } from 'node:crypto'
import { assertKnownKeys } from './options.js'

/** How a webhook's signature is checked. */
export interface SignatureOptions {
  /** Of several all are valid: the way to rotate. */
  secrets: string | readonly string[]
  /** How far the timestamp may be from our clock, in the past and in the future. Default 300. */
  toleranceSeconds?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  clock?: () => number
}

/** The header names of a request in lower case, as Node gives them. */
export type SignatureHeaders = Readonly<Record<string, string | string[] | undefined>>

/** What the check of a signature found. Only what is `ok` may be believed, or even parsed. */
export type SignatureResult =
  | {
      readonly ok: true
      /** `secret#1` is the first of `secrets`; never the secret. */
      readonly verifiedBy: string
      readonly timestamp: Date
    }
  | {
      readonly ok: false
      readonly reason: string
      /** Only with a right signature: our clock minus the sender's. Positive: old, or our clock is ahead. */
      readonly skewSeconds?: number
    }

/** What one request claims: the parts of its headers that matter. */
export interface SignatureClaim {
  /** Seconds since the epoch, as written. */
  readonly timestamp: string
  readonly signed: readonly (string | Uint8Array)[]
  readonly signatures: readonly Buffer[]
}

/** Checks a claim against every key, then its age. */
export function createSignatureCheck(
  where: string,
  options: SignatureOptions,
  toKey: (secret: string) => Buffer,
): (claim: SignatureClaim | string) => SignatureResult {
  assertKnownKeys(where, options, ['secrets', 'toleranceSeconds', 'clock'])
  const { toleranceSeconds = 300, clock = Date.now } = options
  if (!(toleranceSeconds > 0)) throw new TypeError(`${where}: toleranceSeconds is to be more than 0`)
  const keys = [options.secrets].flat().map((secret) => {
    if (typeof secret === 'string' && secret.trim() !== '') return toKey(secret)
    throw new TypeError(
      `${where}: a secret is missing; it is what the provider's dashboard shows as whsec_...`,
    )
  })
  if (keys.length === 0) throw new TypeError(`${where}: secrets is empty`)

  return function check(claim) {
    if (typeof claim === 'string') return { ok: false, reason: claim }
    const index = keys.findIndex((key) => matches(key, claim))
    if (index === -1) return { ok: false, reason: 'no signature matches the body and any secret' }

    // After the signature: a skew told by a stranger would say nothing about our clock.
    const seconds = Number(claim.timestamp)
    const skewSeconds = Math.round(clock() / 1000 - seconds)
    if (Math.abs(skewSeconds) > toleranceSeconds) {
      const direction = skewSeconds > 0 ? 'in the past' : 'in the future'
      const reason = `the signature is right, but made ${Math.abs(skewSeconds)} s ${direction}: clock skew, or a replay`
      return { ok: false, reason, skewSeconds }
    }
    return { ok: true, verifiedBy: `secret#${index + 1}`, timestamp: new Date(seconds * 1000) }
  }
}

/** The one value of a header, or why there is none. */
export function headerOf(headers: SignatureHeaders, name: string): { value: string } | { problem: string } {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined
  if (value === undefined || value === '') return { problem: `no ${name} header` }
  if (typeof value !== 'string') return { problem: `more than one ${name} header` }
  return { value }
}

/** Every signature is compared, in constant time: how long it takes tells nothing. */
function matches(key: Buffer, { signed, signatures }: SignatureClaim): boolean {
  const hmac = createHmac('sha256', key)
  for (const part of signed) hmac.update(part)
  const expected = hmac.digest()
  let found = false
  for (const signature of signatures) {
    if (signature.length === expected.length && timingSafeEqual(signature, expected)) found = true
  }
  return found
}
