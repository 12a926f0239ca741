import { randomUUID } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { SecurityError } from './errors.js'
import { assertKnownKeys, assertWhole } from './options.js'
import { maxAccessTtlSeconds, readClaims, type AccessClaims } from './token-claims.js'
import { readTokenHeader } from './token-format.js'
import { prepareKeys, type PreparedKey, type TokenKey } from './token-keys.js'

/** Options of `createTokens()`. */
export interface TokensOptions {
  /** Who issues the tokens, such as `https://shop.example`: the `iss` of each. */
  issuer: string
  /** Whom they are for, such as `shop-api`: the `aud` of each. */
  audience: string
  /** The first signs, all verify. To rotate, add the new key last, deploy, move it first, deploy; drop the old one later. */
  keys: readonly TokenKey[]
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
}

const optionKeys = [
  'issuer',
  'audience',
  'keys',
  'accessTtlSeconds',
  'clockToleranceSeconds',
] as const satisfies readonly (keyof TokensOptions)[]

/** RFC 9068, 2.1: so that no other kind of token that the same key has signed can serve as an access token. */
const tokenType = 'at+jwt'

/** Access tokens: JWTs as RFC 9068 describes them, made and read with jsonwebtoken, within stricter bounds. */
export function createTokens(options: TokensOptions): Tokens {
  assertKnownKeys('createTokens', options, optionKeys)
  const { issuer, audience, accessTtlSeconds = 900, clockToleranceSeconds = 5 } = options
  // jsonwebtoken takes an empty setting for "do not check".
  for (const [name, value] of Object.entries({ issuer, audience })) {
    if (typeof value !== 'string' || value.trim() === '')
      throw new TypeError(`createTokens: ${name} is empty. Name it.`)
  }
  assertWhole('createTokens: accessTtlSeconds', accessTtlSeconds, 1, maxAccessTtlSeconds)
  assertWhole('createTokens: clockToleranceSeconds', clockToleranceSeconds, 0, 300)

  const keys = prepareKeys(options.keys)
  const keysById = new Map(keys.map((key) => [key.kid, key]))
  const signer = keys[0]!

  return {
    accessTtlSeconds,

    async sign({ sub, roles, sid }) {
      const iat = nowInSeconds()
      const claims = {
        iss: issuer,
        aud: audience,
        sub,
        iat,
        exp: iat + accessTtlSeconds,
        jti: randomUUID(),
        roles,
        sid,
      }
      const token = jwt.sign(claims, signer.signKey!, {
        algorithm: signer.alg,
        header: { alg: signer.alg, typ: tokenType, kid: signer.kid },
      })
      assertReadable(token, claims)
      return token
    },

    async verify(token) {
      let claims: AccessClaims
      const now = nowInSeconds()
      try {
        const key = chooseKey(keysById, token)
        const payload = verifySignature(token, key)
        claims = readClaims(payload, { issuer, audience, now, clockToleranceSeconds })
      } catch (cause) {
        throw tokenInvalid(cause)
      }
      if (now >= claims.exp + clockToleranceSeconds) throw tokenExpired()
      return claims
    },
  }

  function assertReadable(token: string, claims: { iat: number }): void {
    try {
      readTokenHeader(token)
      readClaims(claims, { issuer, audience, now: claims.iat, clockToleranceSeconds })
    } catch (cause) {
      throw new TypeError(`tokens.sign: ${(cause as Error).message}.`, { cause })
    }
  }
}

/** The token names a key; the key alone says by which algorithm it is verified. */
function chooseKey(keysById: ReadonlyMap<string, PreparedKey>, token: string): PreparedKey {
  const { alg, typ, kid } = readTokenHeader(token)
  const key = keysById.get(kid)
  if (key === undefined) throw new Error('no key has this kid')
  if (alg !== key.alg) throw new Error('alg is not that of the key')
  if (typ !== tokenType) throw new Error('typ is another')
  return key
}

/** Times are checked by `readClaims`, which is stricter. */
function verifySignature(token: string, { alg, verifyKey }: PreparedKey): unknown {
  return jwt.verify(token, verifyKey, { algorithms: [alg], ignoreExpiration: true, ignoreNotBefore: true })
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
