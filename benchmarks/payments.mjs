/**
 * Durable intake of Stripe's events: verify, store with majority and journal, answer 200. Ours is the Router of
 * `payments.webhooks` with `createStripe` on `mongoInbox`; the peer is what a good guide shows: `express.raw`,
 * `stripe.webhooks.constructEvent` of the SDK, `insertOne` with the same write concern and a unique index on the event's id.
 * Then the heap of our process over 100,000 events.
 *
 *   node benchmarks/payments.mjs [events for the heap, 100000]
 *
 * Each intake is a process of its own with an Express server; both write to one embedded MongoDB, in a process of its own. This
 * process sends, 16 requests at once over kept connections. The two are measured in turns, in a rotating order; a round is 1,000
 * events. Two figures count, each as the median of the rounds' ratios: events a second, and processor time that the intake's
 * own process takes for an event, which other processes disturb least. While the ratios of a figure spread by more than 10 %
 * (the middle half, relative to the median), rounds are added, up to a limit.
 */
import { fork } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createPayments, memoryPaymentStore } from '@ementech/payments'
import { mongoInbox } from '@ementech/payments/mongo'
import { createStripe } from '@ementech/payments/stripe'
import { startMongo } from '@ementech/sandbox/mongo'
import express from 'express'
import { MongoClient } from 'mongodb'
import Stripe from 'stripe'

const SECRET = 'whsec_of_the_benchmark'
/** Nobody is asked anything: the intake only listens. */
const KEY = 'sk_test_of_the_benchmark'
const AT_ONCE = 16
const EVENTS_PER_ROUND = 1_000
const MIN_ROUNDS = 15
const MAX_ROUNDS = 41

const intakes = {
  async ours(db) {
    const inbox = mongoInbox(db.collection('ours'))
    await inbox.ensureIndexes()
    const stripe = createStripe({ client: new Stripe(KEY), webhookSecrets: SECRET })
    const options = { store: memoryPaymentStore(), inbox, providers: { stripe }, on: { paid() {} } }
    return createPayments(options).webhooks
  },
  async peer(db) {
    const events = db.collection('peer')
    await events.createIndex({ eventId: 1 }, { unique: true })
    const router = express.Router()
    const { webhooks } = new Stripe(KEY)
    router.post('/stripe', express.raw({ type: '*/*' }), async (req, res) => {
      let event
      try {
        event = webhooks.constructEvent(req.body, req.headers['stripe-signature'], SECRET)
      } catch (error) {
        return res.status(400).send(error.message)
      }
      try {
        await events.insertOne(
          { eventId: event.id, type: event.type, payload: event, receivedAt: new Date() },
          { writeConcern: { w: 'majority', journal: true } },
        )
      } catch (error) {
        if (error.code !== 11000) throw error
      }
      res.json({ received: true })
    })
    return router
  },
}

/** The child: one intake, and what it costs. */
async function serve(name) {
  const client = await new MongoClient(process.env.MONGODB_URI).connect()
  const router = await intakes[name](client.db())
  const server = express().use(router).listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.on('message', (question) => {
    if (question === 'heap') globalThis.gc()
    const { user, system } = process.cpuUsage()
    process.send({ cpu: user + system, heap: process.memoryUsage().heapUsed })
  })
  process.on('disconnect', () => process.exit())
  process.send({ port: server.address().port })
}

async function measureAll(heapEvents) {
  const mongo = await startMongo()
  const [ours, peer] = await Promise.all([startIntake('ours', mongo.uri), startIntake('peer', mongo.uri)])
  for (let round = 0; round < 4; round++)
    for (const intake of [ours, peer]) await measure(intake, EVENTS_PER_ROUND)
  for (const intake of [ours, peer]) {
    const status = await intakeStatus(intake, sign(event(0), 'wrong'))
    if (status !== 400) throw new Error(`${intake.name} answers ${status} to what is not signed`)
  }

  const rounds = []
  const figures = {
    'events a second': ratioOf((r) => r.perSecond),
    'processor time': ratioOf((r) => 1 / r.cpu),
  }
  while (rounds.length < MAX_ROUNDS) {
    const turn = rounds.length % 2 ? [peer, ours] : [ours, peer]
    const round = {}
    for (const intake of turn) round[intake.name] = await measure(intake, EVENTS_PER_ROUND)
    rounds.push(round)
    const ratios = Object.values(figures).map((ratio) => summary(rounds.map(ratio)))
    if (rounds.length >= MIN_ROUNDS && ratios.every(({ spread }) => spread <= 0.1)) break
  }

  console.log(
    `durable intake, ${rounds.length} rounds of ${EVENTS_PER_ROUND} events, Node ${process.version}\n`,
  )
  const rows = { 'events a second': (r) => r.perSecond, 'µs of processor for an event': (r) => r.cpu }
  for (const [row, value] of Object.entries(rows)) {
    const [a, b] = ['ours', 'peer'].map((name) => summary(rounds.map((round) => value(round[name]))).median)
    console.log(`${row.padEnd(28)} ours ${a.toFixed(0).padStart(5)}   peer ${b.toFixed(0).padStart(5)}`)
  }
  for (const [name, ratio] of Object.entries(figures)) {
    const { median, spread } = summary(rounds.map(ratio))
    console.log(`${`ratio by ${name}`.padEnd(28)} ${median.toFixed(2)}  ± ${(spread * 50).toFixed(0)} %`)
  }

  console.log(`\nheap of our process after a collection, over ${heapEvents} events`)
  const start = await ask(ours, 'heap')
  for (let tenth = 1; tenth <= 10; tenth++) {
    await measure(ours, heapEvents / 10)
    const { heap } = await ask(ours, 'heap')
    const grown = ((heap - start.heap) / 1024).toFixed(0)
    console.log(
      `${String((heapEvents / 10) * tenth).padStart(7)}  ${(heap / 2 ** 20).toFixed(2)} MiB  ${grown} KiB more`,
    )
  }
  for (const { child } of [ours, peer]) child.disconnect()
  await mongo.close()
}

async function startIntake(name, uri) {
  const env = { ...process.env, MONGODB_URI: uri }
  const child = fork(fileURLToPath(import.meta.url), [name], { env, execArgv: ['--expose-gc'] })
  const [{ port }] = await once(child, 'message')
  return { name, child, port, agent: new Agent({ keepAlive: true, maxSockets: AT_ONCE }) }
}

async function ask({ child }, question) {
  const answer = once(child, 'message')
  child.send(question)
  return (await answer)[0]
}

let events = 0

async function measure(intake, count) {
  // Signed before the clock runs, in lots, so that 10,000 events are not held at once.
  let [seconds, cpu] = [0, 0]
  for (let left = count; left > 0; left -= EVENTS_PER_ROUND) {
    const requests = Array.from({ length: Math.min(left, EVENTS_PER_ROUND) }, () =>
      sign(event(++events), SECRET),
    )
    const before = await ask(intake, 'cpu')
    const began = performance.now()
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let next = requests.pop(); next; next = requests.pop()) {
          const status = await intakeStatus(intake, next)
          if (status !== 200) throw new Error(`${intake.name} answered ${status}`)
        }
      }),
    )
    seconds += (performance.now() - began) / 1000
    cpu += (await ask(intake, 'cpu')).cpu - before.cpu
  }
  return { perSecond: count / seconds, cpu: cpu / count }
}

/** As long as Stripe's `payment_intent.succeeded`, about 2 KB. */
function event(number) {
  const metadata = { ementech_payment: `pay_${number}`, ementech_attempt: '1', ementech_via: 'intent' }
  const object = { id: `pi_${number}`, object: 'payment_intent', amount: 150_00, currency: 'kes', metadata }
  return JSON.stringify({
    id: `evt_${number}`,
    object: 'event',
    type: 'payment_intent.succeeded',
    data: { object: { ...object, filler: 'x'.repeat(1_700) } },
  })
}

function sign(body, secret) {
  const time = Math.floor(Date.now() / 1000)
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')
  return { body, header: `t=${time},v1=${signature}` }
}

function intakeStatus({ port, agent }, { body, header }) {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      'stripe-signature': header,
    }
    const sent = request(
      { port, agent, host: '127.0.0.1', path: '/stripe', method: 'POST', headers },
      (res) => res.resume().once('end', () => resolve(res.statusCode)),
    )
    sent.once('error', reject).end(body)
  })
}

function ratioOf(value) {
  return ({ ours, peer }) => value(ours) / value(peer)
}

function summary(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (part) => sorted[Math.floor((sorted.length - 1) * part)]
  return { median: at(0.5), spread: (at(0.75) - at(0.25)) / at(0.5) }
}

await (process.send ? serve(process.argv[2]) : measureAll(Number(process.argv[2] ?? 100_000)))
