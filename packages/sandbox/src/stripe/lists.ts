import { hash, integer, text, type Reader } from './params.js'
import { invalid } from './refusal.js'
import type { Answer } from './operation.js'

/** The parameters of every list. */
export const pageShape = { limit: integer(1, 100), starting_after: text, ending_before: text }

/** Where in a list to look. */
export interface PageParams {
  limit?: number
  starting_after?: string
  ending_before?: string
}

/** Answers one page of `items`, which are given the oldest first and answered the newest first. @throws Refusal */
export function page(items: Array<{ id: string }>, params: PageParams, url: string): Answer {
  const { limit = 10, starting_after, ending_before } = params
  if (starting_after !== undefined && ending_before !== undefined) {
    throw invalid('You cannot parameterize both starting_after and ending_before.')
  }
  const newestFirst = [...items].reverse()
  const place = (id: string, param: string) => {
    const index = newestFirst.findIndex((item) => item.id === id)
    if (index < 0) throw invalid(`No such object: '${id}'`, { code: 'resource_missing', param })
    return index
  }
  if (ending_before !== undefined) {
    const end = place(ending_before, 'ending_before')
    const start = Math.max(0, end - limit)
    return list(newestFirst.slice(start, end), start > 0, url)
  }
  const start = starting_after === undefined ? 0 : place(starting_after, 'starting_after') + 1
  return list(newestFirst.slice(start, start + limit), newestFirst.length > start + limit, url)
}

function list(data: object[], has_more: boolean, url: string): Answer {
  return { status: 200, body: { object: 'list', data, has_more, url } }
}

/** Bounds of a moment, in seconds. */
export type Range = { gt?: number; gte?: number; lt?: number; lte?: number }

const bounds = hash({}, { gt: integer(), gte: integer(), lt: integer(), lte: integer() })

/** A moment, or a range of them: `created=1`, `created[gte]=1`. */
export const range: Reader<Range> = (raw, path) => {
  if (typeof raw !== 'string') return bounds(raw, path)
  const moment = integer()(raw, path)
  return { gte: moment, lte: moment }
}

/** Whether `created` lies in the range. */
export function isWithin(created: number, { gt, gte, lt, lte }: Range = {}): boolean {
  return (
    created > (gt ?? -Infinity) &&
    created >= (gte ?? -Infinity) &&
    created < (lt ?? Infinity) &&
    created <= (lte ?? Infinity)
  )
}
