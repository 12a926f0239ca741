import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Makes tokens, and tells ours from made-up ones. */
export interface CsrfTokens {
  issue(sessionId: string | undefined): string
  /** Whether the token is the one that would be issued for this session, but for chance. */
  isCurrent(token: string, sessionId: string | undefined): boolean
  /** Whether two texts are the same, in a time that does not tell where they differ. */
  isSame(a: string, b: string): boolean
  /** Whether we have made the token, for this session. A request that shows no session has none to protect. */
  isValid(token: string, sessionId: string | undefined): boolean
}

/**
 * A token is `nonce.bond.seal`: chance, an HMAC of the session's id, and an HMAC over both. The bond lets a token outlive
 * the session that it was made for, as after a log-out, and never serve in another.
 */
export function createCsrfTokens(secrets: readonly string[]): CsrfTokens {
  for (const secret of secrets) {
    if (typeof secret !== 'string' || Buffer.byteLength(secret) < 32)
      throw new TypeError('createCsrf: secret has fewer than 32 bytes. Make one: openssl rand -base64 32')
  }
  const [current] = secrets
  if (current === undefined)
    throw new TypeError('createCsrf: secret is empty. Make one: openssl rand -base64 32')

  return {
    issue(sessionId) {
      return sealed(randomBytes(16).toString('base64url'), bond(sessionId, current), current)
    },
    isCurrent: (token, sessionId) => isOf(token, sessionId ?? '', current),
    isSame,
    isValid: (token, sessionId) => secrets.some((secret) => isOf(token, sessionId, secret)),
  }
}

const format = /^([\w-]{22})\.([\w-]{43})\.[\w-]{43}$/

function isOf(token: string, sessionId: string | undefined, secret: string): boolean {
  const [, nonce = '', bound = ''] = format.exec(token) ?? []
  if (!isSame(token, sealed(nonce, bound, secret))) return false
  return sessionId === undefined || isSame(bound, bond(sessionId, secret))
}

function sealed(nonce: string, bond: string, secret: string): string {
  return `${nonce}.${bond}.${mac(secret, 'csrf-seal', `${nonce}.${bond}`)}`
}

function bond(sessionId: string | undefined, secret: string): string {
  return mac(secret, 'csrf-session', sessionId ?? '')
}

/** The purpose keeps the uses of one secret apart. */
function mac(secret: string, purpose: string, text: string): string {
  return createHmac('sha256', secret).update(`${purpose}:${text}`).digest('base64url')
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
