import type { ServerOptions } from 'socket.io'
import type { z } from 'zod'
import type { RealtimeUser } from './authenticator.js'
import type { DrainOptions } from './drain.js'
import type { EventDefinition } from './event-router.js'
import type { Logger } from './logger.js'
import { assertKnownKeys } from './options.js'

/** What one process grants. Nothing here is shared between processes. */
export interface RealtimeLimits {
  /** Connections of one user, that is one `sub`. Default 20. */
  maxConnectionsPerUser?: number | undefined
  /**
   * Connections from one address (one /64 for IPv6), before anybody is authenticated. Default 500: thousands of mobile
   * users may share one address of their carrier.
   */
  maxConnectionsPerAddress?: number | undefined
  /** A message above this costs its sender the connection. Default 65536. */
  maxMessageBytes?: number | undefined
  /** Events that one connection may send in the long run. Default 20. */
  eventsPerSecond?: number | undefined
  /** Events that one connection may send at once. Default 40. */
  eventBurst?: number | undefined
  /** Messages waiting for a client that does not read them; above it the connection is closed. Default 1000. */
  maxQueuedMessages?: number | undefined
}

/** Options of `createRealtime`. */
export interface RealtimeOptions<User extends RealtimeUser, Schemas extends Record<string, z.ZodType>> {
  /** Which web pages may connect, besides those of this very host. `[]` when there are none. */
  origins: readonly string[]
  /** Turns a token into who it is and until when, or rejects. */
  authenticate: (token: string) => Promise<User>
  /** What clients may send. Anything else is refused. */
  events?: { [Name in keyof Schemas]: EventDefinition<Schemas[Name], User> } | undefined
  /** A Socket.IO adapter (`createAdapter(...)` of `@socket.io/redis-adapter`), for more than one process. */
  adapter?: ServerOptions['adapter'] | undefined
  limits?: RealtimeLimits | undefined
  /** Default `/socket.io`. */
  path?: string | undefined
  /** Default both. `['websocket']` alone needs no sticky sessions. */
  transports?: ('polling' | 'websocket')[] | undefined
  /** How many proxies of yours write X-Forwarded-For in front of this process. Default 0. */
  trustProxyHops?: number | undefined
  /** How long `authenticate` may take. Default 5000. */
  authTimeoutMs?: number | undefined
  /** How long before its token expires a client is told. Default 60000, at most half of what is left. */
  expiryWarningMs?: number | undefined
  /** How long after that a connection still receives, but may not send, until it is closed. Default 10000. */
  expiryGraceMs?: number | undefined
  drain?: DrainOptions | undefined
  logger?: Logger | undefined
}

const knownOptions = [
  'origins',
  'authenticate',
  'events',
  'adapter',
  'limits',
  'path',
  'transports',
  'trustProxyHops',
  'authTimeoutMs',
  'expiryWarningMs',
  'expiryGraceMs',
  'drain',
  'logger',
] as const satisfies readonly (keyof RealtimeOptions<RealtimeUser, Record<string, z.ZodType>>)[]

const knownLimits = [
  'maxConnectionsPerUser',
  'maxConnectionsPerAddress',
  'maxMessageBytes',
  'eventsPerSecond',
  'eventBurst',
  'maxQueuedMessages',
] as const satisfies readonly (keyof RealtimeLimits)[]

/** Names that Socket.IO keeps for itself (its documentation, "Emit cheatsheet"). */
const reservedEvents = [
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]

type UncheckedOptions = Pick<
  RealtimeOptions<RealtimeUser, never>,
  'origins' | 'limits' | 'drain' | 'path'
> & {
  authenticate?: unknown
  events?: object | undefined
}

/** @internal Throws a `TypeError` for what could never work. */
export function assertUsage(server: unknown, options: UncheckedOptions): void {
  if (typeof (server as { listen?: unknown } | null)?.listen !== 'function' || typeof server === 'function') {
    throw new TypeError('createRealtime: pass the http.Server, not the Express app: http.createServer(app).')
  }
  assertKnownKeys('createRealtime', options, knownOptions)
  assertKnownKeys('createRealtime: limits', options.limits ?? {}, knownLimits)
  assertKnownKeys('createRealtime: drain', options.drain ?? {}, ['batchSize', 'intervalMs', 'timeoutMs'])
  if (!Array.isArray(options.origins))
    throw new TypeError('createRealtime: origins must be a list, [] for none.')
  if (options.path !== undefined && !/^\/[^?#]+$/.test(options.path)) {
    throw new TypeError(`createRealtime: path "${options.path}" must be like "/socket.io".`)
  }
  if (typeof options.authenticate !== 'function')
    throw new TypeError('createRealtime: authenticate is required.')
  for (const event of Object.keys(options.events ?? {})) {
    if (!reservedEvents.includes(event) && !event.startsWith('realtime:')) continue
    throw new TypeError(`createRealtime: the event name "${event}" is reserved. Choose another.`)
  }
}
