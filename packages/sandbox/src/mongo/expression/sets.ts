import { compareValues } from '../bson/compare.js'
import { typeName, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { nullOr } from './arithmetic.js'
import type { Operator } from './compile.js'

/** The set operators. MongoDB leaves the order of a result open; here it is the order of the values. */
export const SETS: Record<string, Operator> = {
  $setUnion: {
    arity: [0, Infinity],
    evaluate: (args) => nullOr(args, () => unique(args.flatMap((arg) => set('$setUnion', arg)))),
  },
  $setIntersection: {
    arity: [1, Infinity],
    evaluate: (args) =>
      nullOr(args, () => {
        const [first, ...others] = args.map((arg) => set('$setIntersection', arg))
        return unique(first!).filter((item) => others.every((other) => has(other, item)))
      }),
  },
  $setDifference: {
    arity: [2, 2],
    evaluate: (args) =>
      nullOr(args, () => {
        const [a, b] = args.map((arg) => set('$setDifference', arg)) as [Value[], Value[]]
        return a.filter((item, at) => !has(b, item) && !has(a.slice(0, at), item))
      }),
  },
  $setIsSubset: {
    arity: [2, 2],
    evaluate: (args) => {
      const [a, b] = args.map((arg) => set('$setIsSubset', arg)) as [Value[], Value[]]
      return a.every((item) => has(b, item))
    },
  },
}

/** The values without repetition, in order. */
function unique(values: Value[]): Value[] {
  return [...values]
    .sort(compareValues)
    .filter((item, at, all) => at === 0 || compareValues(item, all[at - 1]) !== 0)
}

function has(values: Value[], wanted: Value): boolean {
  return values.some((item) => compareValues(item, wanted) === 0)
}

function set(operator: string, value: Value | undefined): Value[] {
  if (Array.isArray(value)) return value
  throw new CommandError(
    17043,
    `All operands of ${operator} must be arrays. One argument is of type: ${typeName(value)}`,
  )
}
