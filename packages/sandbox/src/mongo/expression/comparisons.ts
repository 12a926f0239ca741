import { compareValues } from '../bson/compare.js'
import type { Operator } from './compile.js'

const compare = (holds: (order: number) => boolean): Operator => ({
  arity: [2, 2],
  evaluate: ([a, b]) => holds(compareValues(a, b)),
})

/** The comparison operators; a missing field is below null, and types are never bracketed. */
export const COMPARISONS: Record<string, Operator> = {
  $eq: compare((order) => order === 0),
  $ne: compare((order) => order !== 0),
  $gt: compare((order) => order > 0),
  $gte: compare((order) => order >= 0),
  $lt: compare((order) => order < 0),
  $lte: compare((order) => order <= 0),
  $cmp: { arity: [2, 2], evaluate: ([a, b]) => Math.sign(compareValues(a, b)) },
}
