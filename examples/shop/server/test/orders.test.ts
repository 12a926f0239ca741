import { randomUUID } from 'node:crypto'
import { createConnection, type Connection } from 'mongoose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPayments, memoryInbox, memoryPaymentStore } from '@ementech/payments'
import { createMpesa } from '@ementech/payments/mpesa'
import { startMongo, type RunningMongo } from '@ementech/sandbox/mongo'
import { orderModel } from '../src/models/order.js'
import { productModel } from '../src/models/product.js'
import { seedProducts } from '../src/seed.js'
import { createCatalogue } from '../src/services/catalogue.js'
import { createOrders } from '../src/services/orders.js'

let mongo: RunningMongo
let connection: Connection
beforeAll(async () => {
  mongo = await startMongo({ uri: process.env.MONGODB_URI })
  connection = await createConnection(mongo.uri, { autoIndex: false }).asPromise()
})
afterAll(async () => {
  await connection?.close()
  await mongo?.close()
})

describe('orders', () => {
  it('takes its prices from the catalogue, and one press for one order', async () => {
    const { orders, catalogue } = await shop()
    const lines = [{ productId: (await catalogue.list())[0]!.id, quantity: 2 }]
    const key = randomUUID()
    const placed = await Promise.all(Array.from({ length: 5 }, () => orders.place('wanjiku', lines, key)))
    expect(new Set(placed.map(({ id }) => id as string)).size).toBe(1)
    expect(placed[0]!.total).toMatchObject({ minor: 190_000, currency: 'KES' })
  })

  it('refuses a product that is not for sale', async () => {
    const { orders } = await shop()
    const lines = [{ productId: '0123456789abcdef01234567', quantity: 1 }]
    await expect(orders.place('wanjiku', lines, randomUUID())).rejects.toMatchObject({ code: 'PRODUCT_GONE' })
  })

  it('lets the customer press again when nothing could be sent', async () => {
    const { orders, order } = await shop()
    const unpaid = await orders.pay('wanjiku', order.id as string, '0712000001', randomUUID())
    expect(unpaid.status).toBe('payment_failed')
    expect((await orders.view(unpaid)).payment).toMatchObject({ phone: '0712 ••• 001' })
  })

  it('tries once for each press, also when the network repeats the press after it failed', async () => {
    const { orders, order, payments } = await shop()
    const attempts = async (paymentId: string) => (await payments.get(paymentId))!.attempts.length
    const pay = (key: string) => orders.pay('wanjiku', order.id as string, '0712000003', key)
    const [first, second] = [randomUUID(), randomUUID()]
    const failed = await pay(first)
    expect((await pay(first)).status).toBe('payment_failed')
    expect(await attempts(failed.paymentId!)).toBe(1)
    const again = await pay(second)
    expect(again.paymentId).not.toBe(failed.paymentId)
    expect(await attempts(again.paymentId!)).toBe(1)
    expect((await pay(first)).paymentId).toBe(again.paymentId)
    expect(await attempts(failed.paymentId!)).toBe(1)
  })

  it('releases an order whose process died before it could send the prompt, and no other', async () => {
    const { orders, order, Order, payments } = await shop()
    const payment = await payments.create({
      reference: order.number,
      amount: { minor: 95_000, currency: 'KES' },
      provider: 'mpesa',
      payer: { phone: '0712000002' },
      description: 'Soko',
      idempotencyKey: randomUUID(),
    })
    await Order.updateOne(
      { _id: order._id },
      { status: 'paying', paymentId: payment.id, changedAt: new Date(Date.now() - 60_000) },
    )
    await orders.releaseAbandoned(120_000)
    expect((await orders.find('wanjiku', order.id as string)).status).toBe('paying')
    await orders.releaseAbandoned(30_000)
    expect((await orders.find('wanjiku', order.id as string)).status).toBe('payment_failed')
  })

  it('keeps money that arrived twice, to be given back, and stays paid by the first', async () => {
    const { orders, order } = await shop()
    const payment = (id: string) => ({ id, reference: order.number }) as never
    await orders.markPaid(payment('first'))
    await orders.markPaid(payment('first'))
    await orders.markPaid(payment('second'))
    await orders.markUnpaid(payment('first'), 'payment_failed')
    const settled = await orders.find('wanjiku', order.id as string)
    expect(settled).toMatchObject({ status: 'paid', paidBy: 'first' })
    expect([...settled.overpaidBy]).toEqual(['second'])
  })
})

/** Orders on the real database; Daraja is at an address where nobody answers, which is all that these tests need. */
async function shop() {
  const Order = orderModel(connection)
  const Product = productModel(connection)
  await Promise.all([Order.createIndexes(), Product.createIndexes()])
  await seedProducts(Product)
  const mpesa = createMpesa({
    environment: 'sandbox',
    baseUrl: 'http://127.0.0.1:1',
    consumerKey: 'key',
    consumerSecret: 'secret',
    shortcode: '174379',
    passkey: 'passkey',
    callbackUrl: 'http://127.0.0.1:1/webhooks',
    callbackSecret: randomUUID() + randomUUID(),
  })
  const payments = createPayments({
    store: memoryPaymentStore(),
    inbox: memoryInbox(),
    providers: { mpesa },
    on: { paid: () => {} },
  })
  const catalogue = createCatalogue(Product)
  const orders = createOrders({ Order, catalogue, payments })
  const [first] = await catalogue.list()
  const order = await orders.place('wanjiku', [{ productId: first!.id, quantity: 1 }], randomUUID())
  return { orders, order, Order, payments, catalogue }
}
