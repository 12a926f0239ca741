/** The main module of the process that `startMongo` starts: options and news go over the IPC channel. */
import { createMongoServer, type MongoServer, type MongoServerOptions } from './mongo/server.js'
import { SandboxError } from './errors.js'

/** What the parent sends: once how to start, later that it is time to end. */
export type ToServer = { start: MongoServerOptions } | 'close'

/** What the server sends: its port once it listens, or why it does not. */
export type FromServer = { port: number } | { error: { code?: string; message: string } }

let starting: Promise<MongoServer> | undefined

process.on('message', (message: ToServer) => {
  if (message === 'close') end(0)
  else start(message.start)
})
// The parent is gone, however it went: nobody needs this process any more.
process.on('disconnect', () => end(0))
process.on('SIGTERM', () => end(0))
// Ctrl-C reaches the whole process group. The parent may still need its database while it shuts down.
process.on('SIGINT', () => {})

function start(options: MongoServerOptions): void {
  starting = createMongoServer({ ...options, onFatal })
  starting.then(({ port }) => send({ port }), refuse)
}

function refuse(err: unknown): void {
  const { message } = err as Error
  const code = err instanceof SandboxError ? { code: err.code } : {}
  process.send?.({ error: { ...code, message } } satisfies FromServer, () => process.exit(1))
}

function onFatal(err: unknown): void {
  process.stderr.write(`the embedded MongoDB ends: ${err instanceof Error ? err.stack : String(err)}\n`)
  process.exit(1)
}

function end(code: number): void {
  Promise.resolve(starting)
    .then((server) => server?.close())
    .then(
      () => process.exit(code),
      () => process.exit(1),
    )
}

function send(message: FromServer): void {
  // The channel may be closing: then the disconnect ends this process.
  process.send?.(message, () => {})
}
