import { startMongo, type RunningMongo } from '@ementech/sandbox/mongo'
import { MongoClient } from 'mongodb'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { memoryInbox, memoryPaymentStore, type Inbox, type PaymentStore } from '../../src/index.js'
import { mongoInbox, mongoPaymentStore } from '../../src/mongo.js'
import { createStripe } from '../../src/stripe.js'
import { QUICK } from '../shop.js'
import { eventually, startSandboxShop } from './sandbox-shop.js'

let mongo: RunningMongo
let client: MongoClient
let count = 0
let shop: Awaited<ReturnType<typeof startSandboxShop>>
beforeAll(async () => {
  mongo = await startMongo({ uri: process.env['MONGODB_URI'] })
  client = await new MongoClient(mongo.uri).connect()
})
afterAll(async () => {
  await client.close()
  await mongo.close()
})
afterEach(() => shop?.close())
const open = async (options?: Parameters<typeof startSandboxShop>[0]) =>
  (shop = await startSandboxShop(options))

const stores: Record<string, () => { store: PaymentStore; inbox: Inbox }> = {
  memory: () => ({ store: memoryPaymentStore(), inbox: memoryInbox() }),
  MongoDB: () => {
    const collection = (name: string) => client.db().collection(`${name}${++count}`)
    return { store: mongoPaymentStore(collection('payments')), inbox: mongoInbox(collection('inbox')) }
  },
}

/** Resolves once `more` sweeps have begun and ended after this moment: each asks for two lists. */
async function sweeps(more: number) {
  const before = shop.lists().length
  await eventually(() => (shop.lists().length >= before + 2 * more + 2 ? true : undefined))
}

describe.each(Object.keys(stores))('events that never came, inbox in %s', (name) => {
  test('are found in Stripe’s list, under the id that they would have come with', async () => {
    const { payments, remote, inbox } = await open({ payments: stores[name]!() })
    const worker = payments.worker({ pollMs: 5 })
    remote.faults.order({ fault: 'dropDelivery', times: 100 })
    const { id, ref } = await shop.started()
    await shop.pay(ref)
    await shop.until(id, 'succeeded')
    const event = shop.event('payment_intent.succeeded')
    const [entry] = await payments.inbox.list({ type: 'payment_intent.succeeded' })
    expect(entry).toMatchObject({ id: `stripe:${event.id}`, verifiedBy: 'sweep', paymentId: id })

    remote.faults.clear()
    await remote.resend(event.id)
    const again = await eventually(async () => {
      const stored = await inbox.find(`stripe:${event.id}`)
      return stored?.deliveries === 2 ? stored : undefined
    })
    expect(again.state).toBe('done')
    await worker.drained()
    expect(shop.told).toEqual([`${id}:paid`])
  })

  test('are looked for by one of thirteen workers in two processes, and not again before it is time', async () => {
    await open({ payments: stores[name]!(), stripe: { sweepEveryMs: 600_000 } })
    const other = shop.newPayments()
    const workers = [shop.payments, other].flatMap((payments, index) =>
      Array.from({ length: index === 0 ? 5 : 8 }, () => payments.worker({ pollMs: 5 })),
    )
    await Promise.all(workers.map((worker) => worker.drained()))
    expect(shop.lists()).toHaveLength(2)
    const turn = await shop.inbox.claimSweep('events:stripe', { owner: 'test', leaseMs: 1 })
    expect(turn).toBeNull()
    await other.close()
  })
})

describe('the sweep of events', () => {
  test('stores what came only once, and does not count as a delivery', async () => {
    await open()
    const worker = shop.payments.worker({ pollMs: 5 })
    const { id, ref } = await shop.started()
    await shop.pay(ref)
    await shop.until(id, 'succeeded')
    await eventually(() =>
      shop.remote.deliveries().every(({ state }) => state === 'delivered') ? true : undefined,
    )
    const before = await shop.payments.inbox.list({ type: 'payment_intent.succeeded' })
    await sweeps(2)
    const after = await shop.payments.inbox.list({ type: 'payment_intent.succeeded' })
    expect(after.map(({ id, deliveries }) => [id, deliveries])).toEqual(
      before.map(({ id, deliveries }) => [id, deliveries]),
    )
    await worker.drained()
    expect(shop.told).toEqual([`${id}:paid`])
  })

  test('goes on from the newest event that it has seen, with ten minutes of overlap', async () => {
    await open({ payments: stores['MongoDB']!() })
    shop.remote.faults.order({ fault: 'dropDelivery', times: 100 })
    const { id, ref } = await shop.started()
    await shop.pay(ref)
    const first = shop.payments.worker({ pollMs: 5 })
    await shop.until(id, 'succeeded')
    await first.close()
    const { created } = shop.event('payment_intent.succeeded')
    const threeDays = 3 * 24 * 3600
    expect(shop.lists()[0]!.since).toBeLessThanOrEqual(created - threeDays - 600)
    expect(shop.lists()[0]!.since).toBeGreaterThan(created - threeDays - 700)

    // Another process, which has only what is stored.
    const second = shop.newPayments()
    second.worker({ pollMs: 5 })
    await sweeps(2)
    await second.close()
    expect(
      new Set(
        shop
          .lists()
          .slice(-4)
          .map(({ since }) => since),
      ),
    ).toEqual(new Set([created - 600, created - 600 - threeDays]))
  })

  test('starts again from the old cursor when the list could not be read to its end', async () => {
    const warned: string[] = []
    const logger = { debug() {}, info() {}, error() {}, warn: (message: string) => void warned.push(message) }
    await open({ payments: { logger } })
    shop.remote.faults.order({ fault: 'dropDelivery', times: 100 })
    shop.remote.faults.order({ fault: 'rateLimit', on: 'GET /v1/events', times: 3 })
    const { id, ref } = await shop.started()
    await shop.pay(ref)
    shop.payments.worker({ pollMs: 5 })
    await shop.until(id, 'succeeded')
    const lists = shop.lists()
    expect(lists.slice(0, 4).map(({ status }) => status)).toEqual([429, 429, 429, 200])
    expect(warned).toEqual(Array(3).fill('events could not be listed'))
    const [first, , , fourth] = lists
    expect(fourth!.since - first!.since).toBeLessThan(60)
  })

  test('finds what was not delivered even if it is older than the cursor', async () => {
    await open()
    const turn = (await shop.inbox.claimSweep('events:stripe', { owner: 'test', leaseMs: 60_000 }))!
    const { id, ref } = await shop.started()
    shop.goDown()
    await shop.pay(ref)
    await eventually(() =>
      shop.remote.deliveries().some(({ state, attempts }) => state === 'pending' && attempts.length > 0)
        ? true
        : undefined,
    )
    await shop.inbox.setSweep(turn.lease, { dueInMs: 0, cursor: new Date(Date.now() + 3_600_000) })
    shop.payments.worker({ pollMs: 5 })
    await shop.until(id, 'succeeded')
    const [entry] = await shop.payments.inbox.list({ type: 'payment_intent.succeeded' })
    expect(entry).toMatchObject({ verifiedBy: 'sweep' })
  })

  test('mode 7: the store is down when events come: 503, and they are found when it is back, with no delivery at all', async () => {
    const inbox = memoryInbox()
    let isDown = false
    const fragile: Inbox = {
      ...inbox,
      insert: (entry) => (isDown ? Promise.reject(new Error('no primary')) : inbox.insert(entry)),
    }
    await open({ payments: { inbox: fragile } })
    const { id, ref } = await shop.started()
    isDown = true
    await shop.pay(ref)
    const answers = await eventually(() => {
      const tried = shop.remote.deliveries().flatMap(({ attempts }) => attempts)
      return tried.length >= 2 ? tried : undefined
    })
    expect(answers.map(({ status }) => status)).toContain(503)
    isDown = false
    shop.payments.worker({ pollMs: 5 })
    await shop.until(id, 'succeeded')
    expect(shop.told.length).toBeLessThanOrEqual(1)
  })

  test('mode 24: finds all of a long outage, page by page', async () => {
    await open()
    shop.remote.faults.order({ fault: 'dropDelivery', times: 1_000 })
    const started = []
    for (let count = 0; count < 110; count++) started.push(await shop.started())
    for (const { ref } of started) await shop.pay(ref)
    const workers = [shop.payments.worker({ pollMs: 5 }), shop.payments.worker({ pollMs: 5 })]
    for (const { id } of started) await shop.until(id, 'succeeded')
    await Promise.all(workers.map((worker) => worker.drained()))
    expect(shop.told.toSorted()).toEqual(started.map(({ id }) => `${id}:paid`).toSorted())
    const events = await shop.payments.inbox.list({ limit: 1000, type: 'payment_intent.succeeded' })
    expect(events.filter(({ verifiedBy }) => verifiedBy === 'sweep')).toHaveLength(110)
  })

  test('mode 23: an event that was never made is in no list: the open payment is asked about', async () => {
    await open({ stripe: { timing: QUICK } })
    const worker = shop.payments.worker({ pollMs: 5 })
    shop.remote.faults.order({ fault: 'suppressEvent', times: 100 })
    const { id, ref } = await shop.started()
    await shop.pay(ref)
    await shop.until(id, 'succeeded')
    expect(shop.remote.events().filter(({ type }) => type.startsWith('payment_intent.'))).toEqual([])
    await worker.drained()
    expect(shop.told).toEqual([`${id}:paid`])
  })

  test('does not bring in what nothing follows from, and other people’s payments least of all', async () => {
    await open()
    shop.remote.faults.order({ fault: 'dropDelivery', times: 100 })
    await shop.client.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      confirm: true,
      payment_method: 'pm_card_visa',
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    })
    shop.payments.worker({ pollMs: 5 })
    await sweeps(2)
    expect(shop.remote.events().length).toBeGreaterThan(1)
    expect(await shop.payments.inbox.list()).toEqual([])
  })

  test('is given back by a worker that closes in the middle of it, and goes on in another', async () => {
    await open()
    shop.remote.faults.order({ fault: 'dropDelivery', times: 100 })
    shop.remote.faults.order({ fault: 'slowAnswer', on: 'GET /v1/events', ms: 3_600_000 })
    const { id, ref } = await shop.started()
    await shop.pay(ref)
    const worker = shop.payments.worker({ pollMs: 5, leaseMs: 600_000 })
    await eventually(() =>
      shop.remote.faults.list().every(({ fault }) => fault !== 'slowAnswer') ? true : undefined,
    )
    await worker.close({ graceMs: 1 })
    const other = shop.newPayments()
    other.worker({ pollMs: 5 })
    await shop.until(id, 'succeeded')
    await other.close()
  })

  test('is switched off by Infinity, and refuses to be no time at all', async () => {
    await open({ stripe: { sweepEveryMs: Infinity } })
    await shop.payments.worker({ pollMs: 5 }).drained()
    expect(shop.lists()).toEqual([])
    for (const sweepEveryMs of [0, -1, Number.NaN]) {
      const options = { client: shop.client, webhookSecrets: 'whsec_x', sweepEveryMs }
      expect(() => createStripe(options)).toThrow(/sweepEveryMs/)
    }
  })
})
