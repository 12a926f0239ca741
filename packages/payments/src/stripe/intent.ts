import type { StripeClient } from './create-stripe.js'

/** The Payment Intent behind a reference of ours: of a Checkout Session once somebody has tried to pay it. Throws. */
export function stripeIntentOf(client: StripeClient): (providerRef: string) => Promise<string | undefined> {
  return async function intentOf(providerRef) {
    if (!providerRef.startsWith('cs_')) return providerRef
    const { payment_intent: intent } = await client.checkout.sessions.retrieve(providerRef)
    return typeof intent === 'string' ? intent : intent?.id
  }
}
