/**
 * A shop in earnest: thousands of payments by phone and by card, deliveries that come twice, late, in another order or
 * never, and workers that are killed. At the end our books are held against those of the providers.
 *
 * Processes: an embedded MongoDB, web servers, workers; the sandbox and the payers are in this one. All on 127.0.0.1.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startSandbox } from '@ementech/sandbox'
import { startMongo } from '@ementech/sandbox/mongo'
import { MongoClient } from 'mongodb'
import Stripe from 'stripe'
import { figuresOf, findDifferences, findOpen } from './audit.mjs'
import { createPayers } from './payers.mjs'
import { describePlan, makePlan } from './plan.mjs'

const WORKERS = 3
const AT_ONCE = 24
/** A prompt stands on a phone for a minute, so for five seconds here. */
const TIME_SCALE = 12

/**
 * Runs a soak. Resolves with its figures and with the differences that were found: none, if all is well.
 *
 * @param {object} options
 * @param {string} options.seed gives the same plan each time
 * @param {number} options.payments half by phone, half by card
 * @param {'form' | 'page'} [options.cards] the shop's own form (Payment Intents), or Stripe's page (Checkout)
 * @param {number} options.limitMs the run is given up after this long
 * @param {number} [options.expireAfterMs] an attempt that nobody pays is given up after this long
 * @param {(line: string) => void} [options.print]
 */
export async function runSoak(options) {
  const { seed, payments, cards = 'form', limitMs, expireAfterMs = 10_000, print = () => {} } = options
  const plan = makePlan({ seed, payments, workers: WORKERS })
  print(describePlan(plan))
  const began = performance.now()
  const signal = AbortSignal.timeout(limitMs)
  const closing = []
  try {
    const world = await startWorld({ seed, cards, expireAfterMs, closing })
    const kills = await play(plan, world, signal, print)
    const paidAt = performance.now()
    const settledByHand = await untilQuiet(world, signal)
    await world.stopWorkers()
    const [differences, figures] = await Promise.all([
      findDifferences(world.db, world.sandbox, plan.orders),
      figuresOf(world.db, world.sandbox),
    ])
    const seconds = (since) => Math.round((performance.now() - since) / 100) / 10
    return {
      differences,
      figures: {
        seed,
        cards,
        ...figures,
        kills,
        'refunds settled by hand': settledByHand,
        seconds: seconds(began),
        'of these to settle': seconds(paidAt),
      },
      log: world.log,
    }
  } finally {
    for (const close of closing.toReversed()) await close()
  }
}

async function startWorld({ seed, cards, expireAfterMs, closing }) {
  const mongo = await startMongo()
  closing.push(() => mongo.close())
  const client = await new MongoClient(mongo.uri).connect()
  closing.push(() => client.close())
  const sandbox = await startSandbox({
    seed,
    timeScale: TIME_SCALE,
    daraja: { spikeArrest: {}, newTokenRevokesOld: false },
    stripe: { retryDelaysMs: [20_000, 60_000, 120_000, 240_000] },
  })
  closing.push(() => sandbox.close())

  const { settings, sdk } = settingsOf({ seed, cards, sandbox, mongoUri: mongo.uri, expireAfterMs })
  const log = new Map()
  const children = new Set()
  closing.push(() => Promise.all([...children].map((child) => end(child, 'SIGKILL'))))
  const start = async (role) => {
    const child = fork(fileURLToPath(new URL('shop.mjs', import.meta.url)), {
      env: { ...process.env, ROLE: role, SOAK: JSON.stringify(settings) },
    })
    children.add(child)
    child.once('exit', () => children.delete(child))
    child.on('message', ({ log: message }) => message && log.set(message, (log.get(message) ?? 0) + 1))
    const ended = once(child, 'exit').then(() => undefined)
    const said = await Promise.race([once(child, 'message'), ended])
    if (!said) throw new Error(`a ${role} ended before it was ready`)
    return { child, url: said[0].url }
  }
  const web = await start('web')
  settings.publicUrl = web.url
  await sandbox.stripe.listen(`${web.url}/callbacks/stripe`, {
    events: [
      'payment_intent.created',
      'payment_intent.requires_action',
      'payment_intent.payment_failed',
      'payment_intent.succeeded',
      'checkout.session.completed',
      'charge.succeeded',
      'charge.refunded',
      'refund.created',
      'refund.updated',
    ],
  })
  const workers = await Promise.all(Array.from({ length: WORKERS }, () => start('worker')))
  const db = client.db()
  await indexes(db)
  return {
    db,
    sandbox,
    sdk,
    log,
    webUrl: web.url,
    /** As the machine does it that runs out of memory: no farewell, and a new process. */
    async killWorker(index) {
      await end(workers[index].child, 'SIGKILL')
      workers[index] = await start('worker')
    },
    async stopWorkers() {
      const codes = await Promise.all(workers.map(({ child }) => end(child, 'SIGTERM')))
      if (codes.some((code) => code !== 0)) throw new Error(`workers ended with ${codes.join(', ')}`)
    },
  }
}

/** What the processes are told. Times are those of production, by the scale of the sandbox's clock. */
function settingsOf({ seed, cards, sandbox, mongoUri, expireAfterMs }) {
  const { env } = sandbox
  const timing = {
    checkDelaysMs: [2_000, 2_000, 3_000, 5_000],
    expireAfterMs,
    confirmWithinMs: 120_000,
    // Long after the last prompt has ended; what is open then is a refund whose call died with its worker.
    reviewAfterMs: 90_000,
    stopAfterMs: 3_600_000,
    silenceMs: 300,
  }
  const { hostname: host, port } = new URL(env.STRIPE_API_BASE)
  const stripe = {
    key: env.STRIPE_SECRET_KEY,
    sdk: { host, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false },
    options: {
      webhookSecrets: env.STRIPE_WEBHOOK_SECRET,
      sweepEveryMs: 10_000,
      timing,
      ...(cards === 'page' && { checkout: { successUrl: 'https://shop.test/back' } }),
    },
  }
  const mpesa = {
    environment: 'sandbox',
    baseUrl: env.MPESA_BASE_URL,
    consumerKey: env.MPESA_CONSUMER_KEY,
    consumerSecret: env.MPESA_CONSUMER_SECRET,
    shortcode: env.MPESA_SHORTCODE,
    passkey: env.MPESA_PASSKEY,
    initiator: {
      name: env.MPESA_INITIATOR_NAME,
      password: env.MPESA_INITIATOR_PASSWORD,
      certificate: env.MPESA_CERTIFICATE,
    },
    callbackSecret: 'a-secret-of-the-soak-run-with-more-than-32-characters',
    timing,
  }
  const worker = { concurrency: 4, pollMs: 50, leaseMs: 3_000 }
  const settings = { seed, mongoUri, port: 0, mpesa, stripe, worker }
  return { settings, sdk: new Stripe(stripe.key, stripe.sdk) }
}

async function indexes(db) {
  const { mongoInbox, mongoPaymentStore } = await import('@ementech/payments/mongo')
  await mongoPaymentStore(db.collection('payments')).ensureIndexes()
  await mongoInbox(db.collection('inbox')).ensureIndexes()
}

/** Lets all orders happen, so many at once, and kills and breaks as the plan says. Resolves with the number of kills. */
async function play({ orders, kills, weather }, world, signal, print) {
  const { sandbox, db } = world
  const payer = createPayers({ ...world, signal, statusOf })
  const waiting = orders.slice()
  const due = { kills: kills.slice(), weather: weather.slice() }
  const late = []
  let [done, dying] = [0, Promise.resolve()]

  async function statusOf(reference) {
    const found = await db.collection('payments').findOne({ reference }, { projection: { status: 1 } })
    return found?.status
  }

  function progress() {
    done++
    while (due.weather[0]?.after < done) {
      const { provider, order } = due.weather.shift()
      sandbox[provider === 'mpesa' ? 'daraja' : 'stripe'].faults.order(order)
    }
    while (due.kills[0]?.after < done) {
      const { worker } = due.kills.shift()
      dying = dying.then(() => world.killWorker(worker))
      // Looked at when all have paid; until then it is no unhandled rejection.
      dying.catch(() => {})
    }
    if (done % 500 === 0) print(`  ${done} of ${orders.length}`)
  }

  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let order = waiting.shift(); order; order = waiting.shift()) {
        const paying = payer(order)
        // Who pays days later must not keep the others from paying.
        const isQuick = order.actions.length === 1 && order.actions[0] !== 'late' && !order.refund
        if (isQuick) await paying
        else late.push(paying)
        progress()
      }
    }),
  )
  await Promise.all([...late, dying])
  return kills.length
}

async function untilQuiet({ db, sandbox, log, webUrl }, signal) {
  let open
  let settledByHand = 0
  while ((open = await findOpen(db, sandbox))) {
    settledByHand += await settleByHand(db, sandbox, webUrl)
    if (signal.aborted) {
      const said = [...log].map(([message, times]) => `${times} × ${message}`).join('\n')
      throw new Error(`not quiet in time: ${JSON.stringify(open)}\n${said}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  return settledByHand
}

/**
 * Daraja knows no idempotency keys: a worker that dies while it asks for a reversal leaves behind what nobody may ask
 * for again. It goes to a person, who looks at the statement.
 */
async function settleByHand(db, sandbox, webUrl) {
  const payments = await db.collection('payments').find({ 'refunds.status': 'review' }).toArray()
  for (const { _id: id, refunds, attempts } of payments) {
    const { id: refundId } = refunds.find(({ status }) => status === 'review')
    const receipts = attempts.map(({ receipt }) => receipt)
    const isReversed = sandbox.daraja
      .jobs()
      .filter(({ operation, result }) => operation === 'reversal' && result?.code === 0)
      .some(({ fields }) => receipts.includes(fields.TransactionID))
    const body = JSON.stringify({ id, refundId, status: isReversed ? 'succeeded' : 'failed' })
    await fetch(`${webUrl}/resolve`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
  }
  return payments.length
}

async function end(child, name) {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const gone = once(child, 'exit')
  child.kill(name)
  return (await gone)[0]
}
