import { createCheckout, type Checkout } from './checkout.js'
import type { StripeContext } from './context.js'
import { createDeliveries } from './deliveries.js'
import { addEndpoint, endpointOf } from './endpoints.js'
import type { StripeFaults } from './faults.js'
import { createStripeGateway } from './gateway.js'
import { createHostedPages } from './hosted-pages.js'
import { intentOf } from './intents.js'
import { assertKnownKeys } from '../options.js'
import { availableBalance } from './charges.js'
import { addBalanceTransaction } from './charging.js'
import { checkedCurrency } from './currencies.js'
import { disputeReasons, type DisputeReason } from './dispute-objects.js'
import { closeDispute, openDispute } from './disputing.js'
import { disputeOf } from './disputes.js'
import type {
  Charge,
  CheckoutSession,
  Dispute,
  Event,
  PaymentIntent,
  Refund,
  WebhookEndpoint,
} from './objects.js'
import { authenticatePayment } from './paying.js'
import { createStripeRequestLog, type StripeRequestRecord } from './request-log.js'
import { SandboxError } from '../errors.js'
import { Refusal } from './refusal.js'
import { createSequels } from './sequels.js'
import { sessionOf } from './sessions.js'
import { account, stripeLimits } from './settings.js'
import type { Delivery, StripeChange } from './state.js'
import { beginWork, planDeliveries, type Work } from './work.js'

/** Stripe on this machine: what a test, or a person, does to it and sees of it. Every answer is a copy. */
export interface StripeSandbox {
  /**
   * Sends events to `url`, signed with `env.STRIPE_WEBHOOK_SECRET`, as `stripe listen --forward-to` does. The same url
   * again changes which events it is sent.
   */
  listen(url: string, options?: ListenOptions): Promise<WebhookEndpoint>
  /** Gives an endpoint a new secret; for a day, deliveries are signed with the old one as well. */
  rollSecret(endpointId: string): Promise<string>
  /** Sends an event to all endpoints that want it, once more. */
  resend(eventId: string): Promise<void>
  /** The payer of a Checkout Session. @throws SandboxError SANDBOX_NOT_FOUND */
  checkout(sessionId: string): Checkout
  /** A cardholder demands money back, by default all of it. @throws SandboxError SANDBOX_REQUEST_INVALID */
  dispute(paymentIntentId: string, options?: DisputeOptions): Promise<Dispute>
  /** The cardholder's bank decides. */
  closeDispute(disputeId: string, outcome: 'lost' | 'won'): Promise<Dispute>
  /** Makes the available balance what it is said to be, by an adjustment. */
  setBalance(currency: string, amount: number): Promise<void>
  /** The payer of an intent that `requires_action` authenticates, or does not. */
  authenticate(paymentIntentId: string, outcome?: 'fail' | 'succeed'): Promise<PaymentIntent>
  faults: StripeFaults
  /** The oldest first, like all that follow. */
  paymentIntents(): PaymentIntent[]
  sessions(): CheckoutSession[]
  charges(): Charge[]
  refunds(): Refund[]
  disputes(): Dispute[]
  events(): Event[]
  /** The deliveries, with every attempt and its answer. */
  deliveries(): Delivery[]
  /** The last 500 requests of this run. */
  requests(): StripeRequestRecord[]
}

/** What an address is sent. */
export interface ListenOptions {
  /** Types of events. @default ['*'] */
  events?: string[]
  /** `thin`: notifications of API v2, whose types begin with `v1.`. @default 'snapshot' */
  payload?: 'snapshot' | 'thin'
}

/** How a charge is disputed. */
export interface DisputeOptions {
  /** In the smallest unit. Default: all that was not refunded. */
  amount?: number
  /** @default 'fraudulent' */
  reason?: DisputeReason
}

/** Puts the parts together. What an earlier run had not finished is taken up by `start()`. */
export function createStripe(context: StripeContext, changed: () => void) {
  const { clock, store, faults, settings } = context
  const log = createStripeRequestLog(changed)
  const deliveries = createDeliveries(context, finish)
  const sequels = createSequels(context, finish)
  const pages = createHostedPages(context, act)
  const router = createStripeGateway(context, finish, log)

  /** Makes the changes of a work real, and takes up what is due because of them. */
  function finish({ changes }: Work): void {
    if (changes.length === 0) return
    store.commit(...changes)
    changes.forEach(arm)
  }

  function arm({ type, table, id }: Pick<StripeChange, 'id' | 'table' | 'type'>): void {
    if (type === 'stripeDeleted') return
    if (table === 'deliveries') deliveries.schedule(id)
    else sequels.arm(table, id)
  }

  /** Looks at the state, for a copy. */
  function look<T>(run: (work: Work) => T): T {
    return structuredClone(asSandboxError(() => run(beginWork(context))))
  }

  /** Runs what the control API was asked for; its refusals are those of the sandbox. */
  async function act<T>(run: (work: Work) => T): Promise<T> {
    const work = beginWork(context)
    const result = asSandboxError(() => run(work))
    finish(work)
    await store.saved()
    return structuredClone(result)
  }

  function listen(
    url: string,
    { events = ['*'], payload, ...rest }: ListenOptions = {},
  ): Promise<WebhookEndpoint> {
    return act((work) => {
      assertKnownKeys('listen', rest, ['events', 'payload'])
      if (!URL.canParse(url)) throw invalidRequest(`"${url}" is no URL to send events to.`)
      const isThin = payload === 'thin'
      const known = work
        .all('endpoints')
        .find(
          ({ endpoint, secrets, thinName }) =>
            endpoint.url === url &&
            secrets.at(-1)?.value === account.webhookSecret &&
            (thinName !== undefined) === isThin,
        )
      if (!known) {
        const given = { url, enabled_events: events, secret: account.webhookSecret }
        return addEndpoint(work, { ...given, ...(isThin && { thinName: 'listen' }) }).endpoint
      }
      const endpoint = { ...known.endpoint, enabled_events: events }
      work.set('endpoints', endpoint.id, { ...known, endpoint })
      return endpoint
    })
  }

  const stripe: StripeSandbox = {
    listen,
    rollSecret: (endpointId) =>
      act((work) => {
        const old = endpointOf(work, endpointId)
        const expiresAtMs = clock.now() + stripeLimits.rolledSecretMs
        const value = context.ids.secret()
        const earlier = old.secrets.map((secret) => ({ expiresAtMs, ...secret }))
        work.set('endpoints', endpointId, { ...old, secrets: [{ value }, ...earlier] })
        return value
      }),
    resend: (eventId) =>
      act((work) => {
        const event = work.get('events', eventId)
        if (!event) throw notFound(`There is no event ${eventId}.`)
        planDeliveries(work, event)
      }),
    checkout(sessionId) {
      look((work) => sessionOf(work, sessionId))
      return createCheckout(sessionId, act, look)
    },
    dispute: (id, options = {}) =>
      act((work) => {
        checkDispute(options)
        const charge = work.get('charges', intentOf(work, id).latest_charge ?? '')
        if (!charge) throw invalidRequest(`${id} was not paid: there is nothing to dispute.`)
        return openDispute(work, charge, options)
      }),
    closeDispute: (id, outcome) => act((work) => closeDispute(work, disputeOf(work, id), outcome)),
    setBalance: (currency, amount) =>
      act((work) => {
        if (!Number.isSafeInteger(amount))
          throw invalidRequest('A balance is a whole number of the smallest unit.')
        const code = checkedCurrency(currency)
        addBalanceTransaction(work, {
          amount: amount - availableBalance(work, code),
          currency: code,
          description: 'The balance was set',
          fee: 0,
          source: null,
          type: 'adjustment',
          available_on: work.now,
        })
      }),
    authenticate: (id, outcome = 'succeed') =>
      act((work) => {
        const intent = intentOf(work, id)
        if (intent.status !== 'requires_action') {
          throw invalidRequest(
            `${id} has the status ${intent.status}: its payer has nothing to authenticate.`,
          )
        }
        return authenticatePayment(work, intent, outcome === 'succeed')
      }),
    faults: { order: faults.order, list: faults.list, clear: faults.clear },
    paymentIntents: () => structuredClone(Object.values(store.state.stripe.paymentIntents)),
    sessions: () => structuredClone(Object.values(store.state.stripe.sessions).map(({ session }) => session)),
    charges: () => structuredClone(Object.values(store.state.stripe.charges)),
    refunds: () => structuredClone(Object.values(store.state.stripe.refunds)),
    disputes: () => structuredClone(Object.values(store.state.stripe.disputes)),
    events: () => structuredClone(Object.values(store.state.stripe.events)),
    deliveries: () => structuredClone(Object.values(store.state.stripe.deliveries)),
    requests: () => structuredClone(log.list()),
  }
  return {
    stripe,
    pages,
    router,
    async start() {
      for (const table of ['deliveries', ...sequels.tables] as const) {
        for (const id of Object.keys(store.state.stripe[table])) arm({ type: 'stripeSet', table, id })
      }
      if (settings.webhookUrl !== undefined) await listen(settings.webhookUrl)
    },
    stop: () => deliveries.close(),
  }
}

function checkDispute({ amount, reason, ...rest }: DisputeOptions): void {
  assertKnownKeys('dispute', rest, ['amount', 'reason'])
  if (amount !== undefined && !(Number.isSafeInteger(amount) && amount > 0)) {
    throw invalidRequest('"amount" must be a whole number above 0.')
  }
  if (reason !== undefined && !disputeReasons.includes(reason)) {
    throw invalidRequest(`"reason" must be one of ${disputeReasons.join(', ')}.`)
  }
}

function asSandboxError<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw error.status === 404 ? notFound(error.message) : invalidRequest(error.message)
  }
}

function notFound(message: string): SandboxError {
  return new SandboxError('SANDBOX_NOT_FOUND', message, { status: 404 })
}

function invalidRequest(message: string): SandboxError {
  return new SandboxError('SANDBOX_REQUEST_INVALID', message, { status: 400 })
}
