import { compareValues } from '../bson/compare.js'
import { isDoc, isNumeric, toNumber, type Doc } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { keysOf, type Key } from './keys.js'

/** One field of a sort. */
export interface SortField {
  path: string
  parts: string[]
  direction: 1 | -1
}

/** Parses a sort document. */
export function parseSort(sort: Doc): SortField[] {
  return [...sort].map(([path, direction]) => {
    if (isDoc(direction)) {
      throw new CommandError('BadValue', `$meta sort is not supported by this server: ${path}`)
    }
    if (!isNumeric(direction)) throw new CommandError(15974, `Illegal key in $sort specification: ${path}`)
    const sign = toNumber(direction)
    if (sign !== 1 && sign !== -1) {
      throw new CommandError(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)')
    }
    const parts = path.split('.')
    if (parts.includes('')) {
      throw new CommandError(40353, "FieldPath must not end with a '.' or have an empty part.")
    }
    if (parts.some((part) => part.startsWith('$'))) {
      throw new CommandError(
        16410,
        "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
      )
    }
    return { path, parts, direction: sign }
  })
}

/** A comparison of documents by a sort document. */
export function compileSort(sort: Doc): (a: Doc, b: Doc) => number {
  const fields = parseSort(sort)
  return (a, b) => compareSortKeys(fields, sortKey(fields, a), sortKey(fields, b))
}

/** Sorts documents, stably; each document's key is made once. */
export function sortBy<T>(items: T[], fields: readonly SortField[], docOf: (item: T) => Doc): T[] {
  return items
    .map((item) => ({ item, key: sortKey(fields, docOf(item)) }))
    .sort((a, b) => compareSortKeys(fields, a.key, b.key))
    .map(({ item }) => item)
}

/** By which key a document sorts: where it has several, by the one that comes first. */
function sortKey(fields: readonly SortField[], doc: Doc): Key {
  const { keys } = parallelAsBadValue(() =>
    keysOf(
      doc,
      fields.map(({ parts }) => parts),
    ),
  )
  return keys.reduce((best, key) => (compareSortKeys(fields, key, best) < 0 ? key : best))
}

function compareSortKeys(fields: readonly SortField[], a: Key, b: Key): number {
  for (let at = 0; at < fields.length; at++) {
    const order = compareValues(a[at], b[at])
    if (order !== 0) return order * fields[at]!.direction
  }
  return 0
}

function parallelAsBadValue<T>(make: () => T): T {
  try {
    return make()
  } catch (err) {
    if (!(err instanceof CommandError) || err.codeName !== 'CannotIndexParallelArrays') throw err
    throw new CommandError('BadValue', 'cannot sort with keys that are parallel arrays')
  }
}
