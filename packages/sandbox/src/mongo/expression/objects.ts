import { document, isDoc, typeName, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import type { Operator } from './compile.js'

/** The operators on documents. */
export const OBJECTS: Record<string, Operator> = {
  $mergeObjects: {
    arity: [0, Infinity],
    evaluate: (args) => mergeObjects(args.length === 1 && Array.isArray(args[0]) ? args[0] : args),
  },
  $objectToArray: {
    arity: [1, 1],
    evaluate([arg]) {
      if (arg == null) return null
      if (!isDoc(arg)) {
        throw new CommandError(40390, `$objectToArray requires a document input, found: ${typeName(arg)}`)
      }
      return [...arg].map(([k, v]) => document({ k, v }))
    },
  },
  $arrayToObject: {
    arity: [1, 1],
    evaluate([arg]) {
      if (arg == null) return null
      if (!Array.isArray(arg)) {
        throw new CommandError(40386, `$arrayToObject requires an array input, found: ${typeName(arg)}`)
      }
      return new Map(arg.map(pair))
    },
  },
}

/** Merges documents, later fields over earlier ones; null and missing are passed over. */
export function mergeObjects(values: (Value | undefined)[]): Doc {
  const result: Doc = new Map()
  for (const value of values) {
    if (value == null) continue
    if (!isDoc(value)) {
      throw new CommandError(
        40400,
        `$mergeObjects requires object inputs, but input is of type ${typeName(value)}`,
      )
    }
    for (const [name, field] of value) result.set(name, field)
  }
  return result
}

function pair(item: Value): [string, Value] {
  const [key, value] = isDoc(item) ? [item.get('k'), item.get('v')] : Array.isArray(item) ? item : []
  const size = isDoc(item) ? item.size : Array.isArray(item) ? item.length : 0
  if (size !== 2 || value === undefined || typeof key !== 'string') {
    throw new CommandError(
      40392,
      '$arrayToObject requires an object with keys of k and v, or pairs of key and value',
    )
  }
  return [key, value]
}
