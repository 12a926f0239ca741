import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startMongo, type RunningMongo } from '@ementech/sandbox/mongo'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mongoPaymentStore } from '../src/mongo.js'
import { order, QUICK, SECRET, startShop } from './shop.js'

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

test.each([
  ['before-call', 'comes back', 'review', 0],
  ['after-call', 'comes back', 'succeeded', 1],
  ['after-call', 'is lost', 'succeeded', 1],
  ['before-store', 'is lost', 'succeeded', 1],
] as const)(
  'mode 17: a process that is killed %s of a payout whose result %s leaves it %s, sent as often as %i',
  async (fault, result, status, times) => {
    const collection = client.db().collection(`payouts-${fault}-${result.replaceAll(' ', '-')}`)
    const shop = await startShop({
      refunds: true,
      mpesa: { timing: { ...QUICK, reviewAfterMs: 2_000 } },
      payments: { store: mongoPaymentStore(collection) },
    })
    try {
      const { id } = await shop.payments.create(order())
      await shop.payments.start(id)
      await shop.phone.prompt()
      await shop.phone.enterPin('1234')
      const worker = shop.payments.worker({ pollMs: 10 })
      await shop.until(id, 'succeeded')
      await worker.close()

      if (result === 'is lost') shop.daraja.faults.order({ fault: 'dropCallback', on: 'b2c' })
      const child = fork(fileURLToPath(new URL('fixtures/paying-out-process.mjs', import.meta.url)), {
        env: {
          ...process.env,
          ...shop.sandbox.env,
          ...{ MONGODB_URI: mongo.uri, COLLECTION: collection.collectionName },
          ...{ CALLBACK_URL: `${shop.url}/callbacks`, CALLBACK_SECRET: SECRET, PAYMENT: id, FAULT: fault },
        },
      })
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
      expect(signal).toBe('SIGKILL')
      const left = (await shop.payments.get(id))!
      expect(left).toMatchObject({ refunds: [{ status: 'submitting' }], refundPending: left.captured })
      const again = shop.payments.refund(id, { method: 'b2c', idempotencyKey: 'b' })
      await expect(again).rejects.toMatchObject({ code: 'PAYMENTS_REFUND_TOO_MUCH' })

      // The dead process was to ask in a minute; here that minute is over.
      const record = (await shop.store.get(id))!
      const refunds = record.refunds!.map((refund) => ({ ...refund, nextCheckAt: new Date(0) }))
      const due = { ...record, refunds, nextCheckAt: new Date(0), version: record.version + 1 }
      await shop.store.replace(due, record)
      const healing = shop.payments.worker({ pollMs: 10 })
      for (;;) {
        const now = await shop.payments.get(id)
        if (now!.refunds[0]!.status === status) break
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      await healing.drained()
      const calls = shop.daraja.requests().filter(({ operation }) => operation === 'b2c')
      expect(calls).toHaveLength(times)
    } finally {
      await shop.close()
    }
  },
)
