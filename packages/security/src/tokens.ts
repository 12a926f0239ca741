import { randomUUID } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { SecurityError } from './errors.js'
import { assertKnownKeys, assertWhole } from './options.js'
import { maxAccessTtlSeconds, readClaims, type AccessClaims } from './token-claims.js'
import { readTokenHeader, splitToken } from './token-format.js'
import {
  prepareKeys,
  publicJwk,
  type PreparedKey,
  type PublicJwk,
  type TokenAlgorithm,
  type TokenKey,
} from './token-keys.js'
import { rotateKeys } from './token-rotation.js'
import { isSignedBy } from './token-signature.js'
import { parseStrictJson } from './strict-json.js'

/** Options of `createTokens()`. */
export interface TokensOptions {
  /** Who issues the tokens, such as `https://shop.example`: the `iss` of each. */
  issuer: string
  /** Whom they are for, such as `shop-api`: the `aud` of each. */
  audience: string
  /**
   * The first signs, all verify. To rotate, add a key with a `signFrom`: it takes over by itself, and the one before is
   * retired by itself when its last token has expired. Take it off the list at your leisure.
   */
  keys: readonly TokenKey[]
  /** The `client_id` of each token, which RFC 9068 requires. @default the audience: the application is its own client */
  clientId?: string
  /** How long an access token lives, in seconds; at most a day. @default 900 */
  accessTtlSeconds?: number
  /** By how much the clocks of two servers may differ, in seconds. @default 5 */
  clockToleranceSeconds?: number
}

/** What `sign()` takes. */
export interface NewToken {
  /** The user. */
  sub: string
  roles?: readonly string[]
  /** The session that the token belongs to. */
  sid?: string
}

/** Issues and verifies access tokens. */
export interface Tokens {
  readonly accessTtlSeconds: number
  /** Signs an access token. Throws a `TypeError` for claims that `verify` would refuse. */
  sign(claims: NewToken): Promise<string>
  /**
   * Resolves to what the token says, or rejects with 401 `SECURITY_TOKEN_EXPIRED` or `SECURITY_TOKEN_INVALID`.
   * Why it is invalid is in the error's `cause`, for the log; the caller of the service is not told.
   */
  verify(token: string): Promise<AccessClaims>
  /** The keys by which others can verify our tokens, the next one among them; never a secret. `jwks()` publishes them. */
  publicKeys(): PublicJwk[]
}

const optionKeys = [
  'issuer',
  'audience',
  'keys',
  'clientId',
  'accessTtlSeconds',
  'clockToleranceSeconds',
] as const satisfies readonly (keyof TokensOptions)[]

/** RFC 9068, 2.1: so that no other kind of token that the same key has signed can serve as an access token. */
const tokenType = 'at+jwt'

/** Access tokens: JWTs as RFC 9068 describes them, signed with jsonwebtoken and verified within stricter bounds. */
export function createTokens(options: TokensOptions): Tokens {
  assertKnownKeys('createTokens', options, optionKeys)
  const { issuer, audience, accessTtlSeconds = 900, clockToleranceSeconds = 5 } = options
  const { clientId = audience } = options
  // jsonwebtoken takes an empty setting for "do not check".
  for (const [name, value] of Object.entries({ issuer, audience, clientId })) {
    if (typeof value !== 'string' || value.trim() === '')
      throw new TypeError(`createTokens: ${name} is empty. Name it.`)
  }
  assertWhole('createTokens: accessTtlSeconds', accessTtlSeconds, 1, maxAccessTtlSeconds)
  assertWhole('createTokens: clockToleranceSeconds', clockToleranceSeconds, 0, 300)

  const keys = prepareKeys(options.keys)
  const { signerAt, isRetired } = rotateKeys(keys, accessTtlSeconds + clockToleranceSeconds)
  const keysById = new Map(keys.map((key) => [key.kid, key]))
  // Our own tokens all have one of these headers, character for character; only another one has to be read.
  const keysByHeader = new Map(keys.map((key) => [encode(headerOf(key)), key]))

  return {
    accessTtlSeconds,

    async sign({ sub, roles, sid }) {
      const iat = nowInSeconds()
      const exp = iat + accessTtlSeconds
      const claims = {
        iss: issuer,
        aud: audience,
        client_id: clientId,
        sub,
        iat,
        exp,
        jti: randomUUID(),
        roles,
        sid,
      }
      const signer = signerAt(iat)
      const token = jwt.sign(claims, signer.signKey!, { algorithm: signer.alg, header: headerOf(signer) })
      assertReadable(token, claims)
      return token
    },

    async verify(token) {
      let claims: AccessClaims
      const now = nowInSeconds()
      try {
        const { header, signed, payload, signature } = splitToken(token)
        const key = keysByHeader.get(header) ?? chooseKey(keysById, header)
        if (isRetired(key, now)) throw new Error('the key is retired')
        if (!isSignedBy(key, signed, signature)) throw new Error('the signature is another')
        claims = readClaims(parseStrictJson(payload), { issuer, audience, now, clockToleranceSeconds })
      } catch (cause) {
        throw tokenInvalid(cause)
      }
      if (now >= claims.exp + clockToleranceSeconds) throw tokenExpired()
      return claims
    },

    publicKeys() {
      const now = nowInSeconds()
      return keys.filter((key) => !isRetired(key, now)).flatMap((key) => publicJwk(key) ?? [])
    },
  }

  function assertReadable(token: string, claims: { iat: number }): void {
    try {
      splitToken(token)
      readClaims(claims, { issuer, audience, now: claims.iat, clockToleranceSeconds })
    } catch (cause) {
      throw new TypeError(`tokens.sign: ${(cause as Error).message}.`, { cause })
    }
  }
}

function headerOf({ alg, kid }: PreparedKey): { alg: TokenAlgorithm; typ: string; kid: string } {
  return { alg, typ: tokenType, kid }
}

function encode(header: object): string {
  return Buffer.from(JSON.stringify(header)).toString('base64url')
}

/** The token names a key; the key alone says by which algorithm it is verified. */
function chooseKey(keysById: ReadonlyMap<string, PreparedKey>, header: string): PreparedKey {
  const { alg, typ, kid } = readTokenHeader(header)
  const key = keysById.get(kid)
  if (key === undefined) throw new Error('no key has this kid')
  if (alg !== key.alg) throw new Error('alg is not that of the key')
  // RFC 9068, 4, and RFC 7515, 4.1.9: media types are written with or without "application/", in any case.
  if (typ.toLowerCase().replace(/^application\//, '') !== tokenType) throw new Error('typ is another')
  return key
}

function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

/** RFC 6750, 3.1. */
const invalidToken = { status: 401, headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } }

function tokenInvalid(cause: unknown): SecurityError {
  return new SecurityError('SECURITY_TOKEN_INVALID', 'The access token is not valid. Sign in again.', {
    ...invalidToken,
    cause,
  })
}

function tokenExpired(): SecurityError {
  return new SecurityError('SECURITY_TOKEN_EXPIRED', 'The access token has expired. Renew it.', invalidToken)
}
