import { keptEvents } from './events.js'
import { isWithin } from './lists.js'
import { ok, operation } from './operation.js'
import { hash, integer, listOf, text, type Reader } from './params.js'
import { invalid, missing } from './refusal.js'
import { mirroredId, thinEvent } from './thin-events.js'

/** A moment of API v2, `2026-10-28T12:00:00Z`, in seconds. */
const moment: Reader<number> = (raw, path) => {
  const ms = Date.parse(text(raw, path))
  if (Number.isNaN(ms)) throw invalid(`Invalid timestamp for ${path}.`, { param: path })
  return ms / 1000
}

/** /v2/core/events: the events of API v1, without the objects that they are about. */
export const v2EventOperations = [
  operation('GET', '/v2/core/events/:id', {}, (work, _params, id) => {
    const event = keptEvents(work).find((kept) => kept.id === mirroredId(id))
    if (!event || event.id === id) throw missing('event', id, 'id')
    return ok(thinEvent(event))
  }),
  operation(
    'GET',
    '/v2/core/events',
    {
      optional: {
        created: hash({}, { gt: moment, gte: moment, lt: moment, lte: moment }),
        limit: integer(1, 100),
        object_id: text,
        page: text,
        types: listOf(text, 20),
      },
    },
    (work, { created, limit = 20, object_id, page, types }) => {
      const found = keptEvents(work)
        .reverse()
        .filter((event) => isWithin(event.created, created))
        .map(thinEvent)
        .filter(
          ({ related_object, type }) =>
            (object_id ?? related_object.id) === related_object.id && (!types || types.includes(type)),
        )
      const start = page === undefined ? 0 : found.findIndex(({ id }) => id === page) + 1
      if (page !== undefined && start === 0) throw invalid('Invalid page token.', { param: 'page' })
      const data = found.slice(start, start + limit)
      const more = new URLSearchParams({
        limit: String(limit),
        page: data.at(-1)?.id ?? '',
        ...(object_id !== undefined && { object_id }),
      })
      types?.forEach((type, index) => more.append(`types[${index}]`, type))
      for (const [bound, seconds] of Object.entries(created ?? {})) {
        more.append(`created[${bound}]`, new Date(seconds * 1000).toISOString())
      }
      const hasMore = found.length > start + limit
      return ok({
        data,
        next_page_url: hasMore ? `/v2/core/events?${more.toString()}` : null,
        previous_page_url: null,
      })
    },
  ),
]
