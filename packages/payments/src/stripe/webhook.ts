import type { RequestHandler } from 'express'
import type Stripe from 'stripe'
import { silentLogger, type Logger } from '../logger.js'
import { assertKnownKeys } from '../options.js'
import type { Inbox, InboxEntry } from '../store.js'
import { receiveCallback } from '../receive-callback.js'
import { authenticateEvent } from './events.js'

/** What a handler is told besides the event. */
export interface StripeWebhookContext {
  /** `secret#1` is the first of `secrets`; never the secret. */
  readonly verifiedBy: string
  /** The exact bytes. */
  readonly raw: Uint8Array
}

/** A thin event: what happened to which object, and nothing else; `stripe.parseEventNotification` gives more. */
export interface StripeThinEvent {
  readonly id: string
  readonly object: 'v2.core.event'
  readonly type: string
  readonly created: string
  readonly livemode: boolean
  readonly related_object?: { readonly id: string; readonly type: string; readonly url: string } | null
}

/** Options of {@link stripeWebhook}: `inbox`, or `onEvent` and `onThinEvent` as the endpoint needs them. */
export interface StripeWebhookOptions {
  /** `whsec_...` of the endpoint. Of several all are valid: the way to rotate. */
  secrets: string | readonly string[]
  /**
   * Each delivery of an event; 200 once it resolves, 503 if it rejects, and then Stripe sends it again. Deliveries
   * repeat and come in any order: make what you write unique by `event.id`.
   */
  onEvent?: (event: Stripe.Event, context: StripeWebhookContext) => Promise<void> | void
  /** The same for an endpoint with thin events. */
  onThinEvent?: (event: StripeThinEvent, context: StripeWebhookContext) => Promise<void> | void
  /** Instead: stored under the event's id, for the worker of another process. */
  inbox?: Inbox
  /** How far an event's timestamp may be from our clock, in the past and in the future. Default 300. */
  toleranceSeconds?: number
  /** Handled or stored by then, or the answer is 503. Default 5 000. */
  timeoutMs?: number
  /** Largest body, decompressed. Default 1 000 000. */
  maxBodyBytes?: number
  /** The body must have arrived by then. Default 10 000. */
  bodyTimeoutMs?: number
  /** Default silent. */
  logger?: Logger
  /** Milliseconds since the epoch. Default `Date.now`. */
  clock?: () => number
}

const OPTIONS = [
  ...['secrets', 'onEvent', 'onThinEvent', 'inbox', 'toleranceSeconds', 'timeoutMs', 'maxBodyBytes'],
  ...['bodyTimeoutMs', 'logger', 'clock'],
]

/**
 * Receives Stripe's events in any Express application: `app.post('/stripe', stripeWebhook({ secrets, onEvent }))`, above
 * every body parser. A signature that is not right is answered with 400, and nothing is called. Throws `TypeError` for
 * options that cannot work.
 */
export function stripeWebhook(options: StripeWebhookOptions): RequestHandler {
  assertKnownKeys('stripeWebhook', options, OPTIONS)
  const { secrets, onEvent, onThinEvent, inbox, toleranceSeconds, clock } = options
  const {
    timeoutMs = 5_000,
    maxBodyBytes = 1_000_000,
    bodyTimeoutMs = 10_000,
    logger = silentLogger,
  } = options
  if ((inbox === undefined) === (onEvent === undefined && onThinEvent === undefined)) {
    throw new TypeError('stripeWebhook: give it inbox, or onEvent and onThinEvent')
  }

  return receiveCallback({
    name: 'stripe',
    callbacks: {
      reply: { received: true },
      authenticate: authenticateEvent({
        secrets,
        ...(toleranceSeconds !== undefined && { toleranceSeconds }),
        ...(clock && { clock }),
      }),
    },
    keep: inbox ? (entry) => inbox.insert(entry) : handle,
    logger,
    maxBodyBytes,
    bodyTimeoutMs,
    storeTimeoutMs: timeoutMs,
    onStored() {},
  })

  async function handle({ raw, verifiedBy }: InboxEntry): Promise<'stored'> {
    const event = JSON.parse(Buffer.from(raw).toString('utf8')) as Stripe.Event | StripeThinEvent
    const handler = event.object === 'v2.core.event' ? onThinEvent : onEvent
    if (!handler) throw new Error(`an event of object ${event.object} came, and there is no handler for it`)
    await handler(event as never, { verifiedBy, raw })
    return 'stored'
  }
}
