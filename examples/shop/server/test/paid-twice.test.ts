import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterEach, expect, it } from 'vitest'
import { startSandbox } from '@ementech/sandbox'
import type { Env } from '../src/env.js'
import { seedProducts } from '../src/seed.js'
import { viewOrderForAdmin } from '../src/services/order-view.js'
import { openShop } from '../src/shop.js'
import { databases } from './support.js'

const database = databases()
const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

const phone = '254712000777'
const seconds = 1000

it('a payment that was paid at two attempts: the office and the log hear of it, and the second goes back', async () => {
  const { shop, sandbox, warnings, worker } = await openForBusiness()
  const { payments, orders, refunds, checkout, accounts } = shop
  const customer = await accounts.register({
    name: 'Wanjiku',
    email: 'w@example.com',
    password: randomUUID(),
  })
  const userId = customer.id as string
  const product = (await shop.Product.findOne({ slug: 'kikombe' }))!
  const placed = await orders.place(userId, [{ productId: product.id as string, quantity: 1 }], randomUUID())
  const payer = sandbox.daraja.phone(phone)
  const before = payer.balanceCents

  // The payer pays. M-Pesa says no when it is asked, and yes minutes later.
  const { order } = await checkout.pay(userId, placed.number, { method: 'mpesa', phone }, randomUUID())
  const id = order.paymentId!
  sandbox.daraja.faults.order({ fault: 'delayCallback', msisdn: phone, ms: 300 * seconds })
  sandbox.daraja.faults.order({ fault: 'contradictQuery', resultCode: 1032 })
  await payer.enterPin('1234')
  await askNow(shop, id)
  await worker.drained()
  expect((await orders.findAny(order.number)).status).toBe('payment_failed')

  // Started again meanwhile, it is paid again. M-Pesa takes the same amount of the same person after two minutes.
  await sandbox.clock.advance(121 * seconds)
  await payments.start(id)
  await payer.prompt()
  await payer.enterPin('1234')
  await sandbox.clock.advance(5 * seconds)
  await worker.drained()
  expect((await orders.findAny(order.number)).status).toBe('paid')
  const told = (await orders.findAny(order.number)).changedAt!
  expect(warnings).toEqual([])

  await sandbox.clock.advance(300 * seconds)
  await worker.drained()
  expect((await payments.get(id))!.flags.overpaid).toBe(true)
  expect(warnings).toEqual([expect.stringContaining('paid twice')])
  expect((await orders.findAny(order.number)).changedAt!.getTime()).toBeGreaterThan(told.getTime())
  const price = order.total!.minor
  expect(payer.balanceCents).toBe(before - 2 * price)
  const [first, second] = (await payments.get(id))!.attempts
  const seen = await view()
  expect(seen.paidWith).toMatchObject({ id, attemptId: first!.id, refundable: price })
  expect(seen.overpaid).toMatchObject([{ id, attemptId: second!.id, refundable: price }])

  const wish = { paymentId: id, note: 'Paid twice', actor: 'admin', idempotencyKey: randomUUID() }
  await expect(refunds.refund(order.number, wish)).rejects.toMatchObject({ code: 'PAYMENTS_NOT_REFUNDABLE' })
  await refunds.refund(order.number, { ...wish, attemptId: second!.id })
  await sandbox.clock.advance(5 * seconds)
  await worker.drained()
  expect(payer.balanceCents).toBe(before - price)
  expect((await payments.get(id))!.refunds).toMatchObject([
    { attemptId: second!.id, reason: 'duplicate', status: 'succeeded' },
  ])
  expect(await view()).toMatchObject({
    status: 'paid',
    stock: 'sold',
    refunded: { minor: 0 },
    paidWith: { refundable: price },
    overpaid: [{ refundable: 0 }],
  })

  const rest = { ...wish, attemptId: first!.id, note: 'And all of it', idempotencyKey: randomUUID() }
  await refunds.refund(order.number, rest)
  await sandbox.clock.advance(5 * seconds)
  await worker.drained()
  expect(payer.balanceCents).toBe(before)
  expect((await payments.get(id))!.refunds.at(-1)).toMatchObject({ reason: 'requested_by_customer' })
  expect(await view()).toMatchObject({ status: 'refunded', refunded: { minor: price } })

  async function view() {
    return viewOrderForAdmin(await orders.findAny(order.number), {
      payments,
      addressee: accounts.addressee,
    })
  }
})

/** The shop as server and worker open it, and the sandbox's M-Pesa, whose time stands still. */
async function openForBusiness() {
  const sandbox = await startSandbox({ timeScale: 0, daraja: { spikeArrest: {} } })
  open.push(sandbox.close)
  const app = express()
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const port = (server.address() as AddressInfo).port
  const warnings: string[] = []
  const logger = { debug() {}, info() {}, warn: (text: string) => void warnings.push(text), error() {} }
  const { name: DB_NAME } = database.create()
  const env = {
    ...sandbox.env,
    DB_NAME,
    MONGODB_URI: database.uri(),
    MPESA_CALLBACK_URL: `http://127.0.0.1:${port}/callbacks`,
    MPESA_CALLBACK_SECRET: randomUUID() + randomUUID(),
    STRIPE_SECRET_KEY: undefined,
    EMAIL_SERVICE: 'console',
    APP_URL: 'http://shop.example',
  }
  const shop = await openShop(env as unknown as Env, logger as unknown as Console)
  open.push(shop.db.close)
  await seedProducts(shop.Product)
  app.use('/callbacks', shop.payments.webhooks)
  const worker = shop.payments.worker({ pollMs: 20 })
  open.push(shop.payments.close)
  return { shop, sandbox, warnings, worker }
}

/** As if the time had come at which the worker asks M-Pesa by itself. */
async function askNow({ db }: Awaited<ReturnType<typeof openShop>>, _id: string) {
  const now = new Date()
  await db.connection
    .collection<{ _id: string }>('payments')
    .updateOne({ _id }, { $set: { nextCheckAt: now, dueAt: now } })
}
