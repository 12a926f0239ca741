import type { Payments } from '@ementech/payments'
import { ShopError } from '../problem.js'
import type { Orders } from './orders.js'

interface RefundsOptions {
  orders: Pick<Orders, 'findAny'>
  payments: Pick<Payments, 'refund'>
}

/** Gives customers their money back. */
export function createRefunds({ orders, payments }: RefundsOptions) {
  return {
    /** All that is left, or a part of it. The effect of the refund changes the order; see `checkout.markRefunded`. */
    async refund(
      key: string,
      request: { minor?: number | undefined; note: string; actor: string; idempotencyKey: string },
    ) {
      const order = await orders.findAny(key)
      if (!order.paidBy) throw new ShopError(409, 'ORDER_NOT_PAID', 'This order has not been paid.')
      const { minor, note, actor, idempotencyKey } = request
      await payments.refund(order.paidBy, {
        ...(minor !== undefined && { amount: { minor, currency: 'KES' } }),
        reason: 'requested_by_customer',
        note,
        actor,
        idempotencyKey: `${order.id}:${idempotencyKey}`,
      })
      return orders.findAny(key)
    },
  }
}

export type Refunds = ReturnType<typeof createRefunds>
