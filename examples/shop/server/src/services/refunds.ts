import { PaymentsError, type Payments, type RefundMethod } from '@ementech/payments'
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
  /** M-Pesa: take the payment back, or send money to the phone that paid. Default the provider's own way. */
  method?: RefundMethod | undefined
  /** How many refunds of the order whoever asks has seen: of two who saw the same, one sends. */
  seen?: number | undefined
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
      const { paymentId = order.paidBy, attemptId, minor, method, seen, note, actor } = request
      if (!paymentId) throw new ShopError(409, 'ORDER_NOT_PAID', 'This order has not been paid.')
      const payment = await payments.get(paymentId)
      const isBesides = order.overpaidBy.includes(paymentId)
      if (!payment || (paymentId !== order.paidBy && !isBesides)) {
        throw new ShopError(404, 'PAYMENT_NOT_FOUND', 'This payment did not pay this order.')
      }
      const isSecond = attemptId !== undefined && attemptId !== paidAttempts(payment)[0]?.id
      const sending = payments.refund(paymentId, {
        ...(minor !== undefined && { amount: { minor, currency: 'KES' } }),
        ...(attemptId !== undefined && { attemptId }),
        ...(method !== undefined && { method }),
        reason: isBesides || isSecond ? 'duplicate' : 'requested_by_customer',
        note,
        actor,
        idempotencyKey: `${order.id}:${seen === undefined ? request.idempotencyKey : `${paymentId}:seen-${seen}`}`,
      })
      await sending.catch(asChanged)
      return orders.findAny(key)
    },
  }
}

/** Somebody who has seen the same has sent something else meanwhile. */
function asChanged(error: unknown): never {
  if (!(error instanceof PaymentsError && error.code === 'PAYMENTS_IDEMPOTENCY_CONFLICT')) throw error
  const message = 'Money of this order was given back meanwhile. Load the page again and look.'
  throw new ShopError(409, 'REFUND_CHANGED', message)
}

export type Refunds = ReturnType<typeof createRefunds>
