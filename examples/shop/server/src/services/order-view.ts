import type { HydratedDocument } from 'mongoose'
import type { Payment, Payments } from '@ementech/payments'
import type { Order } from '../models/order.js'

/** What a customer sees of an order. */
export async function viewOrder(order: HydratedDocument<Order>, payments: Pick<Payments, 'get'>) {
  const payment = order.paymentId ? await payments.get(order.paymentId) : undefined
  return {
    id: order.id as string,
    number: order.number,
    items: order.items.map(({ productId, slug, name, quantity, price, picture }) => {
      return { productId, slug, name, quantity, price: price!, picture }
    }),
    total: order.total!,
    status: order.status,
    refunded: { minor: order.refundedMinor, currency: order.total!.currency },
    payment: payment ? viewPayment(payment, order.payerPhone) : null,
    createdAt: order.createdAt.toISOString(),
    updatedAt: (order.changedAt ?? order.createdAt).toISOString(),
  }
}

export type OrderView = Awaited<ReturnType<typeof viewOrder>>

function viewPayment({ id, provider, status, attempts }: Payment, phone: string | null | undefined) {
  const last = attempts.at(-1)
  return {
    id,
    method: provider === 'mpesa' ? ('mpesa' as const) : ('card' as const),
    status,
    phone: phone ?? undefined,
    receipt: last?.receipt,
    message: last?.payerMessage,
  }
}

/** What an administrator sees besides: who bought, and what can be given back. */
export async function viewOrderForAdmin(
  order: HydratedDocument<Order>,
  {
    payments,
    addressee,
  }: {
    payments: Pick<Payments, 'get'>
    addressee: (userId: string) => Promise<{ name: string; to: string } | undefined>
  },
) {
  const [view, paidWith, customer] = await Promise.all([
    viewOrder(order, payments),
    order.paidBy ? payments.get(order.paidBy) : undefined,
    addressee(order.userId),
  ])
  const refunds = paidWith?.refunds ?? []
  return {
    ...view,
    customer: customer ? { name: customer.name, email: customer.to } : null,
    stock: order.stock,
    overpaid: order.overpaidBy.length > 0,
    // What is on its way counts as given back: it cannot be given twice.
    refundable: paidWith
      ? paidWith.captured.minor - paidWith.refunded.minor - paidWith.refundPending.minor
      : 0,
    refunds: refunds.map(({ id, amount, status, note, actor, createdAt }) => {
      return { id, amount, status, note, actor, createdAt: createdAt.toISOString() }
    }),
  }
}
