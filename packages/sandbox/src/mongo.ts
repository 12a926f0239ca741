import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { SandboxError, type SandboxErrorCode } from './errors.js'
import type { FromServer, ToServer } from './mongo-server.js'
import { assertKnownKeys } from './options.js'

/** Options of `startMongo`. */
export interface StartMongoOptions {
  /** A MongoDB that is there already (`process.env.MONGODB_URI`): used instead of the embedded one. */
  uri?: string | undefined
  /** The database in the answered URI. Default: "test"; with `uri` a new name, so that suites do not meet. */
  database?: string
  /** The port on 127.0.0.1. Default 0: a free one. */
  port?: number
  /** Where the data is kept through restarts. Default: in memory. */
  dir?: string
  /** How often expired documents are removed (TTL indexes), in milliseconds. Default 60 000, as MongoDB. */
  ttlIntervalMs?: number
  /** The journal in `dir` is compacted once it has this many bytes and is half waste. Default 16 MiB. */
  compactBytes?: number
}

/** A MongoDB to use and to close. */
export interface RunningMongo extends AsyncDisposable {
  /** A connection string that names a database of its own. */
  uri: string
  /** The server's process; `undefined` with `uri`. */
  pid: number | undefined
  /** Ends the process, or drops the database on a server that was given. May be called again. */
  close(): Promise<void>
}

const OPTIONS = ['uri', 'database', 'port', 'dir', 'ttlIntervalMs', 'compactBytes']

/**
 * Starts the embedded MongoDB in a process of its own, which ends with this one. It is for development and tests:
 * a standalone server without transactions. Throws a `SandboxError` (SANDBOX_DIR_IN_USE, SANDBOX_PORT_TAKEN,
 * SANDBOX_JOURNAL_DAMAGED, SANDBOX_UNREACHABLE) if it cannot start.
 */
export async function startMongo(options: StartMongoOptions = {}): Promise<RunningMongo> {
  assertKnownKeys('startMongo', options, OPTIONS)
  const { uri, database, ...server } = options
  return uri ? useServer(uri, database) : startServer(server, database)
}

async function startServer(
  options: Omit<StartMongoOptions, 'uri'>,
  database = 'test',
): Promise<RunningMongo> {
  const child = fork(fileURLToPath(new URL('./mongo-server.js', import.meta.url)), { execArgv: [] })
  const port = await askToStart(child, options)
  // A program that has done its work ends without closing; the child sees that its parent is gone.
  child.unref()
  child.channel?.unref()
  let closing: Promise<void> | undefined
  return running(`mongodb://127.0.0.1:${port}/${database}`, child.pid, () => (closing ??= endChild(child)))
}

async function askToStart(child: ChildProcess, options: Omit<StartMongoOptions, 'uri'>): Promise<number> {
  const answer = new Promise<FromServer>((resolve, reject) => {
    child.once('message', (message) => resolve(message as FromServer))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the process ended with ${code}`)))
  })
  child.send({ start: options } satisfies ToServer)
  const message = await answer.catch((cause: unknown) => {
    throw new SandboxError('SANDBOX_UNREACHABLE', 'The embedded MongoDB did not start: see the cause.', {
      cause,
    })
  })
  if ('port' in message) return message.port
  const code = (message.error.code ?? 'SANDBOX_UNREACHABLE') as SandboxErrorCode
  throw new SandboxError(code, message.error.message)
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.ref()
  const ended = once(child, 'exit')
  // If the channel is closed, the child is ending already.
  if (child.connected) child.send('close' satisfies ToServer, () => {})
  await ended
}

async function useServer(
  given: string,
  database = `sandbox_${randomBytes(6).toString('hex')}`,
): Promise<RunningMongo> {
  const uri = withDatabase(given, database)
  let closing: Promise<void> | undefined
  return running(uri, undefined, () => (closing ??= dropDatabase(uri)))
}

/** The connection string with another database in it; the options stay, and so does where users are looked up. */
function withDatabase(uri: string, database: string): string {
  const match = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(uri)
  if (!match) throw new TypeError('startMongo: uri has to begin with mongodb:// or mongodb+srv://')
  const [, server = '', before = '', query] = match
  const options = new URLSearchParams(query)
  if (server.includes('@') && before && !options.has('authSource')) options.set('authSource', before)
  return `${server}/${database}${options.size > 0 ? `?${options}` : ''}`
}

async function dropDatabase(uri: string): Promise<void> {
  const { MongoClient } = await import('mongodb').catch((cause: unknown) => {
    throw new SandboxError(
      'SANDBOX_UNREACHABLE',
      'To drop its database, startMongo({ uri }) needs the package "mongodb".',
      { cause },
    )
  })
  const client = new MongoClient(uri)
  try {
    await client.db().dropDatabase()
  } finally {
    await client.close()
  }
}

function running(uri: string, pid: number | undefined, close: () => Promise<void>): RunningMongo {
  return { uri, pid, close, [Symbol.asyncDispose]: close }
}
