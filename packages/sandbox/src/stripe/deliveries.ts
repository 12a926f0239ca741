import { createHmac } from 'node:crypto'
import type { StripeContext } from './context.js'
import { withPending } from './events.js'
import { thinNotification } from './thin-events.js'
import type { Delivery, DeliveryAttempt, Endpoint } from './state.js'
import { beginWork, type Work } from './work.js'

/** How long an application may take to answer, in real time. Stripe publishes no figure. */
const answerTimeoutMs = 10_000
/** How long a delivery with the fault `reorderDelivery` waits for another, in sandbox time. */
const longestHoldMs = 60_000
/** How much of an answer is kept. */
const keptCharacters = 2000

/** Creates what delivers events, and tries again what failed; `finish` makes the changes of a work real. */
export function createDeliveries(context: StripeContext, finish: (work: Work) => void) {
  const { clock, store, settings, logger } = context
  const closing = new AbortController()
  const underWay = new Set<string>()
  const held = new Set<string>()

  function schedule(id: string): void {
    const delivery = store.state.stripe.deliveries[id]
    // One that is under way is scheduled again at its end, if it failed.
    if (delivery?.state !== 'pending' || underWay.has(id)) return
    const isWaiting = delivery.isHeld && delivery.attempts.length === 0
    if (isWaiting) held.add(id)
    clock.at(isWaiting ? delivery.dueAtMs + longestHoldMs : delivery.dueAtMs, () => deliver(id))
  }

  async function deliver(id: string): Promise<void> {
    const delivery = store.state.stripe.deliveries[id]
    const isEarly = delivery && delivery.dueAtMs > clock.now()
    if (delivery?.state !== 'pending' || isEarly || underWay.has(id)) return
    underWay.add(id)
    held.delete(id)
    try {
      await store.saved()
      const attempt = await post(delivery)
      if (closing.signal.aborted) return
      const work = beginWork(context)
      work.set('deliveries', id, tried(delivery, attempt))
      finish(work)
      await store.saved()
    } catch (err) {
      logger.error('A delivery could not be recorded', { err })
    } finally {
      underWay.delete(id)
    }
    schedule(id)
    if (!delivery.isHeld) await releaseHeld(delivery.endpointId)
  }

  /** Any answer that is not a 2xx is tried again, redirects too. */
  function tried(delivery: Delivery, attempt: DeliveryAttempt): Delivery {
    const attempts = [...delivery.attempts, attempt]
    if (attempt.status !== undefined && attempt.status >= 200 && attempt.status < 300) {
      return { ...delivery, attempts, state: 'delivered' }
    }
    const delayMs = settings.retryDelaysMs[attempts.length - 1]
    if (delayMs === undefined) return { ...delivery, attempts, state: 'failed' }
    return { ...delivery, attempts, dueAtMs: attempt.atMs + delayMs }
  }

  async function releaseHeld(endpointId: string): Promise<void> {
    for (const id of held) {
      if (store.state.stripe.deliveries[id]?.endpointId === endpointId) await deliver(id)
    }
  }

  async function post(delivery: Delivery): Promise<DeliveryAttempt> {
    const atMs = clock.now()
    const work = beginWork(context)
    const event = work.get('events', delivery.eventId)
    const endpoint = work.get('endpoints', delivery.endpointId)
    if (!event || !endpoint) return { atMs, error: 'The endpoint was deleted' }
    const isThin = endpoint.thinName !== undefined
    const body = JSON.stringify(isThin ? thinNotification(event) : withPending(work, event), null, 2)
    try {
      const response = await fetch(delivery.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
          'stripe-signature': signature(body, secretsOf(endpoint, delivery, atMs)),
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(answerTimeoutMs)]),
      })
      const answer = (await response.text()).slice(0, keptCharacters)
      return { atMs, status: response.status, answer }
    } catch (error) {
      return { atMs, error: reasonOf(error) }
    }
  }

  return { schedule, close: () => closing.abort() }
}

function secretsOf({ secrets }: Endpoint, { isCorrupted, attempts }: Delivery, nowMs: number): string[] {
  if (isCorrupted && attempts.length === 0) return ['whsec_wrong']
  return secrets.filter(({ expiresAtMs = Infinity }) => expiresAtMs > nowMs).map(({ value }) => value)
}

/**
 * The header Stripe-Signature (docs.stripe.com/webhooks#verify-manually): a v1 for every secret that is good, and the v0
 * of test events, which nobody must accept. Its time is real time, for that is what the application compares it with.
 */
function signature(body: string, secrets: string[]): string {
  const t = Math.floor(Date.now() / 1000)
  const hmac = (secret: string) => createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')
  return [`t=${t}`, ...secrets.map((secret) => `v1=${hmac(secret)}`), `v0=${hmac('v0')}`].join(',')
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause =
    error.cause instanceof Error ? ((error.cause as NodeJS.ErrnoException).code ?? error.cause.message) : ''
  return cause || error.message
}
