import { parseArgs } from 'node:util'
import { run } from './cli/run.js'
import { createMongoServer } from './mongo/server.js'

const HELP = `ementech-sandbox mongo [--port 27017] [--dir .data/mongo] [--host 127.0.0.1]

Starts an embedded MongoDB for development: in memory, or with its data in --dir.
`

/** `ementech-sandbox mongo`: serves until it gets SIGINT or SIGTERM. Rejects if the server cannot start. */
export async function mongoCommand(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string', default: '27017' },
      host: { type: 'string', default: '127.0.0.1' },
      dir: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return
  }
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new TypeError(`--port has to be 0 to 65535: ${values.port}`)
  }
  const server = await createMongoServer({ port, host: values.host, dir: values.dir, onFatal })
  const url = `mongodb://${values.host}:${server.port}`
  process.stdout.write(`${url}\n`)
  run({ url, env: { MONGODB_URI: url }, close: server.close })
}

function onFatal(err: unknown): void {
  process.stderr.write(`the embedded MongoDB ends: ${err instanceof Error ? err.stack : String(err)}\n`)
  process.exit(1)
}
