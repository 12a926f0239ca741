import { compareValues } from '../bson/compare.js'
import { isNumeric, toNumber, typeName, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { nullOr } from './arithmetic.js'
import type { Operator } from './compile.js'

/** The array operators. */
export const ARRAYS: Record<string, Operator> = {
  $size: {
    arity: [1, 1],
    evaluate([arg]) {
      if (Array.isArray(arg)) return arg.length
      throw new CommandError(
        17124,
        `The argument to $size must be an array, but was of type: ${typeName(arg)}`,
      )
    },
  },
  $isArray: { arity: [1, 1], evaluate: ([arg]) => Array.isArray(arg) },
  $arrayElemAt: {
    arity: [2, 2],
    evaluate([array, index]) {
      if (array == null || index == null) return null
      return needArray('$arrayElemAt', array, 28689).at(integer('$arrayElemAt', index, 28691))
    },
  },
  $first: {
    arity: [1, 1],
    evaluate: ([arg]) => (arg == null ? null : needArray('$first', arg, 28689).at(0)),
  },
  $last: { arity: [1, 1], evaluate: ([arg]) => (arg == null ? null : needArray('$last', arg, 28689).at(-1)) },
  $in: {
    arity: [2, 2],
    evaluate([value, array]) {
      if (!Array.isArray(array)) {
        throw new CommandError(40081, `$in requires an array as a second argument, found: ${typeName(array)}`)
      }
      return array.some((item) => compareValues(item, value) === 0)
    },
  },
  $concatArrays: {
    arity: [0, Infinity],
    evaluate: (args) => nullOr(args, () => args.flatMap((arg) => needArray('$concatArrays', arg, 28664))),
  },
  $reverseArray: {
    arity: [1, 1],
    evaluate: (args) => nullOr(args, () => [...needArray('$reverseArray', args[0], 34435)].reverse()),
  },
  $indexOfArray: {
    arity: [2, 2],
    evaluate([array, value]) {
      if (array == null) return null
      return needArray('$indexOfArray', array, 40090).findIndex((item) => compareValues(item, value) === 0)
    },
  },
  $slice: {
    arity: [2, 3],
    evaluate: (args) =>
      nullOr(args, () => {
        const array = needArray('$slice', args[0], 28724)
        const first = integer('$slice', args[1], 28725)
        if (args.length === 2) return first < 0 ? array.slice(first) : array.slice(0, first)
        const count = integer('$slice', args[2], 28727)
        if (count <= 0) throw new CommandError(28729, `Third argument to $slice must be positive: ${count}`)
        const start = first < 0 ? Math.max(0, array.length + first) : first
        return array.slice(start, start + count)
      }),
  },
  $range: {
    arity: [2, 3],
    evaluate([from, to, by]) {
      const [start, end, step] = [from, to, by === undefined ? 1 : by].map((arg) =>
        integer('$range', arg, 34443),
      ) as [number, number, number]
      if (step === 0) throw new CommandError(34449, '$range requires a non-zero step value')
      return Array.from(
        { length: Math.max(0, Math.ceil((end - start) / step)) },
        (_, at) => start + at * step,
      )
    },
  },
}

function needArray(operator: string, value: Value | undefined, code: number): Value[] {
  if (Array.isArray(value)) return value
  throw new CommandError(code, `${operator} needs an array, but was given: ${typeName(value)}`)
}

function integer(operator: string, value: Value | undefined, code: number): number {
  const number = isNumeric(value) ? toNumber(value) : NaN
  if (Number.isInteger(number) && Math.abs(number) < 2 ** 31) return number
  throw new CommandError(code, `${operator} needs a 32-bit integer, but was given: ${typeName(value)}`)
}
