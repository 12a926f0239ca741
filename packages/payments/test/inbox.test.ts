import { startMongo, type RunningMongo } from '@ementech/sandbox/mongo'
import express from 'express'
import { MongoClient } from 'mongodb'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  createPayments,
  fromMinor,
  memoryInbox,
  memoryPaymentStore,
  type Inbox,
  type Payments,
  type PaymentStore,
  type Provider,
} from '../src/index.js'
import { mongoInbox, mongoPaymentStore } from '../src/mongo.js'
import { listen, QUICK } from './shop.js'

const PHONE = '254711000001'

let mongo: RunningMongo
let client: MongoClient
let count = 0
let shop: Awaited<ReturnType<typeof startShop>>
beforeAll(async () => {
  mongo = await startMongo({ uri: process.env['MONGODB_URI'] })
  client = await new MongoClient(mongo.uri).connect()
})
afterAll(async () => {
  await client.close()
  await mongo.close()
})
afterEach(() => shop?.close())

const collection = () => client.db().collection(`view${++count}`)
const stores: Record<string, () => [PaymentStore, Inbox]> = {
  memory: () => [memoryPaymentStore(), memoryInbox()],
  MongoDB: () => [mongoPaymentStore(collection()), mongoInbox(collection())],
}

/** A provider of whose callbacks only those of known types say anything; `types` is what this version knows. */
function providerOf(types: string[]): Provider {
  return {
    timing: { ...QUICK, checkDelaysMs: [600_000] },
    prepare: ({ payer }) => ({ payer }),
    start: async ({ paymentId }) => ({ outcome: 'accepted', status: 'pending', providerRef: paymentId }),
    read: async () => ({ status: 'succeeded' }),
    callbacks: {
      path: '/cards',
      reply: {},
      authenticate({ raw }) {
        const { id, type, paymentId } = JSON.parse(Buffer.from(raw).toString()) as Record<string, string>
        const identity = { ok: true, eventId: `cards:${id}`, paymentId: paymentId!, type: type! } as const
        const known = types.includes(type!) ? {} : { ignored: 'not a type that is handled' }
        return { ...identity, attemptId: '1', verifiedBy: 'secret#1', ...known }
      },
      parse(raw) {
        const { type } = JSON.parse(Buffer.from(raw).toString()) as { type: string }
        if (type === 'broken') throw Object.assign(new Error(`cannot read what ${PHONE} did`))
        return types.includes(type) ? { status: 'changed' } : null
      },
    },
  }
}

async function startShop(name: string) {
  const [store, inbox] = stores[name]!()
  const told: string[] = []
  const version = (types: string[]): Payments =>
    createPayments({
      store,
      inbox,
      providers: { cards: providerOf(types) },
      retry: { baseMs: 1, capMs: 2, maxAttempts: 1 },
      on: { paid: (_, { key }) => void told.push(key) },
    })
  const payments = version(['paid', 'broken'])
  const { server, url } = await listen(express().use(payments.webhooks))
  const wish = { reference: 'R', amount: fromMinor(100, 'KES'), provider: 'cards', description: 'D' }
  const { id } = await payments.create({ ...wish, payer: {}, idempotencyKey: 'k' })
  await payments.start(id)

  return {
    payments,
    version,
    inbox,
    told,
    paymentId: id,
    deliver: (event: object) => fetch(`${url}/cards`, { method: 'POST', body: JSON.stringify(event) }),
    async work(by = payments) {
      const worker = by.worker({ pollMs: 2 })
      await worker.drained()
      await worker.close()
    },
    async close() {
      await payments.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe.each(Object.keys(stores))('the inbox in %s', (name) => {
  test('keeps what nothing follows from as ignored, at once; a later version that knows it can replay it', async () => {
    shop = await startShop(name)
    const { payments, paymentId, version } = shop
    expect((await shop.deliver({ id: 'e1', type: 'settled', paymentId })).status).toBe(200)
    expect((await shop.deliver({ id: 'e1', type: 'settled', paymentId })).status).toBe(200)
    await shop.work()
    expect(await payments.inbox.list()).toMatchObject([
      {
        ...{ id: 'cards:e1', provider: 'cards', type: 'settled', state: 'ignored', paymentId },
        ...{ verifiedBy: 'secret#1', deliveries: 2, attempts: 0, ignored: 'not a type that is handled' },
      },
    ])
    expect(await payments.deadLetters.list()).toEqual([])
    expect(await payments.deadLetters.inspect('cards:e1')).toMatchObject({
      state: 'ignored',
      callback: { type: 'settled', ignored: 'not a type that is handled', deliveries: 2 },
    })

    // This version still knows nothing of it.
    await payments.deadLetters.replay('cards:e1')
    await shop.work()
    expect(await payments.inbox.list()).toMatchObject([
      { state: 'ignored', ignored: 'nothing follows from it', attempts: 1 },
    ])
    expect(shop.told).toEqual([])

    const later = version(['paid', 'settled'])
    await later.deadLetters.replay('cards:e1')
    await shop.work(later)
    const [done] = await later.inbox.list()
    expect(done).toMatchObject({ state: 'done', attempts: 1 })
    expect(done).not.toHaveProperty('ignored')
    expect((await payments.get(paymentId))?.status).toBe('succeeded')
    expect(shop.told).toEqual([`${paymentId}:paid`])
    await expect(payments.deadLetters.replay('cards:e1')).rejects.toMatchObject({ code: 'PAYMENTS_NOT_DEAD' })
  })

  test('is listed by state and type, last first, with errors but without bodies and phone numbers', async () => {
    shop = await startShop(name)
    const { payments, paymentId } = shop
    await shop.deliver({ id: 'e1', type: 'broken', paymentId, phone: PHONE })
    await shop.work()
    await shop.deliver({ id: 'e2', type: 'paid', paymentId, phone: PHONE })
    await shop.deliver({ id: 'e3', type: 'x', paymentId: 'pay_of_nobody', phone: PHONE })
    const ids = async (options?: Parameters<Payments['inbox']['list']>[0]) =>
      (await payments.inbox.list(options)).map(({ id }) => id)
    expect((await ids()).toSorted()).toEqual(['cards:e1', 'cards:e2', 'cards:e3'])
    expect((await ids()).at(-1)).toBe('cards:e1')
    expect(await ids({ state: 'pending' })).toEqual(['cards:e2'])
    expect(await ids({ state: 'ignored' })).toEqual(['cards:e3'])
    expect(await ids({ type: 'broken', state: 'dead' })).toEqual(['cards:e1'])
    expect(await ids({ limit: 1 })).toHaveLength(1)
    const [dead] = await payments.inbox.list({ state: 'dead' })
    expect(dead?.error).toMatch(/cannot read what .*001 did/)
    const text = JSON.stringify(await payments.inbox.list())
    expect(text).not.toContain(PHONE)
    expect(text).not.toContain('raw')
  })
})

test('a list of the inbox refuses what it does not know', async () => {
  shop = await startShop('memory')
  const { inbox } = shop.payments
  for (const options of [{ limit: 0 }, { limit: 1001 }, { state: 'lost' }, { kind: 'callback' }]) {
    await expect(inbox.list(options as never)).rejects.toThrow(TypeError)
  }
})
