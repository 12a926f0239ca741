import { PaymentsError } from '../errors.js'
import type {
  CallbackIdentity,
  CallbackNews,
  CallbackRefusal,
  CallbackRequest,
  ProviderCallbacks,
} from '../provider.js'
import type { SignatureOptions } from '../signature.js'
import type { StripeClient } from './create-stripe.js'
import { intentOfMoney, stripeLocate } from './locate.js'
import { ownerOf, ownValue } from './metadata.js'
import { stripeSignature } from './signature.js'

/** An event: of its object only the name counts, since it may be older than what we know. */
export interface StripeEvent {
  readonly id: string
  readonly type: string
  readonly object: unknown
}

/** Events about these objects are news of a payment; all others are kept, and nothing follows from them. */
const HANDLED = /^(payment_intent|checkout\.session)\./
/** Events about a refund, or about a charge that was refunded. */
const REFUNDS = /^(refund\.|charge\.refund)/

/** Receives snapshot events: signature → event → whose is it? Its id is the key, so that duplicates are known. */
export function stripeEvents(client: StripeClient, options: SignatureOptions): ProviderCallbacks {
  const verify = stripeSignature(options)
  const locate = stripeLocate(client)

  function authenticate({ raw, headers }: CallbackRequest): CallbackIdentity | CallbackRefusal {
    const signature = verify(raw, headers)
    if (!signature.ok) {
      const { reason, skewSeconds } = signature
      const refusal = { ok: false, status: 400, reason } as const
      return skewSeconds === undefined ? refusal : { ...refusal, code: 'PAYMENTS_CLOCK_SKEW' }
    }
    const event = readEvent(raw)
    if (!event) return { ok: false, status: 400, reason: 'rightly signed, but not an event of Stripe' }
    return { ok: true, ...identify(event), verifiedBy: signature.verifiedBy }
  }

  return {
    path: '/stripe',
    reply: { received: true },
    authenticate,
    parse,
    locate: (raw) => locate(intentOfMoney(readEvent(raw)?.object)),
  }
}

function parse(raw: Uint8Array): CallbackNews | null {
  const event = readEvent(raw)
  if (!event)
    throw new PaymentsError('PAYMENTS_CALLBACK_MALFORMED', 'not an event of Stripe', { status: 400 })
  if (REFUNDS.test(event.type)) return { status: 'changed', about: 'refunds' }
  const owner = ownerOf(event.object)
  if (!owner || !HANDLED.test(event.type)) return null
  const id = ownValue(event.object, 'id')
  const isOwn = typeof id === 'string' && (id.startsWith('cs_') || !owner.viaCheckout)
  // Of a Payment Intent that Checkout made we know the session: that is what we ask about.
  return { status: 'changed', ...(isOwn && { providerRef: id }) }
}

/** Whose event it is: the same however it came. */
export function identify({ id, type, object }: StripeEvent): Omit<CallbackIdentity, 'ok' | 'verifiedBy'> {
  const event = { eventId: `stripe:${id}`, type }
  const owner = ownerOf(object)
  if (owner && (HANDLED.test(type) || REFUNDS.test(type))) {
    const { paymentId, attemptId } = owner
    return { ...event, paymentId, attemptId }
  }
  // Made in the dashboard: it does not name the payment, but its Payment Intent does. The worker asks for that.
  const intent = REFUNDS.test(type) ? intentOfMoney(object) : undefined
  if (intent !== undefined) return { ...event, paymentId: `stripe:${intent}`, attemptId: '' }
  if (!owner) {
    const ignored = 'not about a payment of ours'
    return { ...event, paymentId: `ignored:${id}`, attemptId: '', ignored }
  }
  return {
    ...event,
    paymentId: owner.paymentId,
    attemptId: owner.attemptId,
    ignored: 'not a type that is handled',
  }
}

function readEvent(raw: Uint8Array): StripeEvent | undefined {
  let event: unknown
  try {
    event = JSON.parse(Buffer.from(raw).toString('utf8'))
  } catch {
    return undefined
  }
  const [id, type] = [ownValue(event, 'id'), ownValue(event, 'type')]
  if (typeof id !== 'string' || !/^evt_\w{1,250}$/.test(id) || typeof type !== 'string') return undefined
  return { id, type, object: ownValue(ownValue(event, 'data'), 'object') }
}
