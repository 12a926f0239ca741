import type Stripe from 'stripe'
import type { ProviderEvent, ProviderEvents } from '../provider.js'
import type { StripeClient } from './create-stripe.js'
import { identify } from './events.js'

/** Twenty at most may be asked for at once (docs.stripe.com/api/events/list). */
const TYPES = [
  'payment_intent.requires_action',
  'payment_intent.processing',
  'payment_intent.amount_capturable_updated',
  'payment_intent.partially_funded',
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'checkout.session.completed',
  'checkout.session.expired',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.refunded',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
]

/** Stripe itself tries to deliver for three days (docs.stripe.com/webhooks). */
const RETRIED_SECONDS = 3 * 24 * 60 * 60
const PAGE = 100

/** Stripe's events of the last 30 days, which is as long as it keeps them. */
export function stripeEventList(client: StripeClient, everyMs: number): ProviderEvents {
  async function* list(since: Date): AsyncGenerator<ProviderEvent> {
    const gte = Math.floor(since.getTime() / 1000)
    const wanted = { types: TYPES, limit: PAGE }
    yield* ours(client.events.list({ ...wanted, created: { gte } }))
    const created = { gte: gte - RETRIED_SECONDS }
    yield* ours(client.events.list({ ...wanted, created, delivery_success: false }))
  }

  return { everyMs, list }
}

async function* ours(events: AsyncIterable<Stripe.Event>): AsyncGenerator<ProviderEvent> {
  for await (const event of events) {
    const { ignored, ...identity } = identify({ id: event.id, type: event.type, object: event.data.object })
    if (ignored !== undefined) continue
    const raw = Buffer.from(JSON.stringify(event), 'utf8')
    yield { ...identity, createdAt: new Date(event.created * 1000), raw }
  }
}
