import { Double } from 'bson'
import { isDoc, type Doc, type Value } from '../bson/value.js'
import type { Deadline } from '../deadline.js'
import { CommandError } from '../errors.js'
import { parseFilter } from '../query/filter.js'
import { compileProjection } from '../query/projection.js'
import { select } from '../query/select.js'
import { parseSort, sortBy, type SortField } from '../query/sort.js'
import type { Collection } from '../storage/collection.js'
import { parseTextQuery, scoreOf } from './text-query.js'

/** A `find` whose filter has a `$text`. */
export interface TextSearch {
  filter: Doc
  sort: Doc
  projection: Doc
  skip: number
  /** 0: all. */
  limit: number
  deadline: Deadline
}

/** No path of a user's begins so: it stands for the score while documents are sorted. */
const scorePath = '\u0000score'

/** Finds by words, with the score at hand for sort and projection. */
export function textSearch(collection: Collection | undefined, search: TextSearch): Doc[] {
  const { $text, rest } = takeText(search.filter)
  const query = parseTextQuery($text)
  const text = collection?.indexes.find(({ spec }) => spec.text)?.spec.text
  if (!collection || !text) {
    throw new CommandError('IndexNotFound', 'text index required for $text query')
  }
  const fields = [...search.sort].flatMap(sortField)
  const found = select(collection, { filter: parseFilter(rest), deadline: search.deadline }).flatMap(
    ({ doc }) => {
      search.deadline.check()
      const score = scoreOf(text, query, doc)
      return score === undefined ? [] : [{ doc, score: new Double(score) }]
    },
  )
  const sorted = sortBy(found, fields, ({ doc, score }) => new Map([...doc, [scorePath, score]]))
  const end = search.limit > 0 ? search.skip + search.limit : undefined
  return sorted.slice(search.skip, end).map(compileAnswer(search.projection))
}

function takeText(filter: Doc): { $text: Value; rest: Doc } {
  const rest = new Map(filter)
  rest.delete('$text')
  return { $text: filter.get('$text')!, rest }
}

function sortField([path, direction]: [string, Value]): SortField[] {
  if (!isDoc(direction)) return parseSort(new Map([[path, direction]]))
  assertTextScore(direction)
  return [{ path: scorePath, parts: [scorePath], direction: -1 }]
}

/** A `$meta` adds its field to whatever the rest of the projection leaves. */
function compileAnswer(projection: Doc): (found: { doc: Doc; score: Double }) => Doc {
  const isMeta = (value: Value): value is Doc => isDoc(value) && value.has('$meta')
  const metas = [...projection].filter((entry): entry is [string, Doc] => isMeta(entry[1]))
  for (const [path, value] of metas) {
    assertTextScore(value)
    if (path.includes('.'))
      throw new CommandError('BadValue', '$meta in a nested field is not supported by this server')
  }
  const rest = new Map([...projection].filter(([, value]) => !isMeta(value)))
  const project = rest.size > 0 ? compileProjection(rest, 'find') : (doc: Doc) => doc
  return ({ doc, score }) => {
    if (metas.length === 0) return project(doc)
    const answer = new Map(project(doc))
    for (const [path] of metas) answer.set(path, score)
    return answer
  }
}

function assertTextScore(value: Doc): void {
  if (value.size === 1 && value.get('$meta') === 'textScore') return
  throw new CommandError('BadValue', "this server knows { $meta: 'textScore' } only")
}
