import type { Payments } from '@ementech/payments'
import { ShopError } from '../problem.js'
import type { Orders } from './orders.js'

interface RefundsOptions {
  orders: Pick<Orders, 'findAny'>
  payments: Pick<Payments, 'refund'>
}

interface RefundRequest {
  /** Default the one that paid the order. */
  paymentId?: string | undefined
  minor?: number | undefined
  note: string
  actor: string
  idempotencyKey: string
}

/** Gives customers their money back. */
export function createRefunds({ orders, payments }: RefundsOptions) {
  return {
    /**
     * All that is left, or a part of it: of the payment that paid the order, or of one that came besides. The effect of
     * the refund changes the order; see `checkout.markRefunded`.
     */
    async refund(key: string, request: RefundRequest) {
      const order = await orders.findAny(key)
      if (!order.paidBy) throw new ShopError(409, 'ORDER_NOT_PAID', 'This order has not been paid.')
      const { paymentId = order.paidBy, minor, note, actor, idempotencyKey } = request
      const isDuplicate = order.overpaidBy.includes(paymentId)
      if (paymentId !== order.paidBy && !isDuplicate) {
        throw new ShopError(404, 'PAYMENT_NOT_FOUND', 'This payment did not pay this order.')
      }
      await payments.refund(paymentId, {
        ...(minor !== undefined && { amount: { minor, currency: 'KES' } }),
        reason: isDuplicate ? 'duplicate' : 'requested_by_customer',
        note,
        actor,
        idempotencyKey: `${order.id}:${idempotencyKey}`,
      })
      return orders.findAny(key)
    },
  }
}

export type Refunds = ReturnType<typeof createRefunds>
