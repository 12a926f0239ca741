import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startMongo, type RunningMongo } from '@ementech/sandbox/mongo'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mongoPaymentStore } from '../../src/mongo.js'
import { cardOrder, startStripeShop } from './stripe-shop.js'

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

test.each(['before-call', 'after-call', 'before-store'])(
  'mode 17: a process that is killed %s leaves a refund that a worker finds out, and that happens once',
  async (fault) => {
    const collection = client.db().collection(`refunds-${fault}`)
    const shop = await startStripeShop({ payments: { store: mongoPaymentStore(collection) } })
    try {
      const { id } = await shop.payments.create(cardOrder())
      const { attempts } = await shop.payments.start(id)
      shop.fake.pay(attempts[0]!.providerRef!)
      const worker = shop.payments.worker({ pollMs: 10 })
      await shop.until(id, 'succeeded')
      await worker.close()

      const env = { ...process.env, MONGODB_URI: mongo.uri, COLLECTION: collection.collectionName }
      const child = fork(fileURLToPath(new URL('../fixtures/refunding-process.mjs', import.meta.url)), {
        env: { ...env, PORT: String(shop.fake.port), PAYMENT: id, FAULT: fault },
      })
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
      expect(signal).toBe('SIGKILL')
      const left = (await shop.payments.get(id))!
      expect(left).toMatchObject({ refunds: [{ status: 'submitting' }], refundPending: left.captured })
      expect(shop.fake.refunds.size).toBe(fault === 'before-call' ? 0 : 1)
      await expect(shop.payments.refund(id, { idempotencyKey: 'b' })).rejects.toMatchObject({
        code: 'PAYMENTS_REFUND_TOO_MUCH',
      })

      // The dead process was to ask in a minute; here that minute is over.
      const record = (await shop.store.get(id))!
      const refunds = record.refunds!.map((refund) => ({ ...refund, nextCheckAt: new Date(0) }))
      const due = { ...record, refunds, nextCheckAt: new Date(0), version: record.version + 1 }
      await shop.store.replace(due, record)
      const healing = shop.payments.worker({ pollMs: 10 })
      await healing.drained()
      expect(await shop.payments.get(id)).toMatchObject({
        refunded: left.captured,
        refunds: [{ status: 'succeeded' }],
      })
      expect(shop.fake.refunds.size).toBe(1)
      expect(shop.told).toEqual([`${id}:paid`, `${id}:refunded:${left.refunds[0]!.id}`])
    } finally {
      await shop.close()
    }
  },
)
