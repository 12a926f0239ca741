import type Stripe from 'stripe'
import { assertKnownKeys } from '../options.js'
import type { Payer } from '../payment.js'
import type { Provider, ProviderEvents, ProviderResume, ProviderTiming } from '../provider.js'
import type { ProviderRefunds } from '../provider-refunds.js'
import { stripeActions } from './actions.js'
import { toStripeAmount } from './amount.js'
import { stripeDisputes } from './disputes.js'
import { stripeEventList } from './event-list.js'
import { stripeEvents } from './events.js'
import { stripeLookup } from './lookup.js'
import { stripeReader } from './read.js'
import { stripeRefunds } from './refunds.js'
import { stripeStart } from './start.js'
import { stripeTransactions } from './transactions.js'

/** The part of a `Stripe` that is used: `new Stripe(key)` fits as it is. */
export type StripeClient = Pick<
  Stripe,
  'paymentIntents' | 'checkout' | 'events' | 'refunds' | 'disputes' | 'balanceTransactions'
>

/** Where Stripe's hosted page sends the payer's browser; a function may put the order into it. */
export type ReturnUrl = string | ((payment: { paymentId: string; reference: string }) => string)

/** Options of {@link createStripe}. */
export interface StripeOptions {
  /** Yours, with your key, API version, time-out and retries: every call of ours carries an idempotency key. */
  client: StripeClient
  /** `whsec_...` of the webhook endpoint. Of several all are valid: the way to rotate. */
  webhookSecrets: string | readonly string[]
  /**
   * Given: payers are sent to Stripe's page (Checkout), `start()` gives `next.url`. Absent: they pay in a form of
   * yours (Payment Element), `start()` gives `next.clientSecret`.
   */
  checkout?: { successUrl: ReturnUrl; cancelUrl?: ReturnUrl }
  /** `manual` only holds the money: the payment becomes `authorized`. Default `automatic`. */
  capture?: 'automatic' | 'manual'
  /**
   * Whether Stripe mails its receipt to `payer.email`, whatever the Dashboard says; off where yours do. Of a form of yours
   * only: with Checkout the Dashboard decides. Default true.
   */
  sendReceipts?: boolean
  /** How far an event's timestamp may be from our clock, in the past and in the future. Default 300. */
  toleranceSeconds?: number
  /**
   * How often Stripe's list of events is looked through for what never came. Default ten minutes; `Infinity`: never.
   * A restricted key needs the permission to read events.
   */
  sweepEveryMs?: number
  /** When `createPayments` asks about a payment and when it gives up. */
  timing?: Partial<ProviderTiming>
  /** Milliseconds since the epoch, for the age of events. Default `Date.now`. */
  clock?: () => number
}

/** What `createPayments({ providers })` takes as it is. */
export type StripeProvider = Provider & {
  readonly resume: ProviderResume
  readonly events: ProviderEvents
  readonly refunds: ProviderRefunds
}

const MINUTE = 60 * 1000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Stripe forgets keys "after at least 24 hours" (docs.stripe.com/api/idempotent_requests); an hour to spare. */
const KEY_LIFETIME_MS = 23 * HOUR

/**
 * Events normally tell at once, so questions are few. A Checkout Session lives for 24 hours by default; a bank debit
 * may be processing for two weeks, a card be held for a week.
 */
const TIMING: ProviderTiming = {
  checkDelaysMs: [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR],
  expireAfterMs: 25 * HOUR,
  confirmWithinMs: HOUR,
  reviewAfterMs: 21 * DAY,
  stopAfterMs: 30 * DAY,
  silenceMs: 10 * 1000,
}

const OPTIONS = [
  ...['client', 'webhookSecrets', 'checkout', 'capture', 'sendReceipts', 'toleranceSeconds', 'sweepEveryMs'],
  ...['timing', 'clock'],
]

/** Stripe as a provider, around your own SDK client. Throws `TypeError` for options that cannot work. */
export function createStripe(options: StripeOptions): StripeProvider {
  assertKnownKeys('createStripe', options, OPTIONS)
  const { client, webhookSecrets, checkout, capture = 'automatic', toleranceSeconds, clock } = options
  const { sendReceipts = true, sweepEveryMs = 10 * MINUTE } = options
  assertUsable(options)
  const timing: ProviderTiming = { ...TIMING, ...options.timing }
  const reader = stripeReader(client, timing.silenceMs)

  return {
    timing,
    prepare({ amount, payer }) {
      toStripeAmount(amount)
      return { payer: known(payer) }
    },
    start: stripeStart(client, { checkout, capture, sendReceipts }),
    read: reader.read,
    resume: {
      keyLifetimeMs: KEY_LIFETIME_MS,
      find: stripeLookup(client, checkout ? 'session' : 'intent'),
      next: reader.next,
    },
    events: stripeEventList(client, sweepEveryMs),
    refunds: stripeRefunds(client, { keyLifetimeMs: KEY_LIFETIME_MS, silenceMs: timing.silenceMs }),
    disputes: stripeDisputes(client),
    ...stripeActions(client),
    transactions: stripeTransactions(client),
    callbacks: stripeEvents(client, {
      secrets: webhookSecrets,
      ...(toleranceSeconds !== undefined && { toleranceSeconds }),
      ...(clock && { clock }),
    }),
  }
}

function known({ email, phone }: Payer): Payer {
  return { ...(phone !== undefined && { phone }), ...(email !== undefined && { email }) }
}

function assertUsable(options: StripeOptions): void {
  const { client, checkout, capture, sendReceipts = true, sweepEveryMs = 1 } = options
  if (
    typeof client?.paymentIntents?.create !== 'function' ||
    !client.checkout?.sessions ||
    !client.events ||
    !client.refunds
  ) {
    throw new TypeError('createStripe: client is to be a Stripe of the package stripe: new Stripe(key)')
  }
  if (checkout) assertKnownKeys('createStripe: checkout', checkout, ['successUrl', 'cancelUrl'])
  if (checkout && !checkout.successUrl) throw new TypeError('createStripe: checkout.successUrl is missing')
  if (typeof sendReceipts !== 'boolean')
    throw new TypeError('createStripe: sendReceipts is to be true or false')
  if (!(sweepEveryMs > 0)) throw new TypeError('createStripe: sweepEveryMs is to be more than 0')
  if (capture !== undefined && capture !== 'automatic' && capture !== 'manual') {
    throw new TypeError("createStripe: capture is 'automatic' or 'manual'")
  }
}
