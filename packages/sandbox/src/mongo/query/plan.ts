import type { Collection } from '../storage/collection.js'
import type { Entry, Index, StoredDoc } from '../storage/index.js'
import { admitsMissing, constraintsOf, intersect, type Constraint } from './bounds.js'
import type { Interval } from './interval.js'
import type { Filter } from './filter.js'
import { impliesFilter } from './implies.js'
import type { SortField } from './sort.js'

/** Which documents are looked at. The filter is asked about each of them whatever the plan: it only leaves out. */
export interface Plan {
  documents: Iterable<StoredDoc>
  /** Whether they come in the order that was asked for. */
  isSorted: boolean
}

/** More combinations of `$in` values than this are not looked up one by one. */
const MAX_SCANS = 1000

/** Plans a read: by the index that narrows it down most, by one that gives the order, or through everything. */
export function plan(collection: Collection, filter: Filter, sort: readonly SortField[], hint?: Index): Plan {
  if (hint) return scan(scanOf(hint, filter, sort))
  const best = bestScan(collection, filter, sort)
  if (best && best.bounds.length > 0) return scan(best)
  const union = planOr(collection, filter)
  if (union) return { documents: union, isSorted: false }
  return best ? scan(best) : { documents: collection.documents.values(), isSorted: sort.length === 0 }
}

/** The best way through an index that has every match, if one narrows the search down or gives the order. */
function bestScan(collection: Collection, filter: Filter, sort: readonly SortField[]): Scan | undefined {
  return collection.indexes
    .filter(
      ({ spec }) => !spec.hidden && (!spec.partialFilter || impliesFilter(filter, spec.partialFilter.filter)),
    )
    .map((index) => scanOf(index, filter, sort))
    .filter((found) => found.isComplete && (found.bounds.length > 0 || (sort.length > 0 && found.isSorted)))
    .sort((a, b) => score(b) - score(a))[0]
}

/** A way through an index: the intervals of its first fields, and whether it gives the order. */
interface Scan {
  index: Index
  bounds: Interval[][]
  isSorted: boolean
  isReversed: boolean
  /** Whether every document that matches is in the index. */
  isComplete: boolean
}

function scanOf(index: Index, filter: Filter, sort: readonly SortField[]): Scan {
  const constraints = constraintsOf(filter)
  const { spec } = index
  const bounds: Interval[][] = []
  let isComplete = !spec.sparse
  let arrays = 0
  for (const [at, { path, parts }] of spec.fields.entries()) {
    const given = constraints.get(path)
    // A numeric part may be an index or a name: a key does not tell which.
    if (!given || parts.some((part) => /^\d+$/.test(part))) break
    // Two fields that lead through arrays may be satisfied by different elements, and so by different keys.
    if (index.multikey[at] && ++arrays > 1) break
    const intervals = combine(given, index.multikey[at]!)
    if (bounds.reduce((product, one) => product * one.length, intervals.length) > MAX_SCANS) break
    bounds.push(intervals)
    if (!given.every(admitsMissing)) isComplete = true
    if (!given.some(({ points }) => points)) break
  }
  return { index, bounds, isComplete, ...orderOf(index, bounds, sort) }
}

function combine(given: Constraint[], isMultikey: boolean): Interval[] {
  const points = given.find((constraint) => constraint.points)?.points
  if (points) return points
  const intervals = given.map(({ interval }) => interval!)
  return [isMultikey ? intervals[0]! : intervals.reduce(intersect)]
}

/** Whether the scan gives the sort's order: after fields that are fixed, the index goes on as the sort does. */
function orderOf(
  index: Index,
  bounds: Interval[][],
  sort: readonly SortField[],
): Pick<Scan, 'isSorted' | 'isReversed'> {
  const no = { isSorted: sort.length === 0, isReversed: false }
  if (
    sort.length === 0 ||
    index.multikey.includes(true) ||
    bounds.some((intervals) => intervals.length > 1)
  ) {
    return no
  }
  const isFixed = (at: number) => {
    const interval = bounds[at]?.[0]
    return interval?.low !== undefined && interval.low === interval.high
  }
  let reversed: boolean | undefined
  let at = 0
  for (const wanted of sort) {
    const fields = index.spec.fields
    while (at < fields.length && fields[at]!.path !== wanted.path && isFixed(at)) at++
    const field = fields[at++]
    if (field?.path !== wanted.path) return no
    const isOpposite = field.direction !== wanted.direction
    if (reversed !== undefined && isOpposite !== reversed) return no
    reversed = isOpposite
  }
  return { isSorted: true, isReversed: reversed ?? false }
}

function score({ index, bounds, isSorted }: Scan): number {
  const fixed = bounds.filter((intervals) => intervals.every(({ low, high }) => low && low === high)).length
  // A unique key that is known whole names one document: nothing is better.
  const isUnique = index.spec.unique && fixed === index.spec.fields.length
  return (isUnique ? 1000 : 0) + fixed * 10 + (bounds.length - fixed) * 5 + (isSorted ? 4 : 0)
}

function scan({ index, bounds, isSorted, isReversed }: Scan): Plan {
  const scans = product(bounds).map((intervals) => documentsOf(index.within(intervals, isReversed)))
  const mayRepeat = scans.length !== 1 || index.multikey.includes(true)
  return { documents: mayRepeat ? distinct(scans) : scans[0]!, isSorted }
}

function* documentsOf(entries: Iterable<Entry>): Generator<StoredDoc> {
  for (const { stored } of entries) yield stored
}

function* distinct(scans: Iterable<StoredDoc>[]): Generator<StoredDoc> {
  const seen = new Set<number>()
  for (const documents of scans) {
    for (const stored of documents) {
      if (seen.has(stored.position)) continue
      seen.add(stored.position)
      yield stored
    }
  }
}

/** All combinations of one interval for each field. */
function product(bounds: Interval[][]): Interval[][] {
  return bounds.reduce<Interval[][]>(
    (combined, intervals) => combined.flatMap((prefix) => intervals.map((interval) => [...prefix, interval])),
    [[]],
  )
}

/** An `$or` whose every branch has an index is the union of what they give. */
function planOr(collection: Collection, filter: Filter): Iterable<StoredDoc> | undefined {
  const parts = filter.kind === 'and' ? filter.of : [filter]
  for (const part of parts) {
    if (part.kind !== 'or') continue
    const scans = part.of.map((branch) => bestScan(collection, branch, []))
    if (scans.every((found) => found !== undefined && found.bounds.length > 0)) {
      return distinct(scans.map((found) => scan(found!).documents))
    }
  }
  return undefined
}
