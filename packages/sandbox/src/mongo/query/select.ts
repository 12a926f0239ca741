import type { Deadline } from '../deadline.js'
import type { Collection } from '../storage/collection.js'
import type { Index, StoredDoc } from '../storage/index.js'
import type { Filter } from './filter.js'
import { matches } from './match.js'
import { plan } from './plan.js'
import { sortBy, type SortField } from './sort.js'

/** What to read of a collection. */
export interface Selection {
  filter: Filter
  sort?: readonly SortField[]
  skip?: number
  /** 0 or absent: all. */
  limit?: number
  hint?: Index | undefined
  deadline: Deadline
}

/** The documents that a query selects, as they are at this moment. */
export function select(collection: Collection | undefined, selection: Selection): StoredDoc[] {
  if (!collection) return []
  const { filter, sort = [], skip = 0, limit = 0, hint, deadline } = selection
  const { documents, isSorted } = plan(collection, filter, sort, hint)
  const end = limit > 0 ? skip + limit : Infinity
  const found: StoredDoc[] = []
  for (const stored of documents) {
    deadline.check()
    if (!matches(filter, stored.doc)) continue
    found.push(stored)
    if (isSorted && found.length >= end) break
  }
  const ordered = isSorted ? found : sortBy(found, sort, ({ doc }) => doc)
  return skip > 0 || ordered.length > end ? ordered.slice(skip, end) : ordered
}
