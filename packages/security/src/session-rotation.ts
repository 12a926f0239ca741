import type { RefreshToken, RefreshTokens } from './refresh-tokens.js'
import type { SessionStore, StoredSession } from './session-store.js'

/** The token to hand out, and the session as it is now. */
export interface Renewal {
  token: RefreshToken
  session: StoredSession
}

/** What a rotation needs besides the token. */
export interface RotationContext {
  store: SessionStore
  refreshTokens: RefreshTokens
  graceSeconds: number
  idleTtlSeconds: number
}

/**
 * Exchanges a refresh token for its successor. Requests that race with the same token, from two tabs or a retry, all
 * get the same successor; a token that comes back later than the grace has been copied.
 */
export async function rotate(
  presented: RefreshToken,
  session: StoredSession,
  context: RotationContext,
): Promise<Renewal | 'invalid' | 'reused'> {
  if (presented.hash !== session.tokenHash) return answerPredecessor(presented, session, context)
  // The fresh successor of a token that is still in grace stays, so that no more than one is in grace at any time.
  if (session.previousHash !== null && isInGrace(session, context)) return { token: presented, session }
  const renewal = await replace(presented, session, context)
  if (renewal) return renewal
  const winner = await context.store.find(session.id)
  return winner ? answerPredecessor(presented, winner, context) : 'invalid'
}

async function replace(
  presented: RefreshToken,
  session: StoredSession,
  { store, refreshTokens, idleTtlSeconds }: RotationContext,
): Promise<Renewal | undefined> {
  const token = refreshTokens.successors(presented)[0]!
  const now = Date.now()
  const rotation = {
    tokenHash: token.hash,
    previousHash: presented.hash,
    rotatedAt: new Date(now),
    expiresAt: new Date(Math.min(now + idleTtlSeconds * 1000, session.absoluteExpiresAt.getTime())),
  }
  const won = await store.rotate(session.id, presented.hash, rotation)
  return won ? { token, session: { ...session, ...rotation } } : undefined
}

/** The store holds only a hash of the successor; which of our secrets made it is found by trying. */
function answerPredecessor(
  presented: RefreshToken,
  session: StoredSession,
  context: RotationContext,
): Renewal | 'invalid' | 'reused' {
  if (presented.hash !== session.previousHash || !isInGrace(session, context)) return 'reused'
  const token = context.refreshTokens.successors(presented).find(({ hash }) => hash === session.tokenHash)
  return token ? { token, session } : 'invalid'
}

function isInGrace({ rotatedAt }: StoredSession, { graceSeconds }: RotationContext): boolean {
  return Date.now() - rotatedAt.getTime() < graceSeconds * 1000
}
