/**
 * A process of the shop: `ROLE=web` takes orders and callbacks, `ROLE=worker` works. SOAK holds the settings. Speaks with
 * its parent: { url }, { ready }, { log }. Ends when the parent is gone.
 */
import { createServer } from 'node:http'
import { once } from 'node:events'
import { createPayments, fromMinor, PaymentsError } from '@ementech/payments'
import { mongoInbox, mongoPaymentStore } from '@ementech/payments/mongo'
import { createMpesa } from '@ementech/payments/mpesa'
import { createStripe } from '@ementech/payments/stripe'
import express from 'express'
import { MongoClient } from 'mongodb'
import Stripe from 'stripe'
import { randomOf } from './plan.mjs'

process.on('disconnect', () => process.exit())
const { seed, mongoUri, port, publicUrl, mpesa, stripe, worker } = JSON.parse(process.env.SOAK)
const client = await new MongoClient(mongoUri).connect()
const db = client.db()
const store = mongoPaymentStore(db.collection('payments'))
const inbox = mongoInbox(db.collection('inbox'))
const fulfilments = db.collection('fulfilments')
const log = (message) => void process.send?.({ log: message })

const server = process.env.ROLE === 'web' ? createServer().listen(port, '127.0.0.1') : undefined
if (server) await once(server, 'listening')
const url = publicUrl ?? `http://127.0.0.1:${server.address().port}`

const payments = createPayments({
  store,
  inbox,
  providers: {
    mpesa: createMpesa({ ...mpesa, callbackUrl: `${url}/callbacks` }),
    stripe: createStripe({ ...stripe.options, client: new Stripe(stripe.key, stripe.sdk) }),
  },
  retry: { baseMs: 50, capMs: 2_000, maxAttempts: 20 },
  logger: { debug() {}, info() {}, warn: log, error: log },
  on: {
    paid: tell('paid'),
    failed: tell('failed'),
    expired: tell('expired'),
    canceled: tell('canceled'),
    review: tell('review'),
    overpaid: tell('overpaid'),
    refunded: tell('refunded'),
    refundFailed: tell('refundFailed'),
  },
})

/** A handler as a shop should write it, on a day on which things fail before and after the write. */
function tell(type) {
  return async ({ id }, { key, attempt, refundId }) => {
    const random = randomOf(seed, `${key}/${attempt}`)
    if (random() < 0.05) throw new Error('the stock service is down')
    await fulfilments.updateOne(
      { _id: key },
      { $inc: { runs: 1 }, $setOnInsert: { type, paymentId: id, ...(refundId && { refundId }) } },
      { upsert: true, writeConcern: { w: 'majority', journal: true } },
    )
    if (random() < 0.05) throw new Error('the mail server is down')
  }
}

if (server) {
  const app = express().use('/callbacks', payments.webhooks).use(express.json())
  app.post('/pay', async (req, res) => {
    const { reference, provider, amount, phone } = req.body
    const { id } = await payments.create({
      reference,
      provider,
      amount: fromMinor(amount.minor, amount.currency),
      description: 'Soak',
      idempotencyKey: reference,
      ...(phone && { payer: { phone } }),
    })
    res.json(await payments.start(id))
  })
  app.post('/refund', async (req, res) => {
    const { id, minor, currency, key } = req.body
    const amount = minor === undefined ? {} : { amount: fromMinor(minor, currency) }
    await payments.refund(id, { ...amount, idempotencyKey: key, actor: 'soak' }).catch((error) => {
      if (!(error instanceof PaymentsError)) throw error
      res.status(error.status)
    })
    res.end()
  })
  app.post('/resolve', async (req, res) => {
    const { id, refundId, status } = req.body
    await payments.resolve(id, { refundId, status, actor: 'soak' })
    res.end()
  })
  server.on('request', app)
} else {
  payments.worker(worker)
}

process.on('SIGTERM', async () => {
  server?.close()
  server?.closeAllConnections()
  await payments.close({ graceMs: 5_000 })
  await client.close()
  process.exit()
})
process.send({ ready: true, url })
