import mongoose, { type Connection, type ConnectOptions } from 'mongoose'
import type { ConnectMongoOptions } from './connect-mongo.js'
import { DbError, errorFields } from './errors.js'
import type { Logger } from './logger.js'
import { countPoolEvents, type PoolStats } from './pool-stats.js'
import { optionsInUri, quotesSecret } from './uri.js'

/** `timeoutMS` is missing on purpose: the driver accepts it and, since 7.8, does nothing with it. */
const driverDefaults = {
  maxPoolSize: 10,
  minPoolSize: 1,
  waitQueueTimeoutMS: 5_000,
  serverSelectionTimeoutMS: 5_000,
  connectTimeoutMS: 10_000,
  socketTimeoutMS: 60_000,
} satisfies ConnectOptions

const firstPauseMs = 250
const longestPauseMs = 5_000

/** AuthenticationFailed, and Atlas' own code for it: trying again would only lock the account. */
const authenticationCodes: unknown[] = [18, 8000]

/** What the driver throws for a connection string, or options, that it cannot use. */
const misuseErrors = [
  'MongoParseError',
  'MongoInvalidArgumentError',
  'MongoAPIError',
  'MongoMissingDependencyError',
]

/** @internal */
export interface Connected {
  connection: Connection
  pool: () => PoolStats
}

/** @internal Tries until it is connected, it makes no sense to try again, or the time is over. */
export async function connectWithin(
  deadlineMs: number,
  uri: string,
  options: ConnectMongoOptions,
  server: string,
  logger: Logger,
): Promise<Connected> {
  const endsAt = performance.now() + deadlineMs
  for (let attempt = 1; ; attempt++) {
    try {
      return await connectOnce(uri, options, endsAt)
    } catch (err) {
      const fatal = asFatal(err, uri, server)
      if (fatal) throw fatal
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2)
      if (options.signal?.aborted) throw aborted(server)
      if (performance.now() + pauseMs >= endsAt) throw unreachable(server, attempt, deadlineMs, err)
      logger.warn('db: not connected yet, trying again', { server, attempt, err: errorFields(err) })
      await pause(pauseMs, options.signal)
      if (options.signal?.aborted) throw aborted(server)
    }
  }
}

async function connectOnce(uri: string, options: ConnectMongoOptions, endsAt: number): Promise<Connected> {
  const connection = (options.mongoose ?? mongoose).createConnection(uri, connectOptions(uri, options))
  const connected = connection.asPromise()
  // There as soon as the call returns (its pool is not, so no event is missed), but for a string that cannot be parsed.
  const client = connection.getClient() as ReturnType<Connection['getClient']> | undefined
  const pool = client && countPoolEvents(client)
  try {
    await endedBy(connected, endsAt, options.signal)
    return { connection, pool: pool as () => PoolStats }
  } catch (err) {
    // Mongoose's own close() would wait for the attempt to end; closing the client ends it.
    await client?.close().catch(() => {})
    await connected.catch(() => {})
    await connection.destroy().catch(() => {})
    throw err
  }
}

function connectOptions(uri: string, options: ConnectMongoOptions): ConnectOptions {
  const { dbName, appName, autoIndex = false, driverOptions } = options
  const inUri = optionsInUri(uri)
  const limits = Object.entries(driverDefaults).flatMap(([name, fallback]) => {
    const chosen =
      options[name as keyof typeof driverDefaults] ?? (inUri.has(name.toLowerCase()) ? undefined : fallback)
    return chosen === undefined ? [] : [[name, chosen]]
  })
  return {
    ...Object.fromEntries(limits),
    ...(dbName !== undefined && { dbName }),
    ...(appName !== undefined && { appName }),
    autoIndex,
    autoCreate: autoIndex,
    // Mongoose would hold operations back for 10 seconds while the server is away; the driver's limit above is enough.
    bufferCommands: false,
    ...driverOptions,
  }
}

function asFatal(err: unknown, uri: string, server: string): DbError | undefined {
  const { name, code, message } = (err ?? {}) as { name?: string; code?: unknown; message?: string }
  if (misuseErrors.includes(String(name))) {
    const detail = message && !quotesSecret(message, uri) ? ` (${message})` : ''
    return new DbError(
      'DB_URI_INVALID',
      `The MongoDB connection string or its options are not valid${detail}.`,
    )
  }
  if (!authenticationCodes.includes(code)) return undefined
  const advice = 'Check user, password and authSource.'
  return new DbError('DB_AUTH_FAILED', `MongoDB at ${server} refused the credentials. ${advice}`, {
    cause: err,
  })
}

function unreachable(server: string, attempts: number, deadlineMs: number, cause: unknown): DbError {
  const message = `MongoDB at ${server} could not be reached (attempts: ${attempts}, in ${deadlineMs} ms). Check that it runs and that this machine may connect to it.`
  return new DbError('DB_CONNECT_FAILED', message, { status: 503, cause })
}

function aborted(server: string): DbError {
  return new DbError('DB_CONNECT_ABORTED', `Connecting to MongoDB at ${server} was called off.`, {
    status: 503,
  })
}

/** Rejects when `endsAt` has come or `signal` is aborted before `work` settles. */
function endedBy(work: Promise<unknown>, endsAt: number, signal: AbortSignal | undefined): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const stop = (): void => finish(() => reject(new Error('The attempt to connect was ended.')))
    const timer = setTimeout(stop, Math.max(0, endsAt - performance.now()))
    const finish = (settle: () => void): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      settle()
    }
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop)
    work.then(
      (value) => finish(() => resolve(value)),
      (err: unknown) => finish(() => reject(err)),
    )
  })
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, ms)
    signal?.addEventListener('abort', finish)
  })
}
