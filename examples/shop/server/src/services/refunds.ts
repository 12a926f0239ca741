import type { Payments } from '@ementech/payments'
import { ShopError } from '../problem.js'
import { paidAttempts } from './money-in.js'
import type { Orders } from './orders.js'

interface RefundsOptions {
  orders: Pick<Orders, 'findAny'>
  payments: Pick<Payments, 'get' | 'refund'>
}

interface RefundRequest {
  /** Default the one that paid the order. */
  paymentId?: string | undefined
  /** Of a payment that was paid more than once: which time. */
  attemptId?: string | undefined
  minor?: number | undefined
  note: string
  actor: string
  idempotencyKey: string
}

/** Gives customers their money back. */
export function createRefunds({ orders, payments }: RefundsOptions) {
  return {
    /**
     * All that is left, or a part of it: of the payment that paid the order, or of what came besides. The effect of
     * the refund changes the order; see `checkout.markRefunded`.
     */
    async refund(key: string, request: RefundRequest) {
      const order = await orders.findAny(key)
      if (!order.paidBy) throw new ShopError(409, 'ORDER_NOT_PAID', 'This order has not been paid.')
      const { paymentId = order.paidBy, attemptId, minor, note, actor, idempotencyKey } = request
      const payment = await payments.get(paymentId)
      const isBesides = order.overpaidBy.includes(paymentId)
      if (!payment || (paymentId !== order.paidBy && !isBesides)) {
        throw new ShopError(404, 'PAYMENT_NOT_FOUND', 'This payment did not pay this order.')
      }
      const isSecond = attemptId !== undefined && attemptId !== paidAttempts(payment)[0]?.id
      await payments.refund(paymentId, {
        ...(minor !== undefined && { amount: { minor, currency: 'KES' } }),
        ...(attemptId !== undefined && { attemptId }),
        reason: isBesides || isSecond ? 'duplicate' : 'requested_by_customer',
        note,
        actor,
        idempotencyKey: `${order.id}:${idempotencyKey}`,
      })
      return orders.findAny(key)
    },
  }
}

export type Refunds = ReturnType<typeof createRefunds>
