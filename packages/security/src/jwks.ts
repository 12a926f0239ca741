import type { RequestHandler } from 'express'
import { assertKnownKeys, assertWhole } from './options.js'
import type { Tokens } from './tokens.js'

/** Options of `jwks()`. */
export interface JwksOptions {
  tokens: Pick<Tokens, 'publicKeys'>
  /** How long readers may keep the answer, in seconds: give new keys a `signFrom` further away. @default 300 */
  maxAgeSeconds?: number
}

/** Publishes the public keys as a JWK Set (RFC 7517), for other services: mount it at `/.well-known/jwks.json`. */
export function jwks(options: JwksOptions): RequestHandler {
  assertKnownKeys('jwks', options, ['tokens', 'maxAgeSeconds'])
  const { tokens, maxAgeSeconds = 300 } = options
  assertWhole('jwks: maxAgeSeconds', maxAgeSeconds, 0, 86_400)

  return function jwksMiddleware(_req, res) {
    res.setHeader('Cache-Control', `public, max-age=${maxAgeSeconds}`)
    // RFC 7517, 8.5.2
    res.setHeader('Content-Type', 'application/jwk-set+json')
    res.end(JSON.stringify({ keys: tokens.publicKeys() }))
  }
}
