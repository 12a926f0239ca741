import type { HydratedDocument } from 'mongoose'
import type { NextStep, Payment, Payments } from '@ementech/payments'
import type { Order, orderModel } from '../models/order.js'
import { ShopError } from '../problem.js'
import type { Accounts } from './accounts.js'
import { isPayable, orderNumberIn, payable, type Orders } from './orders.js'
import type { Strays } from './strays.js'
import type { Held, Stock } from './stock.js'

/** How a customer pays: by a prompt on a phone, or by card, on Stripe's page or in its form. */
export type Wish = { method: 'mpesa'; phone: string } | { method: 'card' }

interface CheckoutOptions {
  Order: ReturnType<typeof orderModel>
  orders: Pick<Orders, 'find'>
  stock: Pick<Stock, 'reserve' | 'release' | 'sell'>
  payments: Pick<Payments, 'create' | 'start' | 'get' | 'cancel'>
  accounts: Pick<Accounts, 'addressee'>
  strays: Pick<Strays, 'keep'>
}

/** What paying came to: the order, and what the payer must be shown next. */
interface Paying {
  order: HydratedDocument<Order>
  next?: NextStep
}

/** The way of an order from unpaid to paid, and back to unpaid where a payment fails. */
export function createCheckout({ Order, orders, stock, payments, accounts, strays }: CheckoutOptions) {
  return {
    pay,
    giveUp,
    markPaid,
    markUnpaid,
    markInReview,
    markRefunded,
    noteChange,
    releaseAbandoned,
    releaseUnpaid,
  }

  /** Sends the prompt, or opens the card page or form. Pressing twice, in two tabs too, is one payment. */
  async function pay(userId: string, key: string, wish: Wish, idempotencyKey: string): Promise<Paying> {
    const order = await orders.find(userId, key)
    const resumed = order.status === 'paying' && wish.method === 'card' && (await resume(order))
    if (resumed) return resumed
    const payment = await createPayment(order, wish, idempotencyKey)
    const held = heldFor(order, order.stock === 'released' ? payment.id : undefined)
    const isNew = isPayable(order) && !order.payments.includes(payment.id)
    if (isNew && order.stock === 'released') await stock.reserve(held)
    const claimed = await claim(order, payment, wish, held)
    const current = claimed ?? (await orders.find(userId, key))
    if (current.hold !== held.hold) await stock.release(held)
    if (current.status === 'paying' && current.paymentId === payment.id) {
      const started = await payments.start(payment.id)
      // Nothing was sent (M-Pesa is busy, say): the customer may press again.
      if (started.status === 'created') await markUnpaid(started)
      const { next } = started
      return { order: await orders.find(userId, key), ...(next && { next }) }
    }
    // A press that the network repeats after it has ended is no new press.
    if (current.payments.includes(payment.id)) return { order: current }
    // Its goods were set free while we looked: they are held anew.
    if (isPayable(current)) return pay(userId, key, wish, idempotencyKey)
    throw current.status === 'paying' || current.status === 'review'
      ? new ShopError(409, 'PAYMENT_UNDER_WAY', 'A payment of this order is under way.')
      : new ShopError(409, 'ORDER_PAID', 'This order is paid already.')
  }

  /** The customer left the card page and wants to pay otherwise. */
  async function giveUp(userId: string, key: string) {
    const order = await orders.find(userId, key)
    if (order.status === 'paying') {
      const payment = await payments.cancel(order.paymentId!)
      if (payment.status === 'canceled') await markUnpaid(payment)
    }
    return orders.find(userId, key)
  }

  /**
   * Effect of a payment that succeeded. Runs at least once; the second time changes nothing. Gives the order if it is
   * this payment that paid it. A customer who pays by "Pay Bill" has typed the number, and perhaps the amount.
   */
  async function markPaid(payment: Payment) {
    const number = orderNumberIn(payment.reference)
    await Order.updateOne(
      { number, paidBy: { $exists: false }, 'total.minor': payment.amount.minor },
      {
        $set: { status: 'paid', paidBy: payment.id, paymentId: payment.id },
        $currentDate: { changedAt: true },
      },
    )
    const order = await Order.findOne({ number })
    if (order?.paidBy === payment.id) {
      await handOver(order)
      return order
    }
    if (!order) return void (await strays.keep(payment))
    // It came although the order was paid, or is of another amount: kept on the order, to be given back.
    await Order.updateOne(
      { number },
      { $addToSet: { overpaidBy: payment.id }, $currentDate: { changedAt: true } },
    )
    return undefined
  }

  /**
   * Effect of a refund, and of one whose money came back. Of money that came twice it changes nothing: the order is still
   * paid. Gives the order in any case.
   */
  async function markRefunded(payment: Payment) {
    const { id } = payment
    // Read now: what an effect was told when it began may be older than what another one has written.
    const { amount, refunded, captured } = (await payments.get(id)) ?? payment
    const surplus = Math.max(0, captured.minor - amount.minor)
    const order = await Order.findOneAndUpdate(
      { paidBy: id },
      {
        $set: {
          refundedMinor: Math.max(0, refunded.minor - surplus),
          status: refunded.minor > 0 && refunded.minor >= captured.minor ? 'refunded' : 'paid',
        },
        $currentDate: { changedAt: true },
      },
      { returnDocument: 'after' },
    )
    return order ?? noteChange(payment)
  }

  /** The order itself stays as it is; whoever looks at it is to see what became of a payment or refund of it. */
  function noteChange({ id }: Payment) {
    return Order.findOneAndUpdate(
      { $or: [{ payments: id }, { paidBy: id }, { overpaidBy: id }] },
      { $currentDate: { changedAt: true } },
      { returnDocument: 'after' },
    )
  }

  /** Effect of a payment that will not succeed. Only the payment under way may fail its order. */
  async function markUnpaid({ id, reference }: Payment) {
    await Order.updateOne(
      { number: reference, paymentId: id, status: { $in: ['paying', 'review'] } },
      { $set: { status: 'payment_failed' }, $currentDate: { changedAt: true } },
    )
  }

  /** Effect of a payment that a person must look at: its order shows it, also where another one is under way or has paid. */
  async function markInReview(payment: Payment) {
    const { id, reference } = payment
    const order = { number: orderNumberIn(reference) }
    const now = { $currentDate: { changedAt: true } } as const
    const { matchedCount } = await Order.updateOne(order, { $addToSet: { payments: id }, ...now })
    if (matchedCount === 0) return strays.keep(payment)
    await Order.updateOne(
      { ...order, paymentId: id, status: 'paying' },
      { $set: { status: 'review' }, ...now },
    )
  }

  /**
   * Gives back to their customers the orders whose process died before it could send anything, and those whose card
   * page was left open for too long.
   */
  async function releaseAbandoned({ unsentMs, openPageMs }: { unsentMs: number; openPageMs: number }) {
    for (const order of await Order.find({ status: 'paying', changedAt: { $lt: ago(unsentMs) } })) {
      const payment = await payments.get(order.paymentId!)
      if (payment?.status === 'created') await markUnpaid(payment)
      const isLeft = payment?.provider === 'stripe' && order.changedAt! < ago(openPageMs)
      if (isLeft && (payment.status === 'pending' || payment.status === 'requires_action')) {
        await payments.cancel(payment.id)
      }
    }
  }

  /** Sets free what is held for orders that nobody has paid for. They can still be paid, if there is enough then. */
  async function releaseUnpaid(olderThanMs: number) {
    const old = ago(olderThanMs)
    const isOld = { $or: [{ changedAt: { $lt: old } }, { changedAt: { $exists: false } }] }
    const unpaid = { status: { $in: payable }, stock: 'reserved' as const, createdAt: { $lt: old }, ...isOld }
    for (const order of await Order.find(unpaid)) {
      const released = await Order.updateOne(
        { ...unpaid, _id: order._id, hold: order.hold },
        { $set: { stock: 'released' }, $currentDate: { changedAt: true } },
      )
      if (released.modifiedCount === 1) await stock.release(heldFor(order))
    }
  }

  async function createPayment(order: HydratedDocument<Order>, wish: Wish, idempotencyKey: string) {
    const payer =
      wish.method === 'mpesa'
        ? { phone: wish.phone }
        : { email: (await accounts.addressee(order.userId))!.to }
    return payments.create({
      reference: order.number, // the payer sees it as the account number
      amount: { minor: order.total!.minor, currency: 'KES' },
      provider: wish.method === 'mpesa' ? 'mpesa' : 'stripe',
      payer,
      description: `Soko ${order.number}`,
      idempotencyKey: `${order.id}:${idempotencyKey}`,
    })
  }

  /** Of any number of presses at once, one claims the order. */
  function claim(order: HydratedDocument<Order>, payment: Payment, wish: Wish, { hold }: Held) {
    return Order.findOneAndUpdate(
      {
        ...{ _id: order._id, status: { $in: payable }, payments: { $ne: payment.id } },
        ...{ stock: order.stock, hold: order.hold },
      },
      {
        $set: {
          ...{ status: 'paying', paymentId: payment.id, stock: 'reserved', hold },
          payerPhone: wish.method === 'mpesa' ? masked(wish.phone) : '',
        },
        $push: { payments: payment.id },
        $currentDate: { changedAt: true },
      },
      { returnDocument: 'after' },
    )
  }

  /** The card page or form that is open already; it may be in another tab. */
  async function resume(order: HydratedDocument<Order>): Promise<Paying | undefined> {
    const payment = await payments.get(order.paymentId!)
    if (payment?.provider !== 'stripe') return undefined
    const { next } = await payments.start(payment.id)
    return next && { order, next }
  }

  /** Money that comes late may come for goods that were set free: then they are held anew, or it is said that they are gone. */
  async function handOver(order: HydratedDocument<Order>) {
    const held = heldFor(order, order.stock === 'released' ? 'late' : undefined)
    if (order.stock === 'released') {
      const isThere = await stock.reserve(held).then(
        () => true,
        (error: unknown) => {
          if ((error as ShopError).code === 'SOLD_OUT') return false
          throw error
        },
      )
      const change = isThere
        ? ({ stock: 'reserved', hold: held.hold } as const)
        : ({ stock: 'short' } as const)
      await Order.updateOne(
        { _id: order._id, stock: 'released' },
        { $set: change, $currentDate: { changedAt: true } },
      )
      if (!isThere) return
    } else if (order.stock !== 'reserved') return
    await stock.sell(held)
    await Order.updateOne({ _id: order._id, stock: 'reserved' }, { $set: { stock: 'sold' } })
  }
}

export type Checkout = ReturnType<typeof createCheckout>

/** The hold that an order has, or a new one of that name. */
function heldFor(order: HydratedDocument<Order>, name?: string): Held {
  const orderId = order.id as string
  return { orderId, hold: name === undefined ? order.hold : `${orderId}:${name}`, items: order.items }
}

function ago(ms: number): Date {
  return new Date(Date.now() - ms)
}

/** Enough for the payer to know which phone it is, and no more. */
function masked(phone: string): string {
  const digits = phone.replace(/\D/g, '').replace(/^254/, '0')
  return `${digits.slice(0, 4)} ••• ${digits.slice(-3)}`
}
