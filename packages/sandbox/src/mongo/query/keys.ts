import { isDoc, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'

/** What an index holds for a document: one value for each indexed field. `undefined` stands for an empty array. */
export type Key = (Value | undefined)[]

/** The keys of a document, and which of the fields led through an array. */
export interface Keys {
  keys: Key[]
  multikey: boolean[]
}

interface Cursor {
  path: readonly string[]
  at: number
  value: Value | undefined
  /** The array that the path has met, still to be taken apart. */
  array?: Value[]
}

/**
 * The keys that a document has in an index (or in a sort) on the given paths: one, or one for each element where
 * a path meets an array. Two paths may not meet two different arrays.
 * https://www.mongodb.com/docs/manual/core/indexes/index-types/index-multikey/
 */
export function keysOf(doc: Doc, paths: readonly (readonly string[])[]): Keys {
  const result: Keys = { keys: [], multikey: paths.map(() => false) }
  collect(
    paths.map((path) => advance({ path, at: 0, value: doc })),
    result,
  )
  return result
}

function collect(cursors: Cursor[], result: Keys): void {
  const arrays = new Set(cursors.flatMap(({ array }) => (array ? [array] : [])))
  if (arrays.size === 0) {
    result.keys.push(cursors.map(({ value }) => value ?? null))
    return
  }
  if (arrays.size > 1) {
    const names = cursors.filter(({ array }) => array).map(({ path }) => `[${path.at(-1)}]`)
    throw new CommandError(
      'CannotIndexParallelArrays',
      `cannot index parallel arrays ${names.reverse().join(' ')}`,
    )
  }
  cursors.forEach(({ array }, field) => {
    if (array) result.multikey[field] = true
  })
  const array = cursors.find((cursor) => cursor.array)!.array!
  if (array.length === 0) {
    const ended = (cursor: Cursor) => cursor.array !== undefined && cursor.at === cursor.path.length
    result.keys.push(cursors.map((cursor) => (ended(cursor) ? undefined : (cursor.value ?? null))))
    return
  }
  for (const element of array) {
    collect(
      cursors.map((cursor) => (cursor.array ? enter(cursor, element) : cursor)),
      result,
    )
  }
}

/** Goes on inside one element of the array; an array straight inside an array is not taken apart again. */
function enter({ path, at }: Cursor, element: Value): Cursor {
  if (at === path.length) return { path, at, value: element }
  return isDoc(element) ? advance({ path, at, value: element }) : { path, at, value: undefined }
}

/** Follows the path through documents up to its end or to an array. */
function advance(cursor: Cursor): Cursor {
  let { at, value } = cursor
  const { path } = cursor
  while (at < path.length) {
    if (Array.isArray(value)) {
      if (!/^\d+$/.test(path[at]!)) return { path, at, value: undefined, array: value }
      value = elementAt(value, path[at]!)
    } else {
      value = isDoc(value) ? value.get(path[at]!) : undefined
    }
    at++
  }
  return Array.isArray(value) ? { path, at, value: undefined, array: value } : { path, at, value }
}

function elementAt(array: Value[], index: string): Value | undefined {
  if (array.some((item) => isDoc(item) && item.has(index))) {
    throw new CommandError(
      16746,
      `Ambiguous field name found in array (do not use numeric field names in embedded elements in an array), field: '${index}' for array: [...]`,
    )
  }
  return array[Number(index)]
}
