import { Double, MaxKey, MinKey } from 'bson'
import { compareValues } from '../bson/compare.js'
import { typeOrder, type Value } from '../bson/value.js'
import type { Filter } from './filter.js'
import { point, type Interval } from './interval.js'
import type { Predicate } from './predicates.js'

/** What a query says about a path that an index could use: single values, or one interval. */
export type Constraint = { points: Interval[]; interval?: never } | { interval: Interval; points?: never }

/** Whether the constraint can hold for a document that has no such field: a sparse index does not know those. */
export function admitsMissing(constraint: Constraint): boolean {
  return (constraint.points ?? [constraint.interval]).some(({ type }) => type <= 5)
}

/** The leaves that must all hold for a document to match, `$elemMatch` over documents opened up. */
export function conjuncts(filter: Filter, prefix = ''): { path: string; predicate: Predicate }[] {
  if (filter.kind === 'and') return filter.of.flatMap((part) => conjuncts(part, prefix))
  if (filter.kind !== 'leaf') return []
  const path = prefix + filter.path
  const { inner } = filter.predicate
  return [{ path, predicate: filter.predicate }, ...(inner ? conjuncts(inner, `${path}.`) : [])]
}

/** The constraints of a query, by path. Each names a superset of the keys that matching documents have. */
export function constraintsOf(filter: Filter): Map<string, Constraint[]> {
  const result = new Map<string, Constraint[]>()
  for (const { path, predicate } of conjuncts(filter)) {
    const constraint = constraintOf(predicate)
    if (constraint) result.set(path, [...(result.get(path) ?? []), constraint])
  }
  return result
}

function constraintOf({ operator, operand }: Predicate): Constraint | undefined {
  if (operator === '$in' && Array.isArray(operand)) {
    return operand.every(isScalarKey) ? { points: uniquePoints(operand) } : undefined
  }
  if (!isScalarKey(operand)) return undefined
  if (operator === '$eq') return { points: [point(operand)] }
  if (!['$gt', '$gte', '$lt', '$lte'].includes(operator)) return undefined
  // null has no neighbours of its type: only the inclusive comparisons hold, and only for itself.
  if (operand === null) return { points: [point(null)] }
  if (
    operand instanceof MinKey ||
    operand instanceof MaxKey ||
    (operand instanceof Double && Number.isNaN(operand.value))
  ) {
    return undefined
  }
  const end = { value: operand, inclusive: operator.endsWith('e') }
  const type = typeOrder(operand)
  return { interval: operator.startsWith('$g') ? { type, low: end } : { type, high: end } }
}

/** An array as operand may match as a whole, and an index holds its elements; a regular expression may mean itself. */
function isScalarKey(value: Value): boolean {
  return !Array.isArray(value) && typeOrder(value) !== 50
}

function uniquePoints(values: Value[]): Interval[] {
  return [...values]
    .sort(compareValues)
    .filter((value, at, all) => at === 0 || compareValues(value, all[at - 1]) !== 0)
    .map(point)
}

/** Both intervals at once: only for a field without arrays, where one value has to satisfy both. */
export function intersect(a: Interval, b: Interval): Interval {
  if (a.type !== b.type) return a
  return { type: a.type, ...tighter('low', 1, a, b), ...tighter('high', -1, a, b) }
}

function tighter(end: 'low' | 'high', sign: 1 | -1, a: Interval, b: Interval): Partial<Interval> {
  const [x, y] = [a[end], b[end]]
  if (!x || !y) return x || y ? { [end]: x ?? y } : {}
  const order = compareValues(x.value, y.value) * sign
  return { [end]: order > 0 || (order === 0 && !x.inclusive) ? x : y }
}
