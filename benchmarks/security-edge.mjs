/**
 * What every request passes, over real HTTP: the middleware of @ementech/security against helmet, cors, express-rate-limit and
 * express.json wired by hand, then the Redis limiter against rate-limit-redis, for clients that pass and for blocked ones.
 *
 *   node benchmarks/security-edge.mjs        needs redis-server
 *
 * The peer of the first comparison sends the same headers (checked before the clock runs) and parses the same bodies. It lacks
 * the injection guard, refuses no foreign origin, and counts in fixed windows. Requests come as from a proxy that ends TLS:
 * 1,000 addresses, a page of an allowed origin, a cookie, every other one a JSON body.
 *
 * Blocked clients are answered by the limiter (`refuseWith: 'problem'`), as the peer does it; `by errors` is the default way.
 *
 * Each server is a process of its own, bare Express 5 among them; Redis is another, on a Unix socket. This process sends, 16
 * requests at once over kept connections, over plain sockets, for a client of node:http would take as long as a server. The
 * servers are measured in turns, in a rotating order, for 250 ms each. Two figures count, each as the median of the rounds'
 * ratios: requests a second, which the goals are for, and processor time that a server's own process takes for a request.
 * While the ratios of a figure spread by more than 10 % (the middle half, relative to the median), rounds are added, up to a limit.
 */
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  createSecurity,
  errorHandler,
  generalLimit,
  rateLimit,
  redisRateLimitStore,
} from '@ementech/security'
import cors from 'cors'
import express from 'express'
import { rateLimit as expressRateLimit } from 'express-rate-limit'
import helmet from 'helmet'
import { Redis } from 'ioredis'
import { RedisStore } from 'rate-limit-redis'

const AT_ONCE = 16
const CLIENTS = 1_000
const ROUND_MS = 250
const MIN_ROUNDS = 15
const MAX_ROUNDS = 25
/** Nobody reaches it. */
const MANY = 1_000_000_000
const ORIGIN = 'https://shop.example'

const bare = () => []

/** Each server is what it mounts before its routes, and behind them. */
const comparisons = {
  'the whole edge': {
    goal: 1.1,
    status: 200,
    ours() {
      const security = createSecurity({
        cors: { origins: [ORIGIN], credentials: true },
        rateLimit: { general: { limit: MANY } },
      })
      return [[security.middleware], [security.notFound, security.errorHandler]]
    },
    peer: () => [handWired()],
    bare,
  },
  'limits in Redis': {
    goal: 1,
    status: 200,
    ours: (redis) => [[ourLimiter(redis, { limit: MANY })], [errorHandler()]],
    peer: (redis) => [[peerLimiter(redis, MANY)]],
    bare,
  },
  'blocked clients, limits in Redis': {
    goal: 1.5,
    status: 429,
    ours: (redis) => [[ourLimiter(redis, { limit: 1, blockSeconds: 900 }, { refuseWith: 'problem' })]],
    'by errors': (redis) => [[ourLimiter(redis, { limit: 1, blockSeconds: 900 })], [errorHandler()]],
    peer: (redis) => [[peerLimiter(redis, 1)]],
    // No limiter can be faster than an answer without one.
    bare: () => [[(req, res) => void res.status(429).send('Too many requests, please try again later.')]],
  },
}

function handWired() {
  const none = ["'none'"]
  const features =
    'accelerometer autoplay bluetooth camera display-capture fullscreen geolocation gyroscope hid magnetometer microphone ' +
    'midi payment publickey-credentials-get screen-wake-lock serial usb xr-spatial-tracking'
  const permissions = features
    .split(' ')
    .map((name) => `${name}=()`)
    .join(', ')
  return [
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: none, baseUri: none, formAction: none, frameAncestors: none },
      },
      crossOriginEmbedderPolicy: true,
      xFrameOptions: { action: 'deny' },
    }),
    (req, res, next) => {
      res.setHeader('Permissions-Policy', permissions)
      res.setHeader('Cache-Control', 'no-store')
      next()
    },
    cors({
      origin: [ORIGIN],
      credentials: true,
      methods: ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE'],
      allowedHeaders: ['Authorization', 'Content-Type'],
      exposedHeaders: ['RateLimit', 'RateLimit-Policy', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id'],
      maxAge: 600,
    }),
    expressRateLimit({
      windowMs: 900_000,
      limit: MANY,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
    }),
    express.json({ limit: 102_400 }),
    express.urlencoded({ limit: 16_384, parameterLimit: 100, extended: false }),
  ]
}

function ourLimiter(redis, changes, options) {
  return rateLimit({
    store: redisRateLimitStore((...args) => redis.call(...args)),
    policy: generalLimit(changes),
    ...options,
  })
}

function peerLimiter(redis, limit) {
  return expressRateLimit({
    windowMs: 900_000,
    limit,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    store: new RedisStore({ sendCommand: (...args) => redis.call(...args) }),
  })
}

/** The child: one server, and what it costs. */
async function serve(comparison, name, socket) {
  const redis = new Redis({ path: socket, keyPrefix: `${comparison}:${name}:` })
  const [before = [], behind = []] = comparisons[comparison][name](redis)
  const app = express().set('trust proxy', 1)
  for (const handler of before) app.use(handler)
  app.get('/products', (req, res) => void res.json({ products: [{ id: 1, name: 'Unga', price: 150 }] }))
  app.post('/orders', (req, res) => void res.json({ id: 'o_1', lines: req.body?.lines?.length ?? 0 }))
  for (const handler of behind) app.use(handler)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send(user + system)
  })
  process.on('disconnect', () => process.exit())
  process.send(server.address().port)
}

async function measureAll() {
  const redis = await startRedis()
  console.log(`requests a second and processor time for one, Node ${process.version}`)
  try {
    for (const comparison of Object.keys(comparisons)) await compare(comparison, redis.socket)
  } finally {
    await redis.close()
  }
}

async function compare(comparison, socket) {
  const { goal, status, ours, peer, ...others } = comparisons[comparison]
  const names = Object.keys({ ours, peer, ...others })
  const servers = await Promise.all(names.map((name) => startServer(comparison, name, socket)))
  // Every client once, and then until the code is compiled. What was limited to one request is now blocked.
  for (const server of servers) {
    await Promise.all(server.lines.map((line) => line.exchange(CLIENTS / AT_ONCE)))
    await measure(server, 1_000, status)
  }
  if (status === 200) assertSameHeaders(servers)

  const rounds = []
  const figures = { rate: (r) => r.perSecond, cpu: (r) => r.cpu }
  const ratios = (figure, against) =>
    summary(rounds.map((r) => figures[figure](r.ours) / figures[figure](r[against])))
  while (rounds.length < MAX_ROUNDS) {
    const turn = [...servers]
    turn.push(...turn.splice(0, rounds.length % turn.length))
    const round = {}
    for (const server of turn) round[server.name] = await measure(server, ROUND_MS, status)
    rounds.push(round)
    if (rounds.length >= MIN_ROUNDS && ['rate', 'cpu'].every((f) => ratios(f, 'peer').spread <= 0.1)) break
  }

  console.log(`\n${comparison}, ${rounds.length} rounds of ${ROUND_MS} ms`)
  for (const name of names) {
    const [rate, cpu] = Object.values(figures).map(
      (figure) => summary(rounds.map((r) => figure(r[name]))).median,
    )
    const times =
      name === 'ours'
        ? ''
        : `   ours ${told(ratios('rate', name))} times, processor ${told(ratios('cpu', name))}`
    console.log(
      `  ${name.padEnd(9)} ${rate.toFixed(0).padStart(6)}/s ${cpu.toFixed(0).padStart(5)} µs${times}`,
    )
  }
  const { median } = ratios('rate', 'peer')
  console.log(`  at least ${goal} times the peer: ${median >= goal ? 'yes' : 'NO'}`)
  for (const { child, lines } of servers) {
    for (const line of lines) line.end()
    child.disconnect()
  }
}

async function startServer(comparison, name, socket) {
  const env = { ...process.env, NODE_ENV: 'production' }
  const child = fork(fileURLToPath(import.meta.url), [comparison, name, socket], { env })
  const [port] = await once(child, 'message')
  const lines = Array.from({ length: AT_ONCE }, (_, index) => openLine(port, index))
  return { name, child, lines }
}

async function measure({ name, child, lines }, ms, status) {
  const before = await ask(child)
  const began = performance.now()
  const counts = await Promise.all(lines.map((line) => line.exchange(Infinity, began + ms)))
  const seconds = (performance.now() - began) / 1000
  const cpu = (await ask(child)) - before
  const wrong = lines.find((line) => line.status !== status)
  if (wrong) throw new Error(`${name} answered ${wrong.status}, not ${status}`)
  const count = counts.reduce((sum, n) => sum + n)
  return { perSecond: count / seconds, cpu: cpu / count }
}

async function ask(child) {
  const answer = once(child, 'message')
  child.send('cpu')
  return (await answer)[0]
}

/** A kept connection on which one request waits for its answer at a time. Its clients are its own, in turns. */
function openLine(port, index) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const requests = Array.from({ length: Math.ceil(CLIENTS / AT_ONCE) }, (_, n) =>
    requestOf(n * AT_ONCE + index),
  )
  const line = { exchange, status: 0, head: '', end: () => socket.end() }
  let [next, text, answered] = [0, '', () => {}]
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk
    const headEnd = text.indexOf('\r\n\r\n')
    if (headEnd < 0) return
    const head = text.slice(0, headEnd)
    if (text.length < headEnd + 4 + Number(/content-length: (\d+)/i.exec(head)[1])) return
    line.head = head
    line.status = Number(head.slice(9, 12))
    text = ''
    answered()
  })
  return line

  /** Resolves to the number of requests that were answered: `most`, or as many as there was time for. */
  function exchange(most, until = Infinity) {
    return new Promise((resolve) => {
      let count = 0
      answered = () => {
        if (++count >= most || performance.now() >= until) resolve(count)
        else send()
      }
      send()
    })
  }

  function send() {
    socket.write(requests[next++ % requests.length])
  }
}

function requestOf(client) {
  const headers = [
    'Host: api.shop.example',
    `X-Forwarded-For: 10.1.${client >> 8}.${client & 255}`,
    'X-Forwarded-Proto: https',
    `Origin: ${ORIGIN}`,
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    'Accept: application/json',
    'Cookie: theme=dark; visitor=0f8c2d1e5b7a4936',
  ]
  if (client & 16) return ['GET /products?page=2&sort=price HTTP/1.1', ...headers, '', ''].join('\r\n')
  const lines = Array.from({ length: 4 }, (_, i) => ({
    product: `p_${i}`,
    quantity: i + 1,
    note: 'ripe, please',
  }))
  const body = JSON.stringify({
    lines,
    address: { town: 'Nakuru', street: 'Moi Road 12' },
    phone: '0700000000',
  })
  const lengths = ['Content-Type: application/json', `Content-Length: ${body.length}`]
  return ['POST /orders HTTP/1.1', ...headers, ...lengths, '', body].join('\r\n')
}

/** Ours and the peer's answers carry the same headers, with the same values except of the counts. */
function assertSameHeaders([ours, peer]) {
  const [a, b] = [ours, peer].map(({ lines }) =>
    lines[0].head
      .split('\r\n')
      .map((header) =>
        /^(RateLimit|Date|ETag|Content-Length)/i.test(header) ? header.split(':')[0] : header,
      )
      .sort()
      .join('\n'),
  )
  if (a !== b) throw new Error(`The headers differ.\n\nours\n${a}\n\npeer\n${b}`)
}

async function startRedis() {
  const dir = mkdtempSync(join(tmpdir(), 'ementech-bench-'))
  const socket = join(dir, 'redis.sock')
  const args = ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', dir]
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const chunk of server.stdout.iterator({ destroyOnReturn: false }))
    if (/ready to accept/i.test(chunk)) break
  server.stdout.resume()
  return {
    socket,
    async close() {
      const exit = once(server, 'exit')
      server.kill()
      await exit
      rmSync(dir, { recursive: true })
    },
  }
}

function summary(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (part) => sorted[Math.floor((sorted.length - 1) * part)]
  return { median: at(0.5), spread: (at(0.75) - at(0.25)) / at(0.5) }
}

function told({ median, spread }) {
  return `${median.toFixed(2)} ± ${(spread * 50).toFixed(0)} %`
}

await (process.send ? serve(...process.argv.slice(2)) : measureAll())
