import { isWithin, page, pageShape, range } from './lists.js'
import type { Event } from './objects.js'
import { ok, operation } from './operation.js'
import { boolean, listOf, text } from './params.js'
import { invalid, missing } from './refusal.js'
import { stripeLimits } from './settings.js'
import type { Work } from './work.js'

/** /v1/events. */
export const eventOperations = [
  operation('GET', '/v1/events/:id', {}, (work, _params, id) => {
    const event = work.get('events', id)
    if (!event || !isKept(work, event)) throw missing('event', id, 'id')
    return ok(withPending(work, event))
  }),
  operation(
    'GET',
    '/v1/events',
    {
      optional: {
        ...pageShape,
        created: range,
        delivery_success: boolean,
        type: text,
        types: listOf(text, 20),
      },
    },
    (work, params) => {
      if (params.type !== undefined && params.types) {
        throw invalid('You may only specify one of these parameters: type, types.')
      }
      const wanted = params.types ?? (params.type === undefined ? undefined : [params.type])
      const undelivered = idsOfUndelivered(work)
      const events = keptEvents(work).filter(
        (event) =>
          isWithin(event.created, params.created) &&
          (!wanted || wanted.some((pattern) => fits(pattern, event.type))) &&
          (params.delivery_success === undefined || params.delivery_success !== undelivered.has(event.id)),
      )
      const { status, body } = page(events, params, '/v1/events')
      const { data } = body as { data: Event[] }
      return { status, body: { ...body, data: data.map((event) => withPending(work, event)) } }
    },
  ),
]

/** The event, with the number of endpoints that have not taken it yet. */
export function withPending(work: Work, event: Event): Event {
  const open = (work.get('eventDeliveries', event.id)?.ids ?? [])
    .flatMap((id) => work.get('deliveries', id) ?? [])
    .filter(({ state }) => state === 'pending' || state === 'dropped')
  return { ...event, pending_webhooks: new Set(open.map(({ endpointId }) => endpointId)).size }
}

/** An event is undelivered while an endpoint has not answered well, however often it was tried. */
function idsOfUndelivered(work: Work): Set<string> {
  const open = work.all('deliveries').filter(({ state }) => state !== 'delivered')
  return new Set(open.map(({ eventId }) => eventId))
}

/** The events that can still be asked for, the oldest first. */
export function keptEvents(work: Work): Event[] {
  return work.all('events').filter((event) => isKept(work, event))
}

function isKept(work: Work, event: Event): boolean {
  return event.created >= work.now - stripeLimits.eventMs / 1000
}

/** `charge.*` means all of charge. */
function fits(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type
}
