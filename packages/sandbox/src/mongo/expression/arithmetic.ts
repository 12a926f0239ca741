import { Decimal128, Double } from 'bson'
import { divide, fitInteger, multiply, negate, toDecimal } from '../bson/arithmetic.js'
import { compareNumbers, compareValues, exactParts } from '../bson/compare.js'
import { formatDecimal, parseDecimal, roundHalfEven } from '../bson/decimal.js'
import { isNumeric, toNumber, typeName, type Numeric, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import type { Operator } from './compile.js'
import { average, sum } from './sum.js'

type Args = (Value | undefined)[]

/** The arithmetic operators, and `$sum`, `$avg`, `$min` and `$max` over a list. */
export const ARITHMETIC: Record<string, Operator> = {
  $add: { arity: [0, Infinity], evaluate: addAll },
  $subtract: { arity: [2, 2], evaluate: subtract },
  $multiply: {
    arity: [0, Infinity],
    evaluate: (args) => nullOr(args, () => numbers('$multiply', args).reduce(product, 1)),
  },
  $divide: {
    arity: [2, 2],
    evaluate: (args) =>
      nullOr(args, () => {
        const [a, b] = numbers('$divide', args) as [Numeric, Numeric]
        if (toNumber(b) === 0) throw new CommandError('BadValue', "can't $divide by zero")
        return divide(a, b)
      }),
  },
  $mod: { arity: [2, 2], evaluate: (args) => nullOr(args, () => modulo(numbers('$mod', args))) },
  $abs: unary('$abs', (value) =>
    compareNumbers(value, 0) < 0 ? (negate(value) ?? overflow('$abs')) : value,
  ),
  $ceil: unary('$ceil', (value) => roundWith(value, 0, 'ceil')),
  $floor: unary('$floor', (value) => roundWith(value, 0, 'floor')),
  $trunc: rounding('$trunc', 'trunc'),
  $round: rounding('$round', 'halfEven'),
  $sum: { arity: [0, Infinity], evaluate: (args) => sumOf(listOf(args)) },
  $avg: { arity: [0, Infinity], evaluate: (args) => averageOf(listOf(args)) },
  $min: { arity: [0, Infinity], evaluate: (args) => extreme(listOf(args), -1) },
  $max: { arity: [0, Infinity], evaluate: (args) => extreme(listOf(args), 1) },
}

/** `$sum`: of the numbers among the values; 0 when there are none. */
export function sumOf(values: Args): Numeric {
  return sum(values.filter(isNumeric))
}

/** `$avg`: of the numbers among the values; null when there are none. */
export function averageOf(values: Args): Value {
  const counted = values.filter(isNumeric)
  return counted.length === 0 ? null : average(counted)
}

/** The least (-1) or greatest (1) of the values that are neither null nor missing; null when there are none. */
export function extreme(values: Args, direction: 1 | -1): Value {
  let best: Value = null
  for (const value of values) {
    if (value != null && (best === null || compareValues(value, best) * direction > 0)) best = value
  }
  return best
}

/** Beyond int64 the aggregation goes on in doubles. */
function product(a: Numeric, b: Numeric): Numeric {
  return multiply(a, b) ?? new Double(toNumber(a) * toNumber(b))
}

function addAll(args: Args): Value {
  return nullOr(args, () => {
    const dates = args.filter((arg) => arg instanceof Date)
    if (dates.length > 1) throw new CommandError(16612, 'only one date allowed in an $add expression')
    const rest = args.filter((arg) => !(arg instanceof Date))
    const total = sum(numbers('$add', rest, ' or date'))
    return dates[0] ? addToDate(dates[0], toNumber(total)) : total
  })
}

function subtract(args: Args): Value {
  return nullOr(args, () => {
    const [a, b] = args as [Value, Value]
    if (a instanceof Date && b instanceof Date) return BigInt(a.getTime() - b.getTime())
    if (a instanceof Date && isNumeric(b)) return addToDate(a, -toNumber(b))
    if (isNumeric(a) && isNumeric(b)) return sum([a, negate(b) ?? new Double(-toNumber(b))])
    throw new CommandError('TypeMismatch', `can't $subtract ${typeName(b)} from ${typeName(a)}`)
  })
}

function addToDate(date: Date, ms: number): Date {
  const result = new Date(date.getTime() + Math.round(ms))
  if (Number.isNaN(result.getTime())) throw new CommandError('Overflow', 'date overflow')
  return result
}

function modulo([a, b]: Numeric[]): Value {
  const [left, right] = [a!, b!]
  if (toNumber(right) === 0) throw new CommandError(16610, "can't $mod by zero")
  if (left instanceof Decimal128 || right instanceof Decimal128) {
    const [x, y] = [parseDecimal(toDecimal(left)), parseDecimal(toDecimal(right))]
    if (x.special !== undefined || Number.isNaN(y.special)) {
      return formatDecimal({ coefficient: 0n, exponent: 0, special: NaN })
    }
    if (y.special !== undefined) return toDecimal(left)
    const exponent = Math.min(x.exponent, y.exponent)
    const scaled = (part: typeof x) => part.coefficient * 10n ** BigInt(part.exponent - exponent)
    return formatDecimal({ coefficient: scaled(x) % scaled(y), exponent })
  }
  if (left instanceof Double || right instanceof Double) return new Double(toNumber(left) % toNumber(right))
  return fitInteger(BigInt(left) % BigInt(right), typeof left === 'bigint' || typeof right === 'bigint')!
}

type Mode = 'ceil' | 'floor' | 'trunc' | 'halfEven'

function rounding(name: string, mode: Mode): Operator {
  return {
    arity: [1, 2],
    evaluate: (args) =>
      nullOr(args, () => {
        const [value, place = 0] = numbers(name, args)
        const places = toNumber(place)
        if (!Number.isInteger(places) || places < -20 || places > 100) {
          throw new CommandError(
            51083,
            `cannot apply ${name} with precision value ${places} value must be in [-20, 100]`,
          )
        }
        return roundWith(value!, places, mode)
      }),
  }
}

/** Rounds the exact value, as MongoDB does: 2.675 is a little less than that, and becomes 2.67. */
function roundWith(value: Numeric, places: number, mode: Mode): Numeric {
  const { coefficient, exponent, special } = exactParts(value)
  const drop = -places - exponent
  if (special !== undefined || drop <= 0) return value
  const unit = 10n ** BigInt(drop)
  const rest = coefficient % unit
  let rounded = coefficient / unit
  if (mode === 'halfEven') rounded = roundHalfEven(coefficient, drop, Infinity).coefficient
  else if (mode === 'ceil' && rest > 0n) rounded += 1n
  else if (mode === 'floor' && rest < 0n) rounded -= 1n
  if (value instanceof Decimal128) return formatDecimal({ coefficient: rounded, exponent: -places })
  if (value instanceof Double) return new Double(Number(`${rounded}e${-places}`))
  return fitInteger(rounded * 10n ** BigInt(-places), typeof value === 'bigint') ?? overflow('$round')
}

function unary(name: string, evaluate: (value: Numeric) => Numeric): Operator {
  return { arity: [1, 1], evaluate: (args) => nullOr(args, () => evaluate(numbers(name, args)[0]!)) }
}

/** null if one of the arguments is null or missing, else what `evaluate` gives. */
export function nullOr(args: Args, evaluate: () => Value): Value {
  return args.some((arg) => arg == null) ? null : evaluate()
}

function numbers(name: string, args: Args, or = ''): Numeric[] {
  return args.map((arg) => {
    if (isNumeric(arg)) return arg
    throw new CommandError('TypeMismatch', `${name} only supports numeric${or} types, not ${typeName(arg)}`)
  })
}

function listOf(args: Args): Args {
  return args.length === 1 && Array.isArray(args[0]) ? args[0] : args
}

function overflow(name: string): never {
  throw new CommandError(28680, `can't take ${name} of a number that does not fit`)
}
