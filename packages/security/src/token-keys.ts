import { createPrivateKey, createPublicKey, createSecretKey, KeyObject } from 'node:crypto'
import { assertKnownKeys } from './options.js'

/** The signature algorithms: a shared secret, RSA, or the curve P-256. */
export type TokenAlgorithm = 'HS256' | 'RS256' | 'ES256'

/** One key of `createTokens()`. */
export interface TokenKey {
  /** The name of the key, which stands in every token that it signs. Give a new key a new name. */
  kid: string
  alg: TokenAlgorithm
  /**
   * HS256: a secret of at least 32 random bytes. RS256 (from 2048 bits) and ES256: a PEM or a KeyObject; the private
   * key, or, for a key that only verifies what was signed before or elsewhere, the public key.
   */
  key: string | Buffer | KeyObject
  /**
   * When the key starts to sign; until then it verifies, and is published. Give it an hour or more from now, so that
   * every server and every reader of the JWKS knows it by then. @default at once
   */
  signFrom?: Date
}

/** A key as it is used: made once, because a PEM or a secret takes longer to read than a signature to verify. */
export interface PreparedKey {
  kid: string
  alg: TokenAlgorithm
  /** Absent when only the public key is known. */
  signKey: KeyObject | undefined
  verifyKey: KeyObject
  /** In seconds since 1970. */
  signFrom: number
}

/** Turns keys into KeyObjects, in order. Throws a `TypeError` for a key that is weak or not of its algorithm. */
export function prepareKeys(keys: readonly TokenKey[]): readonly PreparedKey[] {
  if (!Array.isArray(keys) || keys.length === 0)
    throw new TypeError('createTokens: keys is empty. Give at least one key.')
  const prepared = keys.map(prepareKey)
  const kids = prepared.map(({ kid }) => kid)
  const twice = kids.find((kid, index) => kids.indexOf(kid) !== index)
  if (twice !== undefined)
    throw new TypeError(`createTokens: two keys have the kid "${twice}". Give each its own.`)
  return prepared
}

function prepareKey(entry: TokenKey): PreparedKey {
  assertKnownKeys('createTokens: keys', entry, ['kid', 'alg', 'key', 'signFrom'])
  const { kid, alg, key } = entry
  if (typeof kid !== 'string' || !/^[\w.-]{1,64}$/.test(kid)) {
    throw new TypeError('createTokens: a kid is 1 to 64 letters, digits, ".", "_" or "-".')
  }
  const where = `createTokens: key "${kid}"`
  if (typeof key !== 'string' && !Buffer.isBuffer(key) && !(key instanceof KeyObject)) {
    throw new TypeError(`${where} is missing. Give a string, a Buffer or a KeyObject.`)
  }
  const signFrom = startOf(where, entry.signFrom)
  if (alg === 'HS256') {
    const secret = secretKey(where, key)
    return { kid, alg, signKey: secret, verifyKey: secret, signFrom }
  }
  if (alg !== 'RS256' && alg !== 'ES256') {
    throw new TypeError(`${where}: alg is "${String(alg)}". Use HS256, RS256 or ES256.`)
  }
  const pair = keyPair(where, key)
  assertStrength(where, alg, pair.verifyKey)
  return { kid, alg, ...pair, signFrom }
}

function startOf(where: string, signFrom: Date | undefined): number {
  if (signFrom === undefined) return 0
  if (signFrom instanceof Date && signFrom.getTime() >= 0) return Math.ceil(signFrom.getTime() / 1000)
  throw new TypeError(`${where}: signFrom must be a Date.`)
}

function secretKey(where: string, key: TokenKey['key']): KeyObject {
  const secret = key instanceof KeyObject ? key : createSecretKey(Buffer.from(key))
  if (secret.type !== 'secret' || secret.export().includes('-----BEGIN ')) {
    throw new TypeError(
      `${where} is a key pair, but HS256 signs with a secret. Use RS256 or ES256, or a random secret.`,
    )
  }
  // RFC 7518, 3.2: a key of the size of the hash or larger.
  if ((secret.symmetricKeySize ?? 0) < 32) {
    throw new TypeError(`${where} has fewer than 32 bytes. Make one: openssl rand -base64 32`)
  }
  return secret
}

function keyPair(where: string, key: TokenKey['key']): Pick<PreparedKey, 'signKey' | 'verifyKey'> {
  try {
    const given = key instanceof KeyObject ? key : readPem(key)
    if (given.type === 'public') return { signKey: undefined, verifyKey: given }
    return { signKey: given, verifyKey: createPublicKey(given as never) }
  } catch {
    // The cause may quote the key.
    throw new TypeError(`${where} cannot be read. Give a PEM without a passphrase, or a KeyObject.`)
  }
}

function readPem(pem: string | Buffer): KeyObject {
  return pem.includes('PRIVATE KEY-----') ? createPrivateKey(pem) : createPublicKey(pem)
}

function assertStrength(where: string, alg: 'RS256' | 'ES256', key: KeyObject): void {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {}
  // RFC 7518, 3.3: 2048 bits or larger. 3.4: P-256.
  if (alg === 'RS256' && (key.asymmetricKeyType !== 'rsa' || modulusLength < 2048)) {
    throw new TypeError(`${where} is no RSA key of 2048 bits or more, which RS256 needs.`)
  }
  if (alg === 'ES256' && namedCurve !== 'prime256v1') {
    throw new TypeError(`${where} is no key on the curve P-256, which ES256 needs.`)
  }
}

/** A public key by RFC 7517. */
export interface PublicJwk {
  kty: string
  kid: string
  alg: TokenAlgorithm
  use: 'sig'
  n?: string
  e?: string
  crv?: string
  x?: string
  y?: string
}

/** The key as others may know it; undefined for a secret. */
export function publicJwk({ kid, alg, verifyKey }: PreparedKey): PublicJwk | undefined {
  if (verifyKey.type !== 'public') return undefined
  return { ...(verifyKey.export({ format: 'jwk' }) as { kty: string }), kid, alg, use: 'sig' }
}
