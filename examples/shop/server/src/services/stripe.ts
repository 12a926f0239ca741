import { createStripe } from '@ementech/payments/stripe'
import Stripe from 'stripe'
import type { Env } from '../env.js'

/** Cards, in a form of ours or on Stripe's own page; none where no keys are set. */
export function stripeProvider(env: Env) {
  const { STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_API_BASE, APP_URL } = env
  if (!STRIPE_SECRET_KEY || !STRIPE_WEBHOOK_SECRET) return undefined
  const client = new Stripe(STRIPE_SECRET_KEY, {
    timeout: 15_000,
    ...(STRIPE_API_BASE && at(STRIPE_API_BASE)),
  })
  // The order's page knows how it ended, whichever way the browser comes back.
  const back = ({ reference }: { reference: string }) => `${APP_URL}/orders/${reference}`
  return createStripe({
    client,
    webhookSecrets: STRIPE_WEBHOOK_SECRET,
    sendReceipts: false, // the shop's own mail is the receipt
    ...(!cardFormKey(env) && { checkout: { successUrl: back, cancelUrl: back } }),
  })
}

/**
 * The key with which the pages show a card form of Stripe's. None with the sandbox's own, which js.stripe.com does not
 * know: there the payer goes to the card page.
 */
export function cardFormKey({ STRIPE_PUBLISHABLE_KEY: key }: Pick<Env, 'STRIPE_PUBLISHABLE_KEY'>) {
  return key?.includes('EmentechL0opback') ? undefined : key
}

function at(base: string) {
  const { protocol, hostname, port } = new URL(base)
  return {
    protocol: protocol === 'http:' ? ('http' as const) : ('https' as const),
    host: hostname,
    ...(port && { port }),
  }
}
