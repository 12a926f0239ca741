import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** A refresh token that we have once issued. */
export interface RefreshToken {
  /** The session that it belongs to. */
  id: string
  /** The token itself, as the cookie holds it. */
  value: string
  /** What the store holds of it. */
  hash: string
}

/** Makes refresh tokens and tells ours from made-up ones. */
export interface RefreshTokens {
  /** The first token of a new session. */
  issue(): RefreshToken
  /** The token in a cookie, or undefined unless we have issued it. Whether it is still valid is for the store to say. */
  read(value: string | undefined): RefreshToken | undefined
  /** The token that follows this one, by each secret: the first is the one to issue. */
  successors(token: RefreshToken): RefreshToken[]
}

/**
 * A token is `id.key.seal`: the session, 256 bits, and an HMAC over both.
 *
 * - The seal tells a token of ours that has been replaced, which is a sign of theft, from a made-up one, which is none,
 *   without a list of all that were ever issued; and nobody can end another's session by guessing its id.
 * - The key of the next token is an HMAC of this one, so that every server that is asked at once gives the same answer,
 *   though no store holds a token.
 */
export function createRefreshTokens(secrets: readonly string[]): RefreshTokens {
  for (const secret of secrets) {
    if (typeof secret !== 'string' || Buffer.byteLength(secret) < 32) {
      throw new TypeError('createSessions: secret has fewer than 32 bytes. Make one: openssl rand -base64 32')
    }
  }
  const [current] = secrets
  if (current === undefined)
    throw new TypeError('createSessions: secret is empty. Make one: openssl rand -base64 32')

  return {
    issue() {
      return sealed(randomBytes(16).toString('base64url'), randomBytes(32).toString('base64url'), current)
    },

    read(value) {
      const [, id, key, seal] = format.exec(value ?? '') ?? []
      if (id === undefined || key === undefined || seal === undefined) return undefined
      return secrets.map((secret) => sealed(id, key, secret)).find((token) => isSame(token.value, value!))
    },

    successors({ id, value }) {
      return secrets.map((secret) => sealed(id, mac(secret, 'successor', value), secret))
    },
  }
}

/** Whether a text has the form of a token; whose it is, is another question. */
export function looksLikeRefreshToken(value: string): boolean {
  return format.test(value)
}

const format = /^([\w-]{22})\.([\w-]{43})\.([\w-]{43})$/

function sealed(id: string, key: string, secret: string): RefreshToken {
  const value = `${id}.${key}.${mac(secret, 'seal', `${id}.${key}`)}`
  return { id, value, hash: createHash('sha256').update(value).digest('base64url') }
}

/** The purpose keeps the two uses of one secret apart. */
function mac(secret: string, purpose: 'seal' | 'successor', text: string): string {
  return createHmac('sha256', secret).update(`${purpose}:${text}`).digest('base64url')
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
