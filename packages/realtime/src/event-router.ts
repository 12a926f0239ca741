import type { Socket } from 'socket.io'
import type { z } from 'zod'
import type { Connection } from './admission.js'
import type { RealtimeUser } from './authenticator.js'
import { errorFields } from './errors.js'
import type { Logger } from './logger.js'
import { renewEvent, type Ack } from './protocol.js'
import type { Session } from './session.js'
import { createTokenBucket } from './token-bucket.js'

/** What a handler is given besides the payload. */
export interface EventContext<User extends RealtimeUser = RealtimeUser> {
  /** Who sent it, by the token that is good now. */
  user: User
  socket: Socket
}

/** One event that clients may send. */
export interface EventDefinition<Schema extends z.ZodType, User extends RealtimeUser = RealtimeUser> {
  /** The payload. What the schema makes of it is what `handle` gets. */
  schema: Schema
  /** What it resolves to is the client's answer. An error with a `status` below 500 answers with its `code`. */
  handle(data: z.output<Schema>, context: EventContext<User>): unknown
}

/** @internal */
export interface EventRouter<User extends RealtimeUser> {
  attach(socket: Socket, session: Session<User>): void
  /** What clients on this connection still wait for. */
  pending(conn: Connection): Promise<unknown>[]
}

type AnyDefinition<User extends RealtimeUser> = EventDefinition<z.ZodType, User>
type Reply = (ack: Ack) => void

/** Refused events are granted the same rate, and this many bursts, before their sender is taken for a flood. */
const floodBursts = 10

/** @internal */
export function createEventRouter<User extends RealtimeUser>(options: {
  events: ReadonlyMap<string, AnyDefinition<User>>
  eventsPerSecond: number
  eventBurst: number
  logger: Logger
}): EventRouter<User> {
  const { events, eventsPerSecond, eventBurst, logger } = options
  const underWay = new WeakMap<Connection, Set<Promise<unknown>>>()

  function attach(socket: Socket, session: Session<User>): void {
    const take = createTokenBucket(eventsPerSecond, eventBurst)
    const ownEvents = socket.nsp.name === '/' ? events : new Map<string, AnyDefinition<User>>()
    const takeRefused = createTokenBucket(eventsPerSecond, eventBurst * floodBursts)

    socket.use(function routeEvent([event, ...args], next) {
      const reply = replyOf(args)
      const retryAfterMs = take()
      if (retryAfterMs > 0) {
        if (takeRefused() > 0) return flood(socket, session.user)
        return reply({ ok: false, code: 'REALTIME_RATE_LIMITED', retryAfterMs })
      }
      if (event === renewEvent) return track(socket.conn, session.renew(args[0]).then(reply))
      if (session.expired) return reply({ ok: false, code: 'REALTIME_TOKEN_EXPIRED' })
      const definition = ownEvents.get(event)
      if (definition)
        return track(socket.conn, answer(event, definition, args, { user: session.user, socket }, reply))
      if (socket.listenerCount(event) > 0 || socket.listenersAny().length > 0) return next()
      // The protocol allows a number for a name.
      logger.debug('realtime: unknown event', { event: String(event).slice(0, 64), sub: session.user.sub })
      return reply({ ok: false, code: 'REALTIME_UNKNOWN_EVENT' })
    })
  }

  async function answer(
    event: string,
    { schema, handle }: AnyDefinition<User>,
    args: unknown[],
    context: EventContext<User>,
    reply: Reply,
  ): Promise<void> {
    try {
      const parsed = await schema.safeParseAsync(args[0])
      if (!parsed.success || args.length > 1) {
        return reply({ ok: false, code: 'REALTIME_INVALID_EVENT', errors: issuesOf(parsed.error) })
      }
      reply({ ok: true, data: (await handle(parsed.data, context)) ?? null })
    } catch (err) {
      reply({ ok: false, code: expectedCode(err) ?? failed(event, err, context) })
    }
  }

  function failed(event: string, err: unknown, { user }: EventContext<User>): string {
    logger.error('realtime: event handler failed', { event, sub: user.sub, err: errorFields(err) })
    return 'REALTIME_HANDLER_FAILED'
  }

  function flood(socket: Socket, user: User): void {
    logger.warn('realtime: event flood, closing the connection', { sub: user.sub, socket: socket.id })
    socket.conn.close()
  }

  function track(conn: Connection, work: Promise<unknown>): void {
    const works = underWay.get(conn) ?? new Set()
    underWay.set(conn, works.add(work))
    void work.finally(() => works.delete(work))
  }

  return { attach, pending: (conn) => [...(underWay.get(conn) ?? [])] }
}

/** Takes the acknowledgement callback off the arguments. A client that wants no answer sends none. */
function replyOf(args: unknown[]): Reply {
  return typeof args.at(-1) === 'function' ? (args.pop() as Reply) : () => {}
}

function expectedCode(err: unknown): string | undefined {
  const { status, code } = (err ?? {}) as { status?: unknown; code?: unknown }
  return typeof status === 'number' && status < 500 && typeof code === 'string' ? code : undefined
}

function issuesOf(error: z.ZodError | undefined) {
  if (!error) return [{ path: '', message: 'An event carries one payload.' }]
  return error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
}
