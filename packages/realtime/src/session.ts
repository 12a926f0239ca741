import type { Socket } from 'socket.io'
import type { Authenticator, RealtimeUser } from './authenticator.js'
import { RealtimeError } from './errors.js'
import type { Logger } from './logger.js'
import { expiringEvent, type Ack } from './protocol.js'

/** @internal The time a token gives to one socket. */
export interface Session<User> {
  readonly user: User
  readonly expired: boolean
  renew(token: unknown): Promise<Ack<{ exp: number }>>
}

/** setTimeout takes no more (it would fire at once): 24.8 days. */
const longestTimerMs = 2 ** 31 - 1

/**
 * Warns the client before its token expires, takes a fresh one in place, and closes the connection when none comes. The
 * transport is closed, not the socket: a client told to disconnect does not come back, one that lost its transport does.
 * @internal
 */
export function startSession<User extends RealtimeUser>(
  socket: Socket,
  user: User,
  options: { authenticate: Authenticator<User>; warningMs: number; graceMs: number; logger: Logger },
): Session<User> {
  const { authenticate, warningMs, graceMs, logger } = options
  let timer: NodeJS.Timeout | undefined
  accept(user)
  socket.once('disconnect', () => clearTimeout(timer))

  function accept(fresh: User): void {
    user = fresh
    socket.data.user = fresh
    const remainingMs = expiresInMs()
    // No earlier than half its life, or a token shorter than the warning would be renewed without pause.
    at(Date.now() + Math.max(remainingMs - warningMs, remainingMs / 2), warn)
  }

  function warn(): void {
    socket.emit(expiringEvent, { expiresInMs: Math.round(expiresInMs()) })
    at(user.exp * 1000 + graceMs, close)
  }

  function close(): void {
    logger.info('realtime: token expired, closing the connection', { sub: user.sub, socket: socket.id })
    socket.conn.close()
  }

  function at(time: number, act: () => void): void {
    clearTimeout(timer)
    if (!socket.connected) return
    const wait = time - Date.now()
    timer = wait > longestTimerMs ? setTimeout(() => at(time, act), longestTimerMs) : setTimeout(act, wait)
  }

  function expiresInMs(): number {
    return Math.max(0, user.exp * 1000 - Date.now())
  }

  return {
    get user() {
      return user
    },
    get expired() {
      return expiresInMs() === 0
    },
    async renew(token) {
      try {
        const fresh = await authenticate(token)
        // Rooms and whatever a handler remembers belong to the first subject.
        if (fresh.sub !== user.sub) return { ok: false, code: 'REALTIME_SUBJECT_CHANGED' }
        accept(fresh)
        return { ok: true, data: { exp: fresh.exp } }
      } catch (err) {
        return { ok: false, code: err instanceof RealtimeError ? err.code : 'REALTIME_AUTH_UNAVAILABLE' }
      }
    },
  }
}
