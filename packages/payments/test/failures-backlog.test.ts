import { startMongo, type RunningMongo } from '@ementech/sandbox/mongo'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPayments, fromMinor, type Provider } from '../src/index.js'
import { mongoInbox, mongoPaymentStore } from '../src/mongo.js'
import { QUICK } from './shop.js'

/** `npm run soak` asks for 10,000. */
const BACKLOG = Number(process.env['BACKLOG'] ?? 1_200)
const CONCURRENCY = 6

let mongo: RunningMongo
let client: MongoClient
beforeAll(async () => {
  mongo = await startMongo({ uri: process.env['MONGODB_URI'] })
  client = await new MongoClient(mongo.uri).connect()
})
afterAll(async () => {
  await client.close()
  await mongo.close()
})

test(`mode 24: ${BACKLOG} callbacks wait, most of them for one payment: no more at once than allowed, the others are not kept waiting, nor is what arrives meanwhile`, async () => {
  const served: string[] = []
  const atWork = new Map<string, number>()
  let [atOnce, most, mostOfOne] = [0, 0, 0]
  let onServed = (_count: number): void => {}
  const provider: Provider = {
    timing: { ...QUICK, checkDelaysMs: [3_600_000] },
    prepare: ({ payer }) => ({ payer }),
    start: async ({ paymentId }) => ({ outcome: 'accepted', status: 'pending', providerRef: paymentId }),
    async read({ providerRef: id }) {
      atWork.set(id, (atWork.get(id) ?? 0) + 1)
      most = Math.max(most, ++atOnce)
      mostOfOne = Math.max(mostOfOne, atWork.get(id)!)
      await new Promise((resolve) => setImmediate(resolve))
      atWork.set(id, atWork.get(id)! - 1)
      atOnce--
      onServed(served.push(id))
      return { status: 'processing' }
    },
    callbacks: {
      path: '/counted/:paymentId',
      reply: {},
      authenticate: () => ({ ok: false, status: 404, reason: '' }),
      parse: () => ({ status: 'changed' }),
    },
  }
  const store = mongoPaymentStore(client.db().collection('payments'))
  const inbox = mongoInbox(client.db().collection('inbox'))
  await Promise.all([store.ensureIndexes(), inbox.ensureIndexes()])
  const payments = createPayments({ store, inbox, providers: { counted: provider }, on: { paid() {} } })
  let keys = 0
  async function open() {
    const wish = { reference: 'R', provider: 'counted', description: 'D', amount: fromMinor(100, 'KES') }
    const { id } = await payments.create({ ...wish, idempotencyKey: `key-${keys++}` })
    await payments.start(id)
    return id
  }
  const arrive = (paymentId: string, event: number) =>
    inbox.insert({
      ...{ id: `${paymentId}:${event}`, provider: 'counted', paymentId, attemptId: '1' },
      ...{ raw: Buffer.from('{}'), verifiedBy: 'test' },
    })

  const busy = await open()
  const others = await Promise.all(Array.from({ length: BACKLOG / 20 }, open))
  const ofBusy = BACKLOG - others.length
  for (let from = 0; from < ofBusy; from += 100) {
    const size = Math.min(100, ofBusy - from)
    await Promise.all(Array.from({ length: size }, (_, index) => arrive(busy, from + index)))
  }
  await Promise.all(others.map((id) => arrive(id, 0)))

  const late = await Promise.all(Array.from({ length: 10 }, open))
  const arrivedAt = BACKLOG / 4
  onServed = (count) => {
    if (count === arrivedAt) for (const id of late) void arrive(id, 0)
  }
  const worker = payments.worker({ pollMs: 5, concurrency: CONCURRENCY })
  while (served.length < BACKLOG + late.length) await new Promise((resolve) => setTimeout(resolve, 20))
  await worker.drained()
  await payments.close()

  expect(most).toBeLessThanOrEqual(CONCURRENCY)
  expect(mostOfOne).toBe(1)
  // The busy payment came first and has nineteen of twenty; yet it gets a turn among several, no more.
  expect(Math.max(...others.map((id) => served.indexOf(id)))).toBeLessThan(2 * others.length + 50)
  expect(Math.max(...late.map((id) => served.indexOf(id)))).toBeLessThan(arrivedAt + 2 * late.length + 50)
  expect(served.filter((id) => id === busy)).toHaveLength(ofBusy)
  expect(new Set(served).size).toBe(1 + others.length + late.length)
  expect(await client.db().collection('inbox').countDocuments({ state: 'done' })).toBe(served.length)
}, 600_000)
