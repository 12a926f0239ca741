import { randomInt } from 'node:crypto'
import type { HydratedDocument } from 'mongoose'
import type { Payment, Payments } from '@ementech/payments'
import type { Order, orderModel } from '../models/order.js'
import { ShopError } from '../problem.js'
import { isDuplicate } from '../mongo.js'
import type { Catalogue } from './catalogue.js'

export interface OrderLine {
  productId: string
  quantity: number
}

interface OrdersOptions {
  Order: ReturnType<typeof orderModel>
  catalogue: Catalogue
  payments: Pick<Payments, 'create' | 'start' | 'get'>
}

/** Orders from "Check out" to paid. Prices are read here, never taken from the browser. */
export function createOrders({ Order, catalogue, payments }: OrdersOptions) {
  return {
    async place(userId: string, lines: OrderLine[], idempotencyKey: string) {
      const products = await catalogue.byIds(lines.map((line) => line.productId))
      const items = lines.map(({ productId, quantity }) => {
        const product = products.get(productId)
        if (!product) throw new ShopError(409, 'PRODUCT_GONE', 'A product in the cart is no longer for sale.')
        return { ...product, productId, quantity }
      })
      const minor = items.reduce((sum, item) => sum + item.price.minor * item.quantity, 0)
      const total = { minor, currency: 'KES' }
      for (;;) {
        try {
          return await Order.create({ userId, idempotencyKey, number: orderNumber(), items, total })
        } catch (error) {
          if (!isDuplicate(error)) throw error
          const placed = await Order.findOne({ userId, idempotencyKey })
          if (placed) return placed
          // The number was taken: throw the dice again.
        }
      }
    },

    list: (userId: string) => Order.find({ userId }).sort({ createdAt: -1 }).limit(50),

    find: ofUser,

    /** Sends the prompt to the payer's phone. Pressing twice, in two tabs too, sends one. */
    async pay(userId: string, orderId: string, phone: string, idempotencyKey: string) {
      const order = await ofUser(userId, orderId)
      const payment = await payments.create({
        reference: order.number, // the payer sees it as the account number
        amount: { minor: order.total!.minor, currency: 'KES' },
        provider: 'mpesa',
        payer: { phone },
        description: `Soko ${order.number}`,
        idempotencyKey: `${order.id}:${idempotencyKey}`,
      })
      const claimed = await Order.findOneAndUpdate(
        {
          _id: order._id,
          status: { $in: ['awaiting_payment', 'payment_failed'] },
          payments: { $ne: payment.id },
        },
        {
          $set: { status: 'paying', paymentId: payment.id, payerPhone: masked(phone) },
          $push: { payments: payment.id },
          $currentDate: { changedAt: true },
        },
        { returnDocument: 'after' },
      )
      const current = claimed ?? (await ofUser(userId, orderId))
      if (current.status === 'paying' && current.paymentId === payment.id) {
        const started = await payments.start(payment.id)
        // Nothing was sent (M-Pesa is busy, say): the customer may press again.
        if (started.status === 'created') await settle(started, 'payment_failed')
        return ofUser(userId, orderId)
      }
      // A press that the network repeats after it has ended is no new press.
      if (current.payments.includes(payment.id)) return current
      throw current.status === 'paid'
        ? new ShopError(409, 'ORDER_PAID', 'This order is paid already.')
        : new ShopError(409, 'PAYMENT_UNDER_WAY', 'A payment is under way: look at your phone.')
    },

    /**
     * Effect of a payment that succeeded. Runs at least once; the second time changes nothing. Gives the order if it is
     * this payment that paid it.
     */
    async markPaid(payment: Payment) {
      const paid = await Order.findOneAndUpdate(
        { number: payment.reference, paidBy: { $exists: false } },
        {
          $set: { status: 'paid', paidBy: payment.id, paymentId: payment.id },
          $currentDate: { changedAt: true },
        },
        { returnDocument: 'after' },
      )
      if (paid) return paid
      // A late success after the customer paid again: kept on the order, to be given back.
      await Order.updateOne(
        { number: payment.reference, paidBy: { $ne: payment.id } },
        { $addToSet: { overpaidBy: payment.id }, $currentDate: { changedAt: true } },
      )
      return (await Order.findOne({ number: payment.reference, paidBy: payment.id })) ?? undefined
    },

    /** Effect of a payment that will not succeed. */
    markUnpaid: settle,

    /** Gives back to their customers the orders whose process died before it could send the prompt. */
    async releaseAbandoned(olderThanMs: number) {
      const abandoned = { $lt: new Date(Date.now() - olderThanMs) }
      for (const order of await Order.find({ status: 'paying', changedAt: abandoned })) {
        const payment = await payments.get(order.paymentId!)
        if (payment?.status === 'created') await settle(payment, 'payment_failed')
      }
    },

    /** Orders changed at or after `since`, oldest first, by the database's clock. */
    changedSince: (since: Date) =>
      Order.find({ changedAt: { $gte: since } })
        .sort({ changedAt: 1 })
        .limit(500),

    /** When the last change was made, by the database's clock. */
    async lastChange() {
      const last = await Order.findOne({ changedAt: { $exists: true } }).sort({ changedAt: -1 })
      return last?.changedAt ?? new Date(0)
    },

    /** What a customer sees of an order. */
    async view(order: HydratedDocument<Order>) {
      const payment = order.paymentId ? await payments.get(order.paymentId) : undefined
      return {
        id: order.id as string,
        number: order.number,
        items: order.items.map(({ productId, slug, name, quantity, price, picture }) => {
          return { productId, slug, name, quantity, price: price!, picture }
        }),
        total: order.total!,
        status: order.status,
        payment: payment ? paymentView(payment, order.payerPhone) : null,
        createdAt: order.createdAt.toISOString(),
        updatedAt: (order.changedAt ?? order.createdAt).toISOString(),
      }
    },
  }

  /** Only the payment under way may fail its order. */
  async function settle(payment: Payment, status: 'payment_failed' | 'review') {
    await Order.updateOne(
      { number: payment.reference, paymentId: payment.id, status: 'paying' },
      { $set: { status }, $currentDate: { changedAt: true } },
    )
  }

  async function ofUser(userId: string, orderId: string) {
    const order = await Order.findOne({ _id: orderId, userId })
    if (!order) throw new ShopError(404, 'ORDER_NOT_FOUND', 'There is no such order.')
    return order
  }
}

export type Orders = ReturnType<typeof createOrders>

function paymentView({ id, status, attempts }: Payment, phone: string | null | undefined) {
  const last = attempts.at(-1)
  return { id, status, phone, receipt: last?.receipt, message: last?.payerMessage }
}

/** Enough for the payer to know which phone it is, and no more. */
function masked(phone: string): string {
  const digits = phone.replace(/\D/g, '').replace(/^254/, '0')
  return `${digits.slice(0, 4)} ••• ${digits.slice(-3)}`
}

/** Short enough to read out on the phone; the unique index is what makes it unique. */
function orderNumber(): string {
  const alphabet = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'
  return Array.from({ length: 6 }, () => alphabet[randomInt(alphabet.length)]).join('')
}
