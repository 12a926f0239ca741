import type mongoose from 'mongoose'
import type { Connection, ConnectOptions } from 'mongoose'
import { createCheck } from './check.js'
import { errorFields } from './errors.js'
import { connectWithin } from './first-connection.js'
import { silentLogger, type Logger } from './logger.js'
import { assertKnownKeys } from './options.js'
import type { MongoStats } from './pool-stats.js'
import { hostsOf } from './uri.js'

/**
 * Options of `connectMongo`. Those spelt with `MS` are the driver's own, under its own names; an option that the
 * connection string sets wins over a default, never over an option that you pass.
 */
export interface ConnectMongoOptions {
  dbName?: string | undefined
  /** Shown in the server's log and in `currentOp`. */
  appName?: string | undefined
  /** Connections to each server. Default 10 (the driver's 100 times a few processes is more than most servers serve). */
  maxPoolSize?: number | undefined
  /** Kept open when idle, so that the first requests after a quiet night need no handshake. Default 1. */
  minPoolSize?: number | undefined
  /** How long an operation waits for a connection. Default 5000 (the driver's 0 waits for ever). */
  waitQueueTimeoutMS?: number | undefined
  /** How long an operation waits for a server it may use. Default 5000 (the driver's 30000 outlives most requests). */
  serverSelectionTimeoutMS?: number | undefined
  /** How long a TCP and TLS handshake may take. Default 10000. */
  connectTimeoutMS?: number | undefined
  /**
   * How long a connection may be silent before it is given up. Default 60000 (the driver's 0 waits for ever on a
   * connection that a firewall forgot). It is no limit of a query: the server goes on, and a read is sent once more.
   * Bound queries with `maxTimeMS`; set 0 where commands take minutes (building indexes).
   */
  socketTimeoutMS?: number | undefined
  /** Whether every start creates collections and indexes. Default false: pass true in development and tests. */
  autoIndex?: boolean | undefined
  /** Anything else that `mongoose.createConnection` takes (`tls`, `readPreference`, `autoEncryption` …). */
  driverOptions?: ConnectOptions | undefined
  /** How long the first connection is tried, with pauses that grow. Default 60000. */
  connectDeadlineMs?: number | undefined
  /** How long `check()` waits for its answer. Default 2000. */
  checkTimeoutMs?: number | undefined
  /** Ends the attempts to connect. */
  signal?: AbortSignal | undefined
  /** The Mongoose to use, when the application's is not the one that this package resolves. */
  mongoose?: Pick<typeof mongoose, 'createConnection'> | undefined
  logger?: Logger | undefined
}

/** A connection and what belongs to it. */
export interface Mongo {
  /** A Mongoose connection of its own: make models with `connection.model(...)`. */
  readonly connection: Connection
  /** Pings the server; rejects with `DB_UNAVAILABLE` when no answer comes in time. */
  check(): Promise<void>
  stats(): MongoStats
  /** Idempotent. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const knownOptions = [
  'dbName',
  'appName',
  'maxPoolSize',
  'minPoolSize',
  'waitQueueTimeoutMS',
  'serverSelectionTimeoutMS',
  'connectTimeoutMS',
  'socketTimeoutMS',
  'autoIndex',
  'driverOptions',
  'connectDeadlineMs',
  'checkTimeoutMs',
  'signal',
  'mongoose',
  'logger',
] as const satisfies readonly (keyof ConnectMongoOptions)[]

/** Connects Mongoose, tries the first connection until a deadline, and sets the limits that the driver leaves open. */
export async function connectMongo(uri: string, options: ConnectMongoOptions = {}): Promise<Mongo> {
  assertKnownKeys('connectMongo', options, knownOptions)
  if (typeof uri !== 'string' || uri === '')
    throw new TypeError('connectMongo: uri must be a connection string.')
  const { connectDeadlineMs = 60_000, checkTimeoutMs = 2_000, logger = silentLogger } = options
  const server = hostsOf(uri)

  const { connection, pool } = await connectWithin(connectDeadlineMs, uri, options, server, logger)
  logger.info('db: connected', { server, database: connection.name })
  let closing: Promise<void> | undefined
  // destroy() and not close(): Mongoose keeps a closed connection in its list for ever.
  const close = (): Promise<void> => (closing ??= connection.destroy())
  connection.on('disconnected', () => closing ?? logger.warn('db: disconnected', { server }))
  connection.on('reconnected', () => logger.info('db: reconnected', { server }))
  connection.on('close', () => logger.info('db: closed', { server }))
  connection.on('error', (err: unknown) => logger.error('db: error', { server, err: errorFields(err) }))

  return {
    connection,
    check: createCheck(connection, checkTimeoutMs),
    stats: () => ({ state: stateOf(connection), pool: pool() }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function stateOf(connection: Connection): MongoStats['state'] {
  const states = ['disconnected', 'connected', 'connecting', 'disconnecting'] as const
  return states[connection.readyState as 0 | 1 | 2 | 3] ?? 'disconnected'
}
