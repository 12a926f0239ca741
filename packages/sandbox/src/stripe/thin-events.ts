import type { Event, EventType, StripeObject } from './objects.js'

/** An event of API v2: what happened to which object, and not what it looked like. */
export interface ThinEvent {
  id: string
  object: 'v2.core.event'
  created: string
  livemode: false
  reason?: { type: 'request'; request: { id: string; idempotency_key: string } }
  related_object: { id: string; type: string; url: string }
  /** The event of API v1 about the same; only if the event is fetched. */
  snapshot_event?: string
  type: `v1.${EventType}`
}

/** The thin event that mirrors an event, as it is fetched. */
export function thinEvent(event: Event): ThinEvent {
  return { ...thinNotification(event), snapshot_event: event.id }
}

/** The same, as it is delivered. */
export function thinNotification({ id, created, data, request, type }: Event): ThinEvent {
  const { id: objectId, object } = data.object
  return {
    id: thinId(id),
    object: 'v2.core.event',
    created: new Date(created * 1000).toISOString(),
    livemode: false,
    ...(request.id !== null && {
      reason: {
        type: 'request' as const,
        request: { id: request.id, idempotency_key: request.idempotency_key ?? '' },
      },
    }),
    related_object: { id: objectId, type: object, url: `${paths[object]}/${objectId}` },
    type: `v1.${type}`,
  }
}

/** The id of the thin event that mirrors an event. */
function thinId(eventId: string): string {
  return eventId.replace(/^evt_/, thinPrefix)
}

/** The id of the event that a thin event mirrors. */
export function mirroredId(id: string): string {
  return id.replace(new RegExp(`^${thinPrefix}`), 'evt_')
}

const thinPrefix = 'evt_test_65'

const paths: Record<StripeObject['object'], string> = {
  charge: '/v1/charges',
  'checkout.session': '/v1/checkout/sessions',
  customer: '/v1/customers',
  dispute: '/v1/disputes',
  payment_intent: '/v1/payment_intents',
  payment_method: '/v1/payment_methods',
  refund: '/v1/refunds',
}
