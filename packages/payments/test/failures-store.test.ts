import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox, type Sandbox } from '@ementech/sandbox'
import { startMongo, type RunningMongo } from '@ementech/sandbox/mongo'
import express from 'express'
import { MongoClient } from 'mongodb'
import Stripe from 'stripe'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPayments } from '../src/index.js'
import { mongoInbox, mongoPaymentStore } from '../src/mongo.js'
import { createStripe } from '../src/stripe.js'
import { startMongoProxy, type WireFault } from './mongo-proxy.js'
import { listen, QUICK } from './shop.js'
import { cardOrder } from './stripe/stripe-shop.js'

/** The store fails in earnest: its process is killed, or the wire to it lies. Stripe is the sandbox's, with the real SDK. */
const REDELIVERY_MS = 300_000
vi.setConfig({ testTimeout: 120_000 })
let sandbox: Sandbox
let closing: (() => Promise<unknown>)[]

beforeEach(async () => {
  sandbox = await startSandbox({ timeScale: 0 })
  closing = [() => sandbox.close()]
})
afterEach(async () => {
  for (const close of closing.toReversed()) await close()
})

/** A shop with cards on a MongoDB; `told` is what its application was told. */
async function startShop(uri: string) {
  const client = new MongoClient(uri)
  const db = client.db()
  const { hostname: host, port } = new URL(sandbox.env.STRIPE_API_BASE)
  const config = { host, port, protocol: 'http' as const, maxNetworkRetries: 0, telemetry: false }
  const sdk = new Stripe(sandbox.env.STRIPE_SECRET_KEY, config)
  const webhookSecrets = sandbox.env.STRIPE_WEBHOOK_SECRET
  const timing = { ...QUICK, checkDelaysMs: [60_000], expireAfterMs: 60_000 }
  const told: string[] = []
  const payments = createPayments({
    store: mongoPaymentStore(db.collection('payments')),
    inbox: mongoInbox(db.collection('inbox')),
    providers: { stripe: createStripe({ client: sdk, webhookSecrets, timing }) },
    retry: { baseMs: 5, capMs: 20, maxAttempts: 10 },
    on: { paid: (_, { key }) => void told.push(key) },
  })
  const { server, url } = await listen(express().use('/callbacks', payments.webhooks))
  await sandbox.stripe.listen(`${url}/callbacks/stripe`, { events: ['payment_intent.succeeded'] })
  closing.push(async () => {
    await payments.close({ graceMs: 500 })
    server.closeAllConnections()
    server.close()
    await client.close()
  })
  return {
    payments,
    told,
    db,
    /** A payment whose card was charged; its event comes when the clock is moved. */
    async charged() {
      const { id } = await payments.create(cardOrder())
      const { attempts } = await payments.start(id)
      const ref = attempts[0]!.providerRef!
      await sdk.paymentIntents.confirm(ref, { payment_method: 'pm_card_visa', return_url: 'https://a.test' })
      return id
    },
    async untilPaid(id: string) {
      while (!told.includes(`${id}:paid`)) await new Promise((resolve) => setTimeout(resolve, 10))
      expect(await payments.get(id)).toMatchObject({ status: 'succeeded' })
    },
  }
}

const statuses = () =>
  sandbox.stripe.deliveries().flatMap(({ attempts }) => attempts.map(({ status }) => status))

test.each(['killed', 'frozen'])(
  'mode 7: the database is %s: 503 within five seconds, never 2xx; it comes back, and so does the event',
  async (fate) => {
    const dir = await mkdtemp(join(tmpdir(), 'payments-down-'))
    closing.push(() => rm(dir, { recursive: true, force: true }))
    let mongo = await startMongo({ dir })
    closing.push(() => mongo.close())
    const shop = await startShop(mongo.uri)
    const id = await shop.charged()

    process.kill(mongo.pid!, fate === 'killed' ? 'SIGKILL' : 'SIGSTOP')
    const began = performance.now()
    await sandbox.clock.advance(2_000)
    expect(statuses()).toEqual([503])
    // storeTimeoutMs is five seconds; the rest is a busy machine. Left to itself, the driver would wait for thirty.
    expect(performance.now() - began).toBeLessThan(25_000)

    if (fate === 'killed') {
      await mongo.close()
      mongo = await startMongo({ dir, port: Number(new URL(mongo.uri).port) })
    } else process.kill(mongo.pid!, 'SIGCONT')
    await shop.db.command({ ping: 1 })
    await sandbox.clock.advance(REDELIVERY_MS)
    expect(statuses()).toEqual([503, 200])
    shop.payments.worker({ pollMs: 10, leaseMs: 1_500 })
    await shop.untilPaid(id)
    expect(shop.told).toEqual([`${id}:paid`])
  },
)

describe('mode 8: a primary that steps down', () => {
  let mongo: RunningMongo
  let proxy: Awaited<ReturnType<typeof startMongoProxy>>
  beforeEach(async () => {
    mongo = await startMongo()
    proxy = await startMongoProxy(mongo.uri)
    closing.push(
      () => mongo.close(),
      () => proxy.close(),
    )
  })

  const notPrimary = { ok: 0, code: 10107, codeName: 'NotWritablePrimary', errmsg: 'not primary' }
  const steppedDown = { ok: 0, code: 189, codeName: 'PrimarySteppedDown', errmsg: 'stepped down' }
  const notMajority = {
    writeConcernError: { code: 91, codeName: 'ShutdownInProgress', errmsg: 'no majority' },
  }

  test.each<[string, WireFault]>([
    ['refuses the write', { command: 'insert', fault: 'refuse', answer: notPrimary }],
    ['writes, and the connection breaks before it says so', { command: 'insert', fault: 'loseAnswer' }],
    ['writes, and no majority confirms it', { command: 'insert', fault: 'amend', answer: notMajority }],
  ])('when it %s, Stripe is asked to send the event again, and it is handled once', async (_, fault) => {
    const shop = await startShop(proxy.uri)
    const id = await shop.charged()
    proxy.faults.push(fault)
    await sandbox.clock.advance(2_000)
    expect(proxy.happened).toEqual([fault])
    expect(statuses()).toEqual([503])
    await sandbox.clock.advance(REDELIVERY_MS)
    expect(statuses()).toEqual([503, 200])
    shop.payments.worker({ pollMs: 10, leaseMs: 1_500 })
    await shop.untilPaid(id)
    const entries = await shop.db.collection('inbox').find({ paymentId: id }).toArray()
    expect(entries).toMatchObject([{ deliveries: fault.fault === 'refuse' ? 1 : 2 }])
    expect(shop.told).toEqual([`${id}:paid`])
  })

  test('what only the old primary had, and was never acknowledged, is sent again and stored', async () => {
    const shop = await startShop(proxy.uri)
    const id = await shop.charged()
    proxy.faults.push({ command: 'insert', fault: 'amend', answer: notMajority })
    await sandbox.clock.advance(2_000)
    expect(statuses()).toEqual([503])
    // The new primary never had it: the write is rolled back.
    expect((await shop.db.collection('inbox').deleteMany({ paymentId: id })).deletedCount).toBe(1)
    await sandbox.clock.advance(REDELIVERY_MS)
    expect(statuses()).toEqual([503, 200])
    shop.payments.worker({ pollMs: 10, leaseMs: 1_500 })
    await shop.untilPaid(id)
  })

  test('a second delivery of what no majority has yet is not acknowledged either', async () => {
    const shop = await startShop(proxy.uri)
    const id = await shop.charged()
    proxy.faults.push(
      { command: 'insert', fault: 'amend', answer: notMajority },
      { command: 'update', fault: 'amend', answer: notMajority },
    )
    await sandbox.clock.advance(2_000)
    await sandbox.clock.advance(REDELIVERY_MS)
    expect(statuses()).toEqual([503, 503])
    await sandbox.clock.advance(10 * REDELIVERY_MS)
    expect(statuses()).toEqual([503, 503, 200])
    shop.payments.worker({ pollMs: 10, leaseMs: 1_500 })
    await shop.untilPaid(id)
  })

  test('every write of a worker may be refused, or executed and its answer lost: the payment is taken once', async () => {
    const shop = await startShop(proxy.uri)
    const worker = shop.payments.worker({ pollMs: 10, leaseMs: 1_000 })
    const writes = ['update', 'findAndModify']
    for (const command of writes) {
      for (const fault of [
        { command, fault: 'loseAnswer' },
        { command, fault: 'refuse', answer: steppedDown },
        { command, fault: 'amend', answer: notMajority },
      ] satisfies WireFault[]) {
        // One after the other: the first write of this kind, the second, ...
        for (let skipped = 0; skipped < 4; skipped++) {
          const id = await shop.charged()
          const before = proxy.happened.length
          for (let n = 0; n < skipped; n++) proxy.faults.push({ command, fault: 'amend', answer: {} })
          proxy.faults.push(fault)
          await sandbox.clock.advance(2_000)
          await shop.untilPaid(id)
          expect(proxy.happened.length).toBeGreaterThan(before)
          proxy.faults.length = 0
          await sandbox.clock.advance(REDELIVERY_MS)
        }
      }
    }
    await worker.drained()
    const open = { state: { $ne: 'done' }, paymentId: { $exists: true } }
    expect(await shop.db.collection('inbox').countDocuments(open)).toBe(0)
    const records = await shop.db
      .collection('payments')
      .find({ version: { $exists: true } })
      .toArray()
    expect(records).toHaveLength(24)
    for (const { _id, status, captured, outbox } of records) {
      expect({ status, captured, outbox }).toMatchObject({
        status: 'succeeded',
        captured: 25_50,
        outbox: [{ key: `${String(_id)}:paid`, state: 'done' }],
      })
    }
    expect(new Set(shop.told).size).toBe(24)
    expect(await shop.payments.deadLetters.list()).toEqual([])
  })
})
