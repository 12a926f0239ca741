import { PaymentsError, type Money, type Payment, type Payments, type ReviewReason } from '@ementech/payments'
import { ShopError } from '../problem.js'
import type { Checkout } from './checkout.js'
import { methodOf } from './money-in.js'
import { paymentIdsOf, type Orders } from './orders.js'
import type { Strays } from './strays.js'

interface ReviewsOptions {
  orders: Pick<Orders, 'findAny'>
  strays: Pick<Strays, 'find' | 'view'>
  payments: Pick<Payments, 'get' | 'resolve'>
  checkout: Pick<Checkout, 'noteChange'>
}

interface Decision {
  /** The refund of it that is in review, in place of the payment. */
  refundId?: string | undefined
  /** The money came, or went back; or it did not. */
  status: 'succeeded' | 'failed'
  /** What M-Pesa calls the payment: without it, it can never be taken back. */
  receipt?: string | undefined
  actor: string
}

/** What M-Pesa and Stripe leave open, and a person has looked up. */
export function createReviews({ orders, strays, payments, checkout }: ReviewsOptions) {
  return {
    /** Of any number of presses, the first decides. The effects of the payment or refund change the order. */
    async settle(key: string, paymentId: string, decision: Decision) {
      const order = await orders.findAny(key)
      const payment = paymentIdsOf(order).includes(paymentId) ? await payments.get(paymentId) : null
      if (!payment) throw new ShopError(404, 'PAYMENT_NOT_FOUND', 'This payment is none of this order.')
      await decide(payment, decision)
      await checkout.noteChange(payment)
      return orders.findAny(key)
    },

    /** The same for money that names no order. */
    async settleStray(id: string, decision: Decision) {
      return strays.view(await decide(await strays.find(id), decision))
    },
  }

  function decide(payment: Payment, { refundId, status, receipt, actor }: Decision) {
    const { id, provider } = payment
    if (refundId === undefined && status === 'failed' && isConfirmed(payment)) throw moneyIsThere()
    const isPaid = refundId === undefined && status === 'succeeded'
    if (isPaid && methodOf(provider) === 'mpesa' && receipt === undefined) throw receiptMissing()
    const resolution = {
      ...{ status, actor },
      ...(refundId !== undefined && { refundId }),
      ...(isPaid && receipt !== undefined && { receipt }),
    }
    return payments.resolve(id, resolution).catch(asSettled)
  }
}

export type Reviews = ReturnType<typeof createReviews>

/** What a person has to look up. */
interface Review {
  paymentId: string
  /** The refund that it is about, in place of the payment. */
  refundId?: string
  method: 'mpesa' | 'card'
  /** Of a payment. */
  reason?: ReviewReason | undefined
  amount: Money
  /** The provider has said itself that the money came: what is left to say is that it is accepted. */
  isConfirmed?: true
  /** What M-Pesa calls the payment, as far as it has named it. */
  receipt: string | undefined
  /** What the provider calls it. */
  reference: string | undefined
  createdAt: string
}

/** What a person has to settle of a payment: itself, and refunds of it. */
export function reviewsOf({ id, provider, status, reviewReason, ...payment }: Payment): Review[] {
  const about = { paymentId: id, method: methodOf(provider) }
  const { amount, createdAt, attempts, refunds } = payment
  const found: Review[] = refunds
    .filter((refund) => refund.status === 'review')
    .map(({ id: refundId, attemptId, amount, createdAt }) => {
      const attempt = attempts.find((candidate) => candidate.id === attemptId)
      return { ...about, refundId, amount, ...namesOf(attempt), createdAt: createdAt.toISOString() }
    })
  if (status !== 'review') return found
  const itself = { ...about, reason: reviewReason, amount, ...namesOf(attempts.at(-1)) }
  const certain = isConfirmed(payment) && { isConfirmed: true as const }
  return [{ ...itself, ...certain, createdAt: createdAt.toISOString() }, ...found]
}

/** Not everything in review is in doubt: it may have come after it was called off. */
function isConfirmed({ captured }: Pick<Payment, 'captured'>): boolean {
  return captured.minor > 0
}

function namesOf(attempt: Payment['attempts'][number] | undefined) {
  return { receipt: attempt?.receipt, reference: attempt?.providerRef ?? undefined }
}

/** Somebody was faster, or the provider has answered after all. */
function asSettled(error: unknown): never {
  if (!(error instanceof PaymentsError && error.code === 'PAYMENTS_NOT_IN_REVIEW')) throw error
  const message = 'There is nothing to be checked here (any more). Load the page again and look.'
  throw new ShopError(409, 'REVIEW_SETTLED', message)
}

function moneyIsThere(): ShopError {
  const message = 'The provider has confirmed this money. Say that it came; then it can be given back.'
  return new ShopError(409, 'MONEY_IS_THERE', message)
}

function receiptMissing(): ShopError {
  const message = 'Write the M-Pesa receipt: without it, the money could never be given back.'
  return new ShopError(400, 'RECEIPT_MISSING', message)
}
