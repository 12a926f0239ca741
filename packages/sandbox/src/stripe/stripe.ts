import type { Router } from 'express'
import { authenticate } from './attempts.js'
import type { StripeContext } from './context.js'
import { createDeliveries } from './deliveries.js'
import { addEndpoint, endpointOf } from './endpoints.js'
import type { StripeFaults } from './faults.js'
import { createStripeGateway } from './gateway.js'
import { cancelIntent, intentOf } from './intents.js'
import type { Charge, Event, PaymentIntent, Refund, WebhookEndpoint } from './objects.js'
import { createStripeRequestLog, type StripeRequestRecord } from './request-log.js'
import { SandboxError } from '../errors.js'
import { Refusal } from './refusal.js'
import { account, stripeLimits } from './settings.js'
import type { Delivery, StripeChange } from './state.js'
import { beginWork, planDeliveries, type Work } from './work.js'

/** Stripe on this machine: what a test, or a person, does to it and sees of it. Every answer is a copy. */
export interface StripeSandbox {
  /**
   * Sends events to `url`, signed with `env.STRIPE_WEBHOOK_SECRET`, as `stripe listen --forward-to` does. The same url
   * again changes which events it is sent.
   */
  listen(url: string, options?: { events?: string[] }): Promise<WebhookEndpoint>
  /** Gives an endpoint a new secret; for a day, deliveries are signed with the old one as well. */
  rollSecret(endpointId: string): Promise<string>
  /** Sends an event to all endpoints that want it, once more. */
  resend(eventId: string): Promise<void>
  /** The payer of an intent that `requires_action` authenticates, or does not. */
  authenticate(paymentIntentId: string, outcome?: 'fail' | 'succeed'): Promise<PaymentIntent>
  faults: StripeFaults
  /** The oldest first, like all that follow. */
  paymentIntents(): PaymentIntent[]
  charges(): Charge[]
  refunds(): Refund[]
  events(): Event[]
  /** The deliveries, with every attempt and its answer. */
  deliveries(): Delivery[]
  /** The last 500 requests of this run. */
  requests(): StripeRequestRecord[]
}

/** Puts the parts together. What an earlier run had not finished is taken up by `start()`. */
export function createStripe(context: StripeContext, changed: () => void) {
  const { clock, store, faults, settings } = context
  const log = createStripeRequestLog(changed)
  const deliveries = createDeliveries(context, finish)
  const router: Router = createStripeGateway(context, finish, log)

  /** Makes the changes of a work real, and takes up what is due because of them. */
  function finish({ changes }: Work): void {
    if (changes.length === 0) return
    store.commit(...changes)
    changes.forEach(arm)
  }

  function arm({ type, table, id }: Pick<StripeChange, 'id' | 'table' | 'type'>): void {
    if (type === 'stripeDeleted') return
    if (table === 'deliveries') deliveries.schedule(id)
    if (table === 'paymentIntents') armAuthorization(id)
  }

  /** What is not captured in time is let go. */
  function armAuthorization(id: string): void {
    const { paymentIntents, charges } = store.state.stripe
    const intent = paymentIntents[id]
    const charge = charges[intent?.latest_charge ?? '']
    if (intent?.status !== 'requires_capture' || !charge) return
    clock.at(charge.created * 1000 + stripeLimits.authorizationMs, () => {
      const work = beginWork(context)
      const held = work.get('paymentIntents', id)
      if (held?.status === 'requires_capture') cancelIntent(work, held, 'automatic')
      finish(work)
      return store.saved()
    })
  }

  /** Runs what the control API was asked for; its refusals are those of the sandbox. */
  async function act<T>(run: (work: Work) => T): Promise<T> {
    const work = beginWork(context)
    const result = asSandboxError(() => run(work))
    finish(work)
    await store.saved()
    return structuredClone(result)
  }

  function listen(url: string, { events = ['*'] }: { events?: string[] } = {}): Promise<WebhookEndpoint> {
    return act((work) => {
      if (!URL.canParse(url)) throw invalidRequest(`"${url}" is no URL to send events to.`)
      const known = work
        .all('endpoints')
        .find(
          ({ endpoint, secrets }) => endpoint.url === url && secrets.at(-1)?.value === account.webhookSecret,
        )
      if (!known)
        return addEndpoint(work, { url, enabled_events: events, secret: account.webhookSecret }).endpoint
      const endpoint = { ...known.endpoint, enabled_events: events }
      work.set('endpoints', endpoint.id, { ...known, endpoint })
      return endpoint
    })
  }

  const stripe: StripeSandbox = {
    listen,
    rollSecret: (endpointId) =>
      act((work) => {
        const { endpoint, secrets } = endpointOf(work, endpointId)
        const expiresAtMs = clock.now() + stripeLimits.rolledSecretMs
        const value = context.ids.secret()
        const old = secrets.map((secret) => ({ expiresAtMs, ...secret }))
        work.set('endpoints', endpointId, { endpoint, secrets: [{ value }, ...old] })
        return value
      }),
    resend: (eventId) =>
      act((work) => {
        const event = work.get('events', eventId)
        if (!event) throw notFound(`There is no event ${eventId}.`)
        planDeliveries(work, event)
      }),
    authenticate: (id, outcome = 'succeed') =>
      act((work) => {
        const intent = intentOf(work, id)
        if (intent.status !== 'requires_action') {
          throw invalidRequest(
            `${id} has the status ${intent.status}: its payer has nothing to authenticate.`,
          )
        }
        return authenticate(work, intent, outcome === 'succeed')
      }),
    faults: { order: faults.order, list: faults.list, clear: faults.clear },
    paymentIntents: () => structuredClone(Object.values(store.state.stripe.paymentIntents)),
    charges: () => structuredClone(Object.values(store.state.stripe.charges)),
    refunds: () => structuredClone(Object.values(store.state.stripe.refunds)),
    events: () => structuredClone(Object.values(store.state.stripe.events)),
    deliveries: () => structuredClone(Object.values(store.state.stripe.deliveries)),
    requests: () => structuredClone(log.list()),
  }
  return {
    stripe,
    router,
    async start() {
      for (const table of ['deliveries', 'paymentIntents'] as const) {
        for (const id of Object.keys(store.state.stripe[table])) arm({ type: 'stripeSet', table, id })
      }
      if (settings.webhookUrl !== undefined) await listen(settings.webhookUrl)
    },
    stop: () => deliveries.close(),
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
