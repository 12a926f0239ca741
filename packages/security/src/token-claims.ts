/** What a verified access token says. */
export interface AccessClaims {
  /** The user. */
  sub: string
  /** When the token expires, in seconds since 1970. */
  exp: number
  /** When it was issued, in seconds since 1970. */
  iat: number
  /** The token's own id. */
  jti: string
  roles?: string[]
  /** The session that it belongs to. */
  sid?: string
}

/** The longest that an access token may live, in seconds: a day. It cannot be called back before it expires. */
export const maxAccessTtlSeconds = 86_400

/** What the claims must match. */
export interface ClaimRules {
  issuer: string
  audience: string
  /** Now, in seconds since 1970. */
  now: number
  clockToleranceSeconds: number
}

/**
 * Checks each claim for its type and its value, and returns our own alone, in an object of our own.
 * That `exp` has passed is left to the caller, who answers it differently.
 */
export function readClaims(
  payload: unknown,
  { issuer, audience, now, clockToleranceSeconds }: ClaimRules,
): AccessClaims {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
    throw new Error('payload is no object')
  const { iss, aud, sub, exp, iat, nbf, jti, roles, sid } = payload as Record<string, unknown>
  if (iss !== issuer) throw new Error('iss is another')
  if (!isFor(aud, audience)) throw new Error('aud is another')
  if (!isText(sub)) throw new Error('sub is no text')
  if (!isText(jti)) throw new Error('jti is no text')
  if (!isTime(exp) || !isTime(iat)) throw new Error('exp or iat is no time')
  if (exp <= iat || exp - iat > maxAccessTtlSeconds) throw new Error('lives too long, or not at all')
  if (iat > now + clockToleranceSeconds) throw new Error('iat lies in the future')
  if (nbf !== undefined && (!isTime(nbf) || nbf > now + clockToleranceSeconds))
    throw new Error('nbf lies in the future')
  if (roles !== undefined && !isTextList(roles)) throw new Error('roles is no list of texts')
  if (sid !== undefined && !isText(sid)) throw new Error('sid is no text')
  return { sub, exp, iat, jti, ...(roles && { roles: [...roles] }), ...(sid !== undefined && { sid }) }
}

/** RFC 7519, 4.1.3: one audience, or a list in which ours is. */
function isFor(aud: unknown, audience: string): boolean {
  return Array.isArray(aud) ? aud.every(isText) && aud.includes(audience) : aud === audience
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText)
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}
