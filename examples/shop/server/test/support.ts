import { randomUUID } from 'node:crypto'
import { createConnection, type Connection } from 'mongoose'
import { afterAll, beforeAll } from 'vitest'
import { createPayments, memoryInbox, memoryPaymentStore, type Payment } from '@ementech/payments'
import { createMpesa, type Mpesa, type MpesaOptions } from '@ementech/payments/mpesa'
import { startMongo, type RunningMongo } from '@ementech/sandbox/mongo'
import { orderModel, type Order } from '../src/models/order.js'
import { strayModel } from '../src/models/stray.js'
import { productModel } from '../src/models/product.js'
import { seedProducts } from '../src/seed.js'
import { createBills } from '../src/services/bills.js'
import { createCatalogue } from '../src/services/catalogue.js'
import { createCheckout } from '../src/services/checkout.js'
import { createOrders } from '../src/services/orders.js'
import { createStrays } from '../src/services/strays.js'
import { createRefunds } from '../src/services/refunds.js'
import { createStock } from '../src/services/stock.js'

/** A database for each test of a file, on MONGODB_URI or on the embedded server. */
export function databases() {
  let mongo: RunningMongo
  let root: Connection
  const made: Connection[] = []
  beforeAll(async () => {
    mongo = await startMongo({ uri: process.env.MONGODB_URI })
    root = await createConnection(mongo.uri, { autoIndex: false }).asPromise()
  })
  afterAll(async () => {
    for (const connection of made) await connection.dropDatabase()
    await root?.close()
    await mongo?.close()
  })
  return {
    uri: () => mongo.uri,

    create(): Connection {
      const connection = root.useDb(`shop-${randomUUID()}`)
      made.push(connection)
      return connection
    },
  }
}

/** The shop's services on a real database; Daraja is at an address where nobody answers, which is all they need. */
export async function servicesOn(connection: Connection, daraja: Partial<MpesaOptions> = {}) {
  const Order = orderModel(connection)
  const Product = productModel(connection)
  await Promise.all([Order.createIndexes(), Product.createIndexes()])
  await seedProducts(Product)
  const mpesa: Mpesa = createMpesa({
    environment: 'sandbox',
    baseUrl: 'http://127.0.0.1:1',
    consumerKey: 'key',
    consumerSecret: 'secret',
    shortcode: '174379',
    passkey: 'passkey',
    callbackUrl: 'http://127.0.0.1:1/webhooks',
    callbackSecret: randomUUID() + randomUUID(),
    validate: (payment) => bills.judge(payment),
    whenUnvalidated: 'reject',
    ...daraja,
  })
  const payments = createPayments({
    store: memoryPaymentStore(),
    inbox: memoryInbox(),
    providers: { mpesa },
    on: { paid: async (payment) => void (await checkout.markPaid(payment)) },
  })
  const catalogue = createCatalogue(Product, ({ picture }) => ({ picture }))
  const stock = createStock({ Product, Order })
  const orders = createOrders({ Order, catalogue, stock })
  const addressee = async () => ({ name: 'Wanjiku', to: 'wanjiku@example.com', language: 'en' as const })
  const strays = createStrays({ Stray: strayModel(connection), payments })
  const checkout = createCheckout({ Order, orders, stock, payments, accounts: { addressee }, strays })
  const bills = createBills({ Order, orders, mpesa, shortcode: '174379', logger: console })
  const refunds = createRefunds({ orders, payments })

  const product = async (slug = 'kahawa') => (await Product.findOne({ slug }))!
  return {
    ...{ Order, Product, payments, mpesa, stock, orders, checkout, bills, refunds, strays, product },

    async place(quantity = 1, { userId = 'wanjiku', slug = 'kahawa', key = randomUUID() } = {}) {
      const productId = (await product(slug)).id as string
      return orders.place(userId, [{ productId, quantity }], key)
    },

    pay: (orderId: string, key: string = randomUUID(), phone = '0712000003') =>
      checkout.pay('wanjiku', orderId, { method: 'mpesa', phone }, key),

    /** What is free to be bought, and what is held. */
    async shelf(slug = 'kahawa') {
      const { stock, reservations } = await product(slug)
      return { free: stock, held: reservations.reduce((sum, { quantity }) => sum + quantity, 0) }
    },
  }
}

/** As much of a payment as the effects look at. */
export function paymentOf(order: Pick<Order, 'number' | 'total'>, id: string): Payment {
  const amount = { minor: order.total!.minor, currency: 'KES' }
  return { id, reference: order.number, amount } as Payment
}
