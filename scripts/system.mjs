/**
 * The whole system as processes: database, sandbox, server, worker. `npm start` runs it, and the system tests run
 * it too, so that what is tested is what people start.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const order = ['database', 'sandbox', 'server', 'worker']
const preferredPorts = { server: 3000, sandbox: 3100, mail: 3125, database: 27117 }
/** The administrator of a system that runs on this machine. */
export const admin = { email: 'admin@soko.example', password: 'karibu sana soko' }

/**
 * Lays out a system in `dataDir`. Nothing runs until `startAll()`.
 *
 * @param {object} options
 * @param {string} options.dataDir database, ledger, secrets and logs live here
 * @param {Record<string, number>} [options.ports] preferred ports; one in use is replaced by a free one
 * @param {number} [options.timeScale] how much faster the sandbox's clock runs
 * @param {number} [options.queriesPerMinute] how many STK queries the sandbox allows; 0 is any number
 * @param {Record<string, string>} [options.env] further variables for server and worker
 * @param {string} [options.database] name of the database on the server that MONGODB_URI names; default: the URI's own
 * @param {(name: string, exit: { code: number | null, signal: string | null }) => void} [options.onExit]
 *   called when a process ends that nobody asked to end
 */
export async function createSystem({
  dataDir,
  ports = {},
  timeScale,
  queriesPerMinute,
  env = {},
  database,
  onExit = () => {},
}) {
  mkdirSync(join(dataDir, 'logs'), { recursive: true })
  const port = {}
  const moved = {}
  for (const name of Object.keys(preferredPorts)) {
    const wanted = ports[name] ?? preferredPorts[name]
    port[name] = await freePort(wanted, Object.values(port))
    if (wanted !== 0 && port[name] !== wanted) moved[name] = wanted
  }
  const url = `http://localhost:${port.server}`
  const sandboxUrl = `http://localhost:${port.sandbox}`
  const mongoUri = process.env.MONGODB_URI
    ? withDatabase(process.env.MONGODB_URI, database)
    : `mongodb://127.0.0.1:${port.database}/soko`
  const appEnv = {
    ...applicationEnv({ dataDir, url, mongoUri, port: port.server, sandboxUrl }),
    ...env,
  }
  const sandboxCli = join(root, 'packages/sandbox/dist/cli.js')
  const serverDist = join(root, 'examples/shop/server/dist')
  const specs = {
    database: {
      args: [sandboxCli, 'mongo', '--port', String(port.database), '--dir', join(dataDir, 'mongo')],
    },
    sandbox: {
      args: [sandboxCli, 'daraja', '--port', String(port.sandbox), '--dir', join(dataDir, 'daraja')].concat(
        ['--smtp-port', String(port.mail)],
        ['--stripe-webhooks', `http://127.0.0.1:${port.server}/webhooks/stripe`],
        option('--time-scale', timeScale),
        option('--queries-per-minute', queriesPerMinute),
      ),
    },
    server: { args: [join(serverDist, 'server.js')], env: appEnv },
    worker: { args: [join(serverDist, 'worker.js')], env: appEnv },
  }
  // A database that somebody else runs is not ours to start or stop.
  if (process.env.MONGODB_URI) delete specs.database
  const names = order.filter((name) => specs[name])
  const running = new Map()
  /** @type {Record<string, string>} what the sandbox says an application needs: its address, its merchant's credentials */
  let sandboxEnv = {}
  let stopping

  return {
    url,
    sandboxUrl,
    mailUrl: `${sandboxUrl}/mail`,
    mongoUri,
    moved,
    names,
    start,
    kill,
    startAll,
    stop,
    pid,
    /** What the sandbox told server and worker. */
    sandboxEnv: () => sandboxEnv,
  }

  /** Starts one process; resolves when it says that it is ready. */
  async function start(name) {
    const { args, env: own } = specs[name]
    const child = spawn(process.execPath, args, {
      cwd: root,
      // Only what a process needs: the terminal's own variables never reach the system.
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...(own && { ...sandboxEnv, ...own }) },
      // The channel is also the leash: when this process dies, the child sees it close and stops.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A Ctrl-C in the terminal reaches this process alone, which then stops the others in their order.
      detached: true,
    })
    const log = createWriteStream(join(dataDir, 'logs', `${name}.log`), { flags: 'a' })
    let tail = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.pipe(log, { end: false })
      stream.on('data', (chunk) => (tail = (tail + chunk).slice(-4000)))
    }
    const entry = { child, expected: false }
    entry.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        log.end()
        if (running.get(name) === entry) running.delete(name)
        resolve({ code, signal })
        if (entry.ready && !entry.expected) onExit(name, { code, signal })
      })
    })
    running.set(name, entry)
    await new Promise((resolve, reject) => {
      child.on('message', (message) => {
        if (message?.type !== 'ready') return
        if (name === 'sandbox') sandboxEnv = message.env
        resolve()
      })
      child.once('error', reject)
      void entry.exited.then(({ code, signal }) =>
        reject(
          new Error(
            `${name} stopped before it was ready (${signal ?? `exit code ${code}`}).\n${tail.trim()}`,
          ),
        ),
      )
    })
    entry.ready = true
  }

  /** Ends one process with a signal; resolves when it is gone. */
  async function kill(name, signal = 'SIGKILL') {
    const entry = running.get(name)
    if (!entry) return
    entry.expected = true
    entry.child.kill(signal)
    return entry.exited
  }

  async function startAll() {
    for (const name of names) await start(name)
  }

  /** Stops everything, those first that use the others. Idempotent. */
  function stop() {
    return (stopping ??= (async () => {
      for (const group of [['server', 'worker'], ['sandbox'], ['database']]) {
        await Promise.all(group.map((name) => kill(name, 'SIGTERM')))
      }
    })())
  }

  function pid(name) {
    return running.get(name)?.child.pid
  }
}

function option(name, value) {
  return value === undefined ? [] : [name, String(value)]
}

function applicationEnv({ dataDir, url, mongoUri, port, sandboxUrl }) {
  return {
    APP_ENV: 'development',
    NODE_ENV: 'production',
    PORT: String(port),
    APP_NAME: 'Soko',
    APP_URL: url,
    API_URL: url,
    ALLOWED_ORIGINS: url,
    MONGODB_URI: mongoUri,
    JWT_ALGORITHM: 'HS256',
    JWT_ISSUER: url,
    JWT_AUDIENCE: 'soko',
    EMAIL_SERVICE: 'smtp',
    EMAIL_FROM: 'Soko <orders@soko.example>',
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
    MPESA_CALLBACK_URL: `http://127.0.0.1:${port}/webhooks`,
    SANDBOX_PHONE_URL: sandboxUrl,
    ...secrets(join(dataDir, 'secrets.json')),
  }
}

function withDatabase(uri, name) {
  if (!name) return uri
  const url = new URL(uri)
  url.pathname = `/${name}`
  return url.href
}

/** Made once and kept, so that people stay signed in when the system is started again. */
function secrets(file) {
  if (!existsSync(file)) {
    const fresh = Object.fromEntries(
      ['JWT_ACCESS_SECRET', 'JWT_REFRESH_SECRET', 'MPESA_CALLBACK_SECRET'].map((name) => [
        name,
        randomBytes(32).toString('base64url'),
      ]),
    )
    writeFileSync(file, JSON.stringify(fresh, null, 2), { mode: 0o600 })
  }
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** A free loopback port: the wanted one, or any other if that is taken. */
async function freePort(wanted, used) {
  for (const candidate of [wanted, 0, 0, 0]) {
    const port = await tryPort(candidate)
    if (port !== undefined && !used.includes(port)) return port
  }
  throw new Error('No free port on 127.0.0.1.')
}

function tryPort(port) {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(undefined))
    // Every address, as the servers listen: one taken by another program on any of them counts as taken.
    probe.listen(port, () => {
      const { port: got } = probe.address()
      probe.close(() => resolve(got))
    })
  })
}
