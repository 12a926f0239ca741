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
  /** Of a snapshot event: the object as it was. */
  readonly object: unknown
  /** Of a thin event, which has no object: the name of it. */
  readonly related?: string
}

/** Events about these objects are news of a payment; all others are kept, and nothing follows from them. */
const HANDLED = /^(v1\.)?(payment_intent|checkout\.session)\./
/** Events about money that was taken before. */
const MONEY = /^(v1\.)?(refund\.|charge\.refund|charge\.dispute\.)/
const DISPUTE = /^(v1\.)?charge\.dispute\./
/** What a thin event may be about, for us to ask for: the rest of our objects has such events as well. */
const RELATED = /^(pi|cs|re|pyr|du|dp)_\w{1,250}$/

/** Receives events, snapshots and thin ones. What they say is only that something has changed: Stripe is asked. */
export function stripeEvents(client: StripeClient, options: SignatureOptions): ProviderCallbacks {
  const locate = stripeLocate(client)
  return {
    path: '/stripe',
    reply: { received: true },
    authenticate: authenticateEvent(options),
    parse,
    locate: (raw) => locate(referenceOf(readEvent(raw))),
  }
}

/** Signature → event → whose is it? Its id is the key, so that duplicates are known. */
export function authenticateEvent(options: SignatureOptions): ProviderCallbacks['authenticate'] {
  const verify = stripeSignature(options)

  return function authenticate({ raw, headers }: CallbackRequest): CallbackIdentity | CallbackRefusal {
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
}

function parse(raw: Uint8Array): CallbackNews | null {
  const event = readEvent(raw)
  if (!event)
    throw new PaymentsError('PAYMENTS_CALLBACK_MALFORMED', 'not an event of Stripe', { status: 400 })
  if (MONEY.test(event.type))
    return { status: 'changed', about: DISPUTE.test(event.type) ? 'disputes' : 'refunds' }
  if (!HANDLED.test(event.type)) return null
  if (event.related !== undefined) return { status: 'changed' }
  const owner = ownerOf(event.object)
  if (!owner) return null
  const id = ownValue(event.object, 'id')
  const isOwn = typeof id === 'string' && (id.startsWith('cs_') || !owner.viaCheckout)
  // Of a Payment Intent that Checkout made we know the session: that is what we ask about.
  return { status: 'changed', ...(isOwn && { providerRef: id }) }
}

/** Whose event it is: the same however it came. */
export function identify(event: StripeEvent): Omit<CallbackIdentity, 'ok' | 'verifiedBy'> {
  const { id, type, object } = event
  const isHandled = HANDLED.test(type) || MONEY.test(type)
  const owner = ownerOf(object)
  // It does not name the payment, but an object that does. The worker asks for that.
  const reference = isHandled && !owner ? referenceOf(event) : undefined
  const { paymentId, attemptId } = owner ?? { paymentId: `stripe:${reference ?? id}`, attemptId: '' }
  const identity = { eventId: `stripe:${id}`, type, paymentId, attemptId }
  if (!isHandled) return { ...identity, ignored: 'not a type that is handled' }
  if (!owner && reference === undefined) return { ...identity, ignored: 'not about a payment of ours' }
  return identity
}

/** Thin events, disputes, refunds made in the dashboard: which object knows whose they are. */
function referenceOf(event: StripeEvent | undefined): string | undefined {
  if (event?.related !== undefined) return RELATED.test(event.related) ? event.related : undefined
  return MONEY.test(event?.type ?? '') ? intentOfMoney(event?.object) : undefined
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
  if (ownValue(event, 'object') !== 'v2.core.event')
    return { id, type, object: ownValue(ownValue(event, 'data'), 'object') }
  const related = ownValue(ownValue(event, 'related_object'), 'id')
  return { id, type, object: undefined, ...(typeof related === 'string' && { related }) }
}
