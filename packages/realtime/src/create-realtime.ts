import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import { Server, type Namespace, type Socket } from 'socket.io'
import type { z } from 'zod'
import { createAdmission, type Connection } from './admission.js'
import { createAuthenticator, type RealtimeUser } from './authenticator.js'
import { drainConnections } from './drain.js'
import { RealtimeError, type RealtimeErrorCode } from './errors.js'
import { createEventRouter } from './event-router.js'
import { silentLogger } from './logger.js'
import { reservePath } from './own-path.js'
import { drainingEvent } from './protocol.js'
import { assertUsage, type RealtimeOptions } from './realtime-options.js'
import { startSession } from './session.js'

/** One user, on every device and, through the adapter, on every process. */
export interface UserChannel<ToClient extends object> {
  emit<Event extends keyof ToClient & string>(event: Event, payload: ToClient[Event]): void
  /** For a log-out everywhere: closes every connection of the user. `connectRealtime` asks for a token again. */
  disconnect(): void
}

/** What `createRealtime` returns. `ToClient` maps the events that the server sends to their payloads. */
export interface Realtime<ToClient extends object = Record<string, unknown>> {
  /** The Socket.IO server itself. Its `close()` would close the HTTP server too: use `close()` below. */
  readonly io: Server
  toUser(id: string): UserChannel<ToClient>
  /** Refuses handshakes, tells the clients, lets them go in batches. Leaves the HTTP server open. Idempotent. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** How long a client may hold a connection without having joined. Socket.IO's own default is 45 seconds. */
const connectTimeoutMs = 10_000

/**
 * Attaches Socket.IO to an HTTP server. A handshake passes origin → address limit → token → user limit; a socket lives as
 * long as its token; an event passes rate limit → expiry → schema → handler.
 */
export function createRealtime<
  ToClient extends object = Record<string, unknown>,
  User extends RealtimeUser = RealtimeUser,
  Schemas extends Record<string, z.ZodType> = Record<string, z.ZodType>,
>(server: HttpServer | HttpsServer, options: RealtimeOptions<User, Schemas>): Realtime<ToClient> {
  assertUsage(server, options)
  const { origins, authTimeoutMs = 5_000, expiryWarningMs = 60_000, expiryGraceMs = 10_000 } = options
  const { adapter, transports = ['polling', 'websocket'], logger = silentLogger, limits = {} } = options
  const { maxConnectionsPerUser = 20, maxConnectionsPerAddress = 500, maxMessageBytes = 65_536 } = limits
  const { eventsPerSecond = 20, eventBurst = 40, maxQueuedMessages = 1_000 } = limits

  const admission = createAdmission({
    origins,
    maxConnectionsPerAddress,
    trustProxyHops: options.trustProxyHops ?? 0,
    logger,
  })
  const authenticate = createAuthenticator({
    authenticate: options.authenticate,
    timeoutMs: authTimeoutMs,
    logger,
  })
  const router = createEventRouter<User>({
    events: new Map(Object.entries(options.events ?? {})),
    eventsPerSecond,
    eventBurst,
    logger,
  })
  const namespaces = new Set<Namespace>()
  const perUser = new Map<string, Set<Connection>>()
  let closing: Promise<void> | undefined

  const path = (options.path ?? '/socket.io').replace(/\/$/, '')
  const io = new Server(server, {
    path,
    transports,
    serveClient: false,
    allowRequest: admitHandshake,
    connectTimeout: connectTimeoutMs,
    maxHttpBufferSize: maxMessageBytes,
    // Lets polling pages of other origins read the answers; credentials for the cookie of a sticky balancer.
    cors: { origin: [...origins], credentials: true },
    ...(adapter && { adapter }),
  })
  reservePath(server, `${path}/`, (req, res) => io.engine.handleRequest(req as never, res))
  io.engine.on('connection', (conn: Connection) => {
    admission.opened(conn)
    limitQueue(conn)
  })
  // A namespace has middleware of its own: one that is added later would be open to everybody.
  guard(io.of('/'))
  io.on('new_namespace', guard)

  function admitHandshake(req: IncomingMessage, done: (err: string | null, success: boolean) => void): void {
    if (closing) return answerUnavailable(req)
    const refusal = admission.refusal(req)
    if (refusal) logger.info('realtime: handshake refused', { code: refusal, origin: req.headers.origin })
    done(refusal ?? null, refusal === undefined)
  }

  function guard(namespace: Namespace): void {
    namespaces.add(namespace)
    namespace.use(async function authenticateHandshake(socket, next) {
      try {
        const user = await authenticate(socket.handshake.auth['token'])
        claimPlace(user, socket.conn)
        socket.data.user = user
        next()
      } catch (err) {
        next(asConnectError(err))
      }
    })
    namespace.on('connection', function welcome(socket: Socket) {
      const user = socket.data.user as User
      void socket.join(roomOf(user.sub))
      const session = startSession(socket, user, {
        authenticate,
        warningMs: expiryWarningMs,
        graceMs: expiryGraceMs,
        logger,
      })
      router.attach(socket, session)
    })
  }

  function claimPlace({ sub }: User, conn: Connection): void {
    const held = perUser.get(sub) ?? new Set()
    if (held.has(conn) || conn.readyState !== 'open') return
    if (held.size >= maxConnectionsPerUser) {
      logger.info('realtime: too many connections of one user', { sub, maxConnectionsPerUser })
      const message = 'This user has too many connections. Close one and try again.'
      throw new RealtimeError('REALTIME_TOO_MANY_CONNECTIONS', message, { status: 429 })
    }
    perUser.set(sub, held.add(conn))
    conn.once('close', () => {
      held.delete(conn)
      if (held.size === 0) perUser.delete(sub)
    })
  }

  function limitQueue(conn: Connection): void {
    conn.on('packetCreate', () => {
      if (conn.readyState !== 'open' || conn['writeBuffer'].length < maxQueuedMessages) return
      logger.warn('realtime: client does not read its messages, closing the connection', {
        maxQueuedMessages,
      })
      conn.close(true)
    })
  }

  const close = (): Promise<void> => (closing ??= drain())

  async function drain(): Promise<void> {
    const { timeoutMs: withinMs = 4_000 } = options.drain ?? {}
    for (const { sockets } of namespaces)
      for (const socket of sockets.values()) tellDraining(socket, withinMs)
    await drainConnections(admission.connections, router.pending, options.drain ?? {})
    io.engine.close()
    await Promise.allSettled([...namespaces].map(async (namespace) => namespace.adapter.close()))
    logger.info('realtime: closed')
  }

  return {
    io,
    toUser(id) {
      if (typeof id !== 'string' || id === '') throw new TypeError('toUser: an id is a non-empty string.')
      return {
        emit: (event, payload) => void io.to(roomOf(id)).emit(event, payload),
        disconnect: () => io.in(roomOf(id)).disconnectSockets(true),
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Polling clients are not told: the poll that brings the news is the one that an answer under way waits for. */
function tellDraining(socket: Socket, withinMs: number): void {
  if (socket.conn.transport.name === 'websocket') socket.emit(drainingEvent, { withinMs })
}

function roomOf(sub: string): string {
  return `user:${sub}`
}

/** What a refused client receives as `connect_error`: `err.data.code`. */
function asConnectError(err: unknown): Error {
  const code: RealtimeErrorCode = err instanceof RealtimeError ? err.code : 'REALTIME_AUTH_UNAVAILABLE'
  return Object.assign(new Error(code), { data: { code } })
}

/** 503 and not Engine.IO's 403: a balancer may hand this request to another process. */
function answerUnavailable(req: IncomingMessage & { res?: ServerResponse }): void {
  const body = JSON.stringify({ code: 'REALTIME_DRAINING' satisfies RealtimeErrorCode })
  const headers = { 'Content-Type': 'application/json', 'Retry-After': '1', Connection: 'close' }
  if (req.res) return void req.res.writeHead(503, headers).end(body)
  // Node has let go of the socket of an upgrade: an error that nobody hears would end the process.
  req.socket.on('error', () => {})
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  req.socket.end(
    `HTTP/1.1 503 Service Unavailable\r\n${lines.join('')}Content-Length: ${body.length}\r\n\r\n${body}`,
  )
}
