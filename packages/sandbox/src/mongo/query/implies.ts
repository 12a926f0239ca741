import { compareValues, equalValues } from '../bson/compare.js'
import { typeOrder, type Value } from '../bson/value.js'
import { conjuncts } from './bounds.js'
import type { Filter } from './filter.js'
import type { Predicate } from './predicates.js'

/** Whether every document that matches the query is sure to match the partial filter of an index. */
export function impliesFilter(query: Filter, partial: Filter): boolean {
  if (partial.kind === 'and') return partial.of.every((part) => impliesFilter(query, part))
  if (partial.kind === 'or') return partial.of.some((part) => impliesFilter(query, part))
  if (partial.kind !== 'leaf') return false
  return conjuncts(query).some(
    ({ path, predicate }) => path === partial.path && impliesPredicate(predicate, partial.predicate),
  )
}

function impliesPredicate(query: Predicate, partial: Predicate): boolean {
  if (query.operator === partial.operator && equalValues(query.operand, partial.operand)) return true
  const values =
    query.operator === '$eq' ? [query.operand] : query.operator === '$in' ? (query.operand as Value[]) : []
  // An array may match as a whole or as an element, and null for want of a field: nothing follows from those.
  const isPlain = (value: Value) => value !== null && !Array.isArray(value) && typeOrder(value) !== 50
  if (values.length > 0) return values.every((value) => isPlain(value) && partial.test(value) !== false)
  if (partial.operator === '$exists') return RANGES.has(query.operator) && isComparable(query.operand)
  return impliesRange(query, partial)
}

const RANGES = new Set(['$gt', '$gte', '$lt', '$lte'])

function impliesRange(query: Predicate, partial: Predicate): boolean {
  const isSameSide = RANGES.has(query.operator) && query.operator.slice(0, 2) === partial.operator.slice(0, 2)
  if (!isSameSide || !RANGES.has(partial.operator)) return false
  if (!isComparable(query.operand) || typeOrder(query.operand) !== typeOrder(partial.operand)) return false
  const order = compareValues(query.operand, partial.operand) * (query.operator.startsWith('$g') ? 1 : -1)
  return order > 0 || (order === 0 && partial.operator.endsWith('e'))
}

function isComparable(value: Value): boolean {
  const type = typeOrder(value)
  return type > 5 && type < 127 && !Array.isArray(value)
}
