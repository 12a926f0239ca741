/**
 * `npm start`: installs, builds what must be built and runs the whole shop: database, sandbox, server, worker, web.
 * PORT, SANDBOX_PORT, MAIL_PORT, MONGO_PORT choose ports; EMENTECH_DATA another folder than .data; MONGODB_URI a
 * database of your own.
 */
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { install } from './setup.mjs'

const began = Date.now()
install()
const { build } = await import('./build.mjs')
const { admin, createSystem } = await import('./system.mjs')

const built = await build({
  names: ['env', 'security', 'payments', 'uploads', 'realtime', 'db', 'sandbox', 'server', 'web'],
  dts: false,
})
if (built.length) console.log(`Built ${built.join(', ')}.`)

const root = fileURLToPath(new URL('..', import.meta.url))
const dataDir = resolve(root, process.env.EMENTECH_DATA ?? '.data')
const restarts = []
let stopping = false

const system = await createSystem({
  dataDir,
  ports: numbers({
    server: process.env.PORT,
    sandbox: process.env.SANDBOX_PORT,
    mail: process.env.MAIL_PORT,
    database: process.env.MONGO_PORT,
  }),
  onExit: (name, exit) => void restart(name, exit),
})
for (const [name, port] of Object.entries(system.moved)) {
  console.log(`Port ${port} is in use: the ${name} takes another.`)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0))

// npm runs this by a shell, and a signal to npm ends that shell alone: then nobody waits for us any more.
const parent = process.ppid
setInterval(() => process.ppid !== parent && void stop(0), 500).unref()

try {
  await system.startAll()
} catch (error) {
  console.error(error.message)
  await stop(1)
}
const here = (path) => relative(process.cwd(), path) || '.'
console.log(`
  Soko, the example shop

  Shop      ${system.url.padEnd(36)} open this one
  Phone     ${system.sandboxUrl.padEnd(36)} pay here; the PIN is 1234
  Mail      ${system.mailUrl.padEnd(36)} every mail the shop sends
  Admin     ${admin.email.padEnd(36)} password: ${admin.password}
  Database  ${system.mongoUri.padEnd(36)} ${system.names.includes('database') ? `kept in ${here(dataDir)}` : 'yours'}
  Worker    settles payments, in a process of its own
  Logs      ${here(resolve(dataDir, 'logs'))}

  Ready after ${((Date.now() - began) / 1000).toFixed(1)} s. Ctrl-C stops everything.
`)

/** A process that dies is started again, as a process manager would; one that keeps dying ends the whole. */
async function restart(name, { code, signal }) {
  if (stopping) return
  console.error(`The ${name} stopped (${signal ?? `exit code ${code}`}); starting it again.`)
  restarts.push(Date.now())
  if (restarts.filter((at) => at > Date.now() - 60_000).length > 10) {
    console.error(`It stops again and again: see ${here(resolve(dataDir, 'logs', `${name}.log`))}.`)
    return stop(1)
  }
  try {
    await system.start(name)
  } catch (error) {
    if (stopping) return
    console.error(error.message)
    await stop(1)
  }
}

async function stop(code) {
  if (stopping) return
  stopping = true
  await system.stop()
  process.exit(code)
}

function numbers(ports) {
  return Object.fromEntries(
    Object.entries(ports)
      .filter(([, port]) => port)
      .map(([name, port]) => [name, Number(port)]),
  )
}
