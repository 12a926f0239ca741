import type Stripe from 'stripe'
import type { NextStep } from '../payment.js'
import type { ReadResult } from '../provider.js'
import { fromStripeAmount } from './amount.js'
import type { StripeClient } from './create-stripe.js'
import { declineMessage } from './declines.js'
import { failureOf } from './failures.js'

/** Asks Stripe about Checkout Sessions (`cs_...`) and Payment Intents (`pi_...`). */
export function stripeReader(client: StripeClient, silenceMs: number) {
  const sessionOf = (id: string) => client.checkout.sessions.retrieve(id, { expand: ['payment_intent'] })

  async function read({ providerRef }: { providerRef: string }): Promise<ReadResult> {
    try {
      if (providerRef.startsWith('cs_')) return sessionResult(await sessionOf(providerRef))
      return intentResult(await client.paymentIntents.retrieve(providerRef))
    } catch (error) {
      const { code, notFound, rateLimited } = failureOf(error)
      if (notFound) return { status: 'not_found' }
      return { status: 'unavailable', code, error, ...(rateLimited && { retryAfterMs: silenceMs }) }
    }
  }

  async function next({ providerRef }: { providerRef: string }): Promise<NextStep | undefined> {
    try {
      if (providerRef.startsWith('cs_'))
        return nextOfSession(await client.checkout.sessions.retrieve(providerRef))
      return nextOfIntent(await client.paymentIntents.retrieve(providerRef))
    } catch {
      return undefined
    }
  }

  return { read, next }
}

/** The page of a session that can still be paid. */
export function nextOfSession({ status, url }: Stripe.Checkout.Session): NextStep | undefined {
  return status === 'open' && url ? { url } : undefined
}

/** The secret of an intent that waits for its payer. */
export function nextOfIntent({
  status,
  client_secret: clientSecret,
}: Stripe.PaymentIntent): NextStep | undefined {
  const waits = ['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(status)
  return waits && clientSecret ? { clientSecret } : undefined
}

/** A session's money is its Payment Intent, which exists once the payer has tried to pay. */
function sessionResult(session: Stripe.Checkout.Session): ReadResult {
  const { payment_intent: intent, status, payment_status: paid } = session
  if (intent !== null && typeof intent === 'object') {
    const result = intentResult(intent)
    const unpaid = result.status === 'pending' || result.status === 'requires_action'
    return status === 'expired' && unpaid ? { status: 'canceled', code: 'session_expired' } : result
  }
  if (status === 'open') return { status: 'pending' }
  if (status === 'expired') return { status: 'canceled', code: 'session_expired' }
  return { status: 'processing', code: `session ${status}, ${paid}` }
}

function intentResult(intent: Stripe.PaymentIntent): ReadResult {
  const { status, currency, last_payment_error: refusal, latest_charge: charge } = intent
  switch (status) {
    case 'succeeded': {
      const receipt = typeof charge === 'string' ? charge : charge?.id
      const amount = fromStripeAmount(intent.amount_received, currency)
      return { status: 'succeeded', amount, ...(receipt !== undefined && { receipt }) }
    }
    case 'requires_capture':
      return { status: 'authorized', amount: fromStripeAmount(intent.amount_capturable, currency) }
    case 'requires_action':
      return { status: 'requires_action' }
    case 'requires_payment_method':
    case 'requires_confirmation': {
      if (!refusal) return { status: 'pending' }
      // One card was refused; the intent lives, and another card may be tried.
      const code = refusal.decline_code ?? refusal.code ?? 'card_declined'
      return { status: 'pending', code, payerMessage: declineMessage(code) }
    }
    case 'canceled':
      return { status: 'canceled', code: intent.cancellation_reason ?? 'canceled' }
    case 'processing':
      return { status: 'processing' }
    default:
      // Stripe's statuses are an open list: what nobody knows yet ends in a review, never in a guess.
      return { status: 'processing', code: `unknown status ${String(status)}` }
  }
}
