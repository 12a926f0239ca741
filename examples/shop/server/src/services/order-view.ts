import type { HydratedDocument } from 'mongoose'
import type { Money, Payment, Payments, RefundMethod } from '@ementech/payments'
import { mpesaCode } from '@ementech/payments/mpesa'
import type { Order } from '../models/order.js'
import { methodOf, moneyIn } from './money-in.js'
import { paymentIdsOf } from './orders.js'
import { reviewsOf } from './reviews.js'

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
    method: methodOf(provider),
    status,
    phone: phone ?? undefined,
    receipt: last?.receipt,
    message: last?.payerMessage,
  }
}

interface AdminViewOptions {
  payments: Pick<Payments, 'get'>
  addressee: (userId: string) => Promise<{ name: string; to: string } | undefined>
}

/** What an administrator sees besides: who bought, and what can be given back. */
export async function viewOrderForAdmin(
  order: HydratedDocument<Order>,
  { payments, addressee }: AdminViewOptions,
) {
  const [customer, ...found] = await Promise.all([
    addressee(order.userId),
    ...paymentIdsOf(order).map((id) => payments.get(id)),
  ])
  const known = found.filter((payment) => payment !== null)
  const read = (id: string | null | undefined) => known.find((payment) => payment.id === id) ?? null
  const view = await viewOrder(order, { get: async (id) => read(id) })
  const paidWith = read(order.paidBy)
  const duplicates = order.overpaidBy.map(read).filter((payment) => payment !== null)
  const [kept = null, ...besides] = paidWith ? moneyIn(paidWith) : []
  const refunds = [...(paidWith ? [paidWith] : []), ...duplicates].flatMap(viewRefunds)
  return {
    ...view,
    customer: customer ? { name: customer.name, email: customer.to } : null,
    stock: order.stock,
    paidWith: kept,
    /** What came although the order was paid: second attempts of its payment, and other payments. */
    overpaid: [...besides, ...duplicates.flatMap(moneyIn)],
    refunds: refunds.sort((a, b) => a.createdAt.localeCompare(b.createdAt)),
    /** What nobody knows until a person has looked it up: payments, and refunds of them. */
    reviews: known.flatMap(reviewsOf),
  }
}

function viewRefunds({ provider, captured, refunds }: Payment) {
  return refunds.map(({ id, amount, status, method, note, actor, code, createdAt }) => {
    const reason =
      code && status !== 'succeeded'
        ? refusal({ provider, status, method, code, amount, captured })
        : undefined
    return { id, amount, status, method, note, actor, reason, createdAt: createdAt.toISOString() }
  })
}

/** Why the provider has not given it back, for people: what its code means, and what to do. */
function refusal(refund: {
  provider: string
  status: string
  method: RefundMethod | undefined
  code: string
  amount: Money
  captured: Money
}): string {
  const { provider, status, method = 'reversal', code, amount, captured } = refund
  if (provider !== 'mpesa') return `The card's bank or Stripe refused: ${code.replaceAll('_', ' ')}.`
  if (status === 'created' || status === 'submitting') {
    return 'M-Pesa has not answered yet. It is being asked; nothing is sent twice.'
  }
  if (status === 'review') {
    return `What M-Pesa said is not clear: look into its portal before anything is sent again. (${code})`
  }
  if (method === 'reversal' && amount.minor < captured.minor && code === 'R000002') {
    return `M-Pesa has no payment of this amount: it gives a payment back whole. Send a part to the phone. (${code})`
  }
  return `${mpesaCode(method, code).advice} (${code})`
}
