import type Stripe from 'stripe'
import type {
  ProviderRefunds,
  RefundList,
  RefundRequest,
  RefundResult,
  ShownRefund,
} from '../provider-refunds.js'
import type { RefundReason } from '../refund.js'
import { fromStripeAmount, toStripeAmount } from './amount.js'
import type { StripeClient } from './create-stripe.js'
import { failureOf, startFailure } from './failures.js'
import { stripeIntentOf } from './intent.js'
import { ownValue } from './metadata.js'

const PAGE = 100
/** Of one payment; more than that is no list of refunds. */
const MOST_REFUNDS = 1_000
const REASONS: readonly unknown[] = ['requested_by_customer', 'duplicate', 'fraudulent']

/** Refunds of a Payment Intent. Our name is in their metadata, so that a lost one is found in the list. */
export function stripeRefunds(
  client: StripeClient,
  { keyLifetimeMs, silenceMs }: { keyLifetimeMs: number; silenceMs: number },
): ProviderRefunds {
  const intentOf = stripeIntentOf(client)

  async function create(request: RefundRequest): Promise<RefundResult> {
    let intent: string | undefined
    try {
      intent = await intentOf(request.providerRef)
    } catch (error) {
      return { outcome: 'not_executed', final: false, code: failureOf(error).code, error }
    }
    if (intent === undefined) {
      const error = new Error('the Checkout Session has no Payment Intent')
      return { outcome: 'not_executed', final: true, code: 'PAYMENTS_STRIPE_REFUSED', error }
    }
    try {
      const { paymentId, attemptId, refundId, amount, reason, idempotencyKey } = request
      const refund = await client.refunds.create(
        {
          payment_intent: intent,
          amount: toStripeAmount(amount).amount,
          metadata: { ementech_payment: paymentId, ementech_attempt: attemptId, ementech_refund: refundId },
          ...(reason !== undefined && { reason }),
        },
        { idempotencyKey },
      )
      const { providerRef, status, code } = shown(refund)
      return { outcome: 'accepted', providerRef, status, ...(code !== undefined && { code }) }
    } catch (error) {
      return startFailure(error)
    }
  }

  async function list({ providerRef }: { providerRef: string }): Promise<RefundList> {
    try {
      const intent = await intentOf(providerRef)
      const refunds: ShownRefund[] = []
      if (intent === undefined) return { status: 'listed', refunds }
      for await (const refund of client.refunds.list({ payment_intent: intent, limit: PAGE })) {
        refunds.push(shown(refund))
        if (refunds.length === MOST_REFUNDS)
          return { status: 'unavailable', code: 'PAYMENTS_STRIPE_UNEXPECTED' }
      }
      return { status: 'listed', refunds }
    } catch (error) {
      const { code, rateLimited } = failureOf(error)
      return { status: 'unavailable', code, error, ...(rateLimited && { retryAfterMs: silenceMs }) }
    }
  }

  return {
    keyLifetimeMs,
    prepare: ({ amount }) => void toStripeAmount(amount),
    create,
    list,
  }
}

function shown(refund: Stripe.Refund): ShownRefund {
  const { id: providerRef, amount, currency, failure_reason: failure, reason } = refund
  const refundId = ownValue(refund.metadata, 'ementech_refund')
  return {
    providerRef,
    amount: fromStripeAmount(amount, currency),
    ...statusOf(refund.status),
    ...(typeof refundId === 'string' && { refundId }),
    ...(typeof failure === 'string' && { code: failure }),
    ...(REASONS.includes(reason) && { reason: reason as RefundReason }),
  }
}

/** Stripe's statuses are an open list: what nobody knows yet is not final. */
function statusOf(status: string | null): Pick<ShownRefund, 'status' | 'code'> {
  if (status === 'succeeded' || status === 'failed' || status === 'canceled') return { status }
  return { status: 'pending', ...(status !== 'pending' && { code: String(status) }) }
}
