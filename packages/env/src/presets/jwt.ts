import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import * as z from 'zod'
import { pem } from '../fields/pem.js'
import { secret } from '../fields/secret.js'
import { generateSecret, keyBytes } from '../fields/strength.js'
import { duration } from '../fields/units.js'
import { preset, type Rule } from '../rules.js'

// RFC 7518 §3.2: an HMAC key is at least as long as the hash.
const hmacBytes = { HS256: 32, HS384: 48, HS512: 64 } as const
// RFC 7518 §3.3–3.5 and RFC 8037: the key that each algorithm signs with.
const keyTypes = {
  RS256: { type: 'rsa' },
  RS384: { type: 'rsa' },
  RS512: { type: 'rsa' },
  PS256: { type: 'rsa' },
  PS384: { type: 'rsa' },
  PS512: { type: 'rsa' },
  ES256: { type: 'ec', curve: 'prime256v1' },
  ES384: { type: 'ec', curve: 'secp384r1' },
  ES512: { type: 'ec', curve: 'secp521r1' },
  EdDSA: { type: 'ed25519' },
} as const satisfies Record<string, { type: string; curve?: string }>

const algorithms = [...Object.keys(hmacBytes), ...Object.keys(keyTypes)] as (
  keyof typeof hmacBytes | keyof typeof keyTypes
)[]

/** JWT_ALGORITHM with the secrets or the key pair that it needs, JWT_ISSUER, JWT_AUDIENCE, and the lifetimes in seconds. */
export function jwt() {
  const shape = {
    JWT_ALGORITHM: z.enum(algorithms).default('RS256').meta({
      description: 'RS256, PS256, ES256 and EdDSA sign with a key pair, HS256 with JWT_ACCESS_SECRET',
    }),
    JWT_ACCESS_SECRET: secret().optional().meta({ description: 'Key of HS256 for access tokens' }),
    JWT_REFRESH_SECRET: secret()
      .optional()
      .meta({ description: 'Key of HS256 for refresh tokens, if those are JWTs' }),
    JWT_PRIVATE_KEY: pem('private').optional().meta({ description: 'Signs tokens' }),
    JWT_PUBLIC_KEY: pem('public').optional().meta({ description: 'Verifies tokens' }),
    JWT_ISSUER: z.string().max(255).meta({
      description: 'Claim iss: who issues the tokens',
      example: 'https://api.shop.example',
      developmentDefault: 'http://localhost:5000',
    }),
    JWT_AUDIENCE: z.string().max(255).meta({
      description: 'Claim aud: whom the tokens are for',
      example: 'shop',
      developmentDefault: 'development',
    }),
    JWT_ACCESS_EXPIRY: duration('seconds', { min: 30, max: 86_400 })
      .default(900)
      .meta({ description: 'Lifetime of access tokens' }),
    JWT_REFRESH_EXPIRY: duration('seconds', { min: 60, max: 34_560_000 })
      .default(604_800)
      .meta({ description: 'Lifetime of refresh tokens' }),
  }
  const rules: Rule<typeof shape>[] = [
    (env, { report }) => {
      const algorithm = env.JWT_ALGORITHM
      if (algorithm === undefined) return
      if (isHmac(algorithm)) {
        const least = hmacBytes[algorithm]
        const remedy = `make one with: ${generateSecret.replace('32', String(least))}`
        if (env.JWT_ACCESS_SECRET === undefined) {
          report('JWT_ACCESS_SECRET', `is missing, and ${algorithm} signs with it; ${remedy}`, 'missing')
        }
        for (const name of ['JWT_ACCESS_SECRET', 'JWT_REFRESH_SECRET'] as const) {
          const text = env[name]
          if (text !== undefined && keyBytes(text) < least) {
            report(
              name,
              `is shorter than the ${least} bytes that ${algorithm} needs (RFC 7518 §3.2); ${remedy}`,
              'weak',
            )
          }
        }
        return
      }
      for (const name of ['JWT_PRIVATE_KEY', 'JWT_PUBLIC_KEY'] as const) {
        if (env[name] === undefined) {
          report(
            name,
            `is missing, and ${algorithm} signs with a key pair (set JWT_ALGORITHM=HS256 to sign with a secret)`,
            'missing',
          )
        }
      }
    },
    (env, { report }) => {
      if (env.JWT_ACCESS_SECRET !== undefined && env.JWT_ACCESS_SECRET === env.JWT_REFRESH_SECRET) {
        report(
          'JWT_REFRESH_SECRET',
          'must differ from JWT_ACCESS_SECRET, or a refresh token passes for an access token',
        )
      }
    },
    (env, { report }) => {
      const algorithm = env.JWT_ALGORITHM
      if (algorithm === undefined || isHmac(algorithm)) return
      const signing = env.JWT_PRIVATE_KEY === undefined ? undefined : createPrivateKey(env.JWT_PRIVATE_KEY)
      const verifying = env.JWT_PUBLIC_KEY === undefined ? undefined : createPublicKey(env.JWT_PUBLIC_KEY)
      for (const [name, key] of [
        ['JWT_PRIVATE_KEY', signing],
        ['JWT_PUBLIC_KEY', verifying],
      ] as const) {
        const misfit = key && keyMisfit(key, algorithm)
        if (misfit) report(name, misfit)
      }
      if (signing && verifying && !createPublicKey(signing as never).equals(verifying)) {
        report(
          'JWT_PUBLIC_KEY',
          'does not belong to JWT_PRIVATE_KEY: make it with openssl pkey -in private.pem -pubout',
        )
      }
    },
    ({ JWT_ACCESS_EXPIRY: access, JWT_REFRESH_EXPIRY: refresh }, { report }) => {
      if (access !== undefined && refresh !== undefined && refresh <= access) {
        report('JWT_REFRESH_EXPIRY', 'must be longer than JWT_ACCESS_EXPIRY')
      }
    },
  ]
  return preset('JWT', shape, { rules })
}

function isHmac(algorithm: string): algorithm is keyof typeof hmacBytes {
  return Object.hasOwn(hmacBytes, algorithm)
}

function keyMisfit(key: KeyObject, algorithm: keyof typeof keyTypes): string | undefined {
  const wanted: { type: string; curve?: string } = keyTypes[algorithm]
  if (key.asymmetricKeyType !== wanted.type)
    return `must be an ${wanted.type.toUpperCase()} key for ${algorithm}`
  if (wanted.curve && key.asymmetricKeyDetails?.namedCurve !== wanted.curve)
    return `must be on the curve ${wanted.curve} for ${algorithm}`
  // RFC 7518 §3.3: 2048 bits or more.
  if (wanted.type === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048)
    return 'must have 2048 bits or more'
  return undefined
}
