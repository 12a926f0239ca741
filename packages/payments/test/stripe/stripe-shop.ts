import express from 'express'
import Stripe from 'stripe'
import {
  createPayments,
  memoryInbox,
  memoryPaymentStore,
  money,
  type PaymentsOptions,
} from '../../src/index.js'
import { createStripe, type StripeOptions } from '../../src/stripe.js'
import { listen, QUICK } from '../shop.js'
import { startFakeStripe } from './fake-stripe.js'

export const SECRETS = ['whsec_new_of_the_tests', 'whsec_old_of_the_tests'] as const
export const CHECKOUT = {
  successUrl: ({ reference }: { reference: string }) => `https://shop.test/orders/${reference}`,
  cancelUrl: 'https://shop.test/cart',
}

/** A shop that takes cards: the fake Stripe behind the real SDK, an Express server, payments, and what `on` was told. */
export async function startStripeShop({
  stripe: stripeOptions,
  payments: options,
}: { stripe?: Partial<StripeOptions>; payments?: Partial<PaymentsOptions> } = {}) {
  const fake = await startFakeStripe()
  const stripe = createStripe({
    client: fake.client,
    webhookSecrets: SECRETS,
    timing: QUICK,
    ...stripeOptions,
  })
  const told: string[] = []
  const note = (_: unknown, { key }: { key: string }) => void told.push(key)
  const notes = { paid: note, failed: note, expired: note, review: note, overpaid: note, canceled: note }
  const store = options?.store ?? memoryPaymentStore()
  const kept = memoryInbox()
  const inserted: { id: string; type?: string; ignored?: string; verifiedBy: string }[] = []
  const inbox: typeof kept = {
    ...kept,
    async insert(entry) {
      const stored = await kept.insert(entry)
      if (stored === 'stored') inserted.push(entry)
      return stored
    },
  }
  const payments = createPayments({
    store,
    inbox,
    providers: { stripe },
    on: { ...notes, refunded: note, refundFailed: note, disputed: note, disputeClosed: note },
    retry: { baseMs: 10, capMs: 50, maxAttempts: 8 },
    ...options,
  })
  const app = express().use('/webhooks', payments.webhooks)
  const { server, url } = await listen(app)

  return {
    fake,
    stripe,
    payments,
    store,
    told,
    inserted,
    url: `${url}/webhooks/stripe`,
    /** Sends an event, rightly signed unless told otherwise. */
    async deliver(event: object, { secret = SECRETS[0] as string, offsetSeconds = 0 } = {}) {
      const payload = JSON.stringify(event, null, 2)
      const timestamp = Math.floor(Date.now() / 1000) + offsetSeconds
      const header = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp })
      return fetch(`${url}/webhooks/stripe`, {
        method: 'POST',
        body: payload,
        headers: { 'stripe-signature': header },
      })
    },
    async until(id: string, ...statuses: string[]) {
      for (;;) {
        const payment = await payments.get(id)
        if (payment && statuses.includes(payment.status)) return payment
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
    async close() {
      await payments.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await fake.close()
    },
  }
}

let orders = 0

/** A request for `create()`, a different one each time, of a payer of whom nothing is known. */
export function cardOrder(amount = money('25.50', 'USD'), more: object = {}) {
  const number = ++orders
  return {
    reference: `CARD-${number}`,
    amount,
    provider: 'stripe',
    description: 'Two mangoes',
    idempotencyKey: `card-${number}`,
    ...more,
  }
}
