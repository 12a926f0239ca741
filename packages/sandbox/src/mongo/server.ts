import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { SandboxError } from '../errors.js'
import type { ServerState } from './commands/command.js'
import { Cursors } from './cursors.js'
import { openStorage } from './storage/open.js'
import { startTtlMonitor } from './storage/ttl.js'
import { serveConnection } from './wire/connection.js'

/** Options of the server inside its process. */
export interface MongoServerOptions {
  host?: string
  /** 0 takes a free port. */
  port?: number
  /** Where the data is kept; in memory if absent. */
  dir?: string | undefined
  /** How often expired documents are removed, in milliseconds. Default 60 000, MongoDB's own interval. */
  ttlIntervalMs?: number
  /** The journal is rewritten once it is this large, in bytes, and twice what it needs to be. */
  compactBytes?: number
  /** Called when the server cannot go on (a journal that cannot be written). Default: throws. */
  onFatal?: (err: unknown) => void
}

/** A server that listens. */
export interface MongoServer {
  port: number
  close(): Promise<void>
}

/**
 * Opens the storage and listens. The way of a command from here on: `wire/connection` cuts messages out of the
 * stream, `wire/message` decodes one, `dispatch` finds and checks the command, `commands/` runs it on `storage/`.
 */
export async function createMongoServer(options: MongoServerOptions = {}): Promise<MongoServer> {
  const {
    host = '127.0.0.1',
    port = 0,
    dir,
    ttlIntervalMs = 60_000,
    compactBytes,
    onFatal = rethrow,
  } = options
  const catalog = await openStorage({ dir, compactBytes, onFatal })
  const state: ServerState = { catalog, cursors: new Cursors() }
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    serveConnection(socket, state, ++connections, onFatal)
  })
  await listen(server, port, host).catch(async (err: unknown) => {
    await catalog.journal.close()
    throw err
  })
  const stopTtl = startTtlMonitor(state, ttlIntervalMs, onFatal)
  let closing: Promise<void> | undefined

  return {
    port: (server.address() as AddressInfo).port,
    close: () => (closing ??= close()),
  }

  async function close(): Promise<void> {
    stopTtl()
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
    await catalog.journal.close()
  }
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EADDRINUSE') throw cause
    throw new SandboxError(
      'SANDBOX_PORT_TAKEN',
      `Port ${port} is taken. Stop what listens there, or take another port (0: any free one).`,
      { cause },
    )
  })
}

function rethrow(err: unknown): never {
  throw err
}
