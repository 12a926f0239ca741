import { Decimal128, Double, ObjectId } from 'bson'
import { fitInteger, toDecimal } from '../bson/arithmetic.js'
import { parseDecimal } from '../bson/decimal.js'
import { isNumeric, isTruthy, toNumber, typeName, type Numeric, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import type { Operator } from './compile.js'

const convert = (target: string, evaluate: (value: Value) => Value | undefined): Operator => ({
  arity: [1, 1],
  evaluate([arg]) {
    if (arg == null) return null
    const value = evaluate(arg)
    if (value !== undefined) return value
    throw new CommandError(
      'ConversionFailure',
      `Unsupported conversion from ${typeName(arg)} to ${target} in $convert with no onError value`,
    )
  },
})

/** The conversions that have no doubtful cases; what they do not take they refuse. */
export const CONVERSIONS: Record<string, Operator> = {
  $type: { arity: [1, 1], evaluate: ([arg]) => typeName(arg) },
  $isNumber: { arity: [1, 1], evaluate: ([arg]) => isNumeric(arg) },
  $toBool: convert('bool', (value) => isTruthy(value)),
  $toInt: convert('int', (value) => integer(value, 31n)),
  $toLong: convert('long', (value) => {
    if (value instanceof Date) return BigInt(value.getTime())
    const found = integer(value, 63n)
    return typeof found === 'number' ? BigInt(found) : found
  }),
  $toDouble: convert('double', (value) => {
    if (typeof value === 'boolean') return new Double(Number(value))
    if (isNumeric(value)) return new Double(toNumber(value))
    if (value instanceof Date) return new Double(value.getTime())
    return typeof value === 'string' && DECIMAL.test(value) ? new Double(Number(value)) : undefined
  }),
  $toDecimal: convert('decimal', (value) => {
    if (typeof value === 'boolean') return toDecimal(Number(value))
    if (isNumeric(value)) return toDecimal(value)
    return typeof value === 'string' && DECIMAL.test(value) ? Decimal128.fromString(value) : undefined
  }),
  $toString: convert('string', toText),
  $toObjectId: convert('objectId', (value) => {
    if (value instanceof ObjectId) return value
    return typeof value === 'string' && /^[0-9a-f]{24}$/i.test(value) ? new ObjectId(value) : undefined
  }),
  $toDate: convert('date', (value) => {
    if (value instanceof Date) return value
    if (value instanceof ObjectId) return value.getTimestamp()
    if (typeof value === 'bigint' || value instanceof Double) return validDate(Math.trunc(toNumber(value)))
    return typeof value === 'string' && ISO_DATE.test(value) ? validDate(Date.parse(value)) : undefined
  }),
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const ISO_DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/

function integer(value: Value, bits: bigint): Numeric | undefined {
  if (typeof value === 'boolean') return Number(value)
  let whole: bigint
  if (typeof value === 'string') {
    if (!/^[+-]?\d+$/.test(value)) return undefined
    whole = BigInt(value)
  } else if (isNumeric(value)) {
    const truncated = truncate(value)
    if (truncated === undefined) return undefined
    whole = truncated
  } else return undefined
  const inRange = whole < 2n ** bits && whole >= -(2n ** bits)
  return inRange ? fitInteger(whole, bits === 63n) : undefined
}

function truncate(value: Numeric): bigint | undefined {
  if (value instanceof Decimal128) {
    const { coefficient, exponent, special } = parseDecimal(value)
    if (special !== undefined || exponent > 40) return undefined
    const unit = 10n ** BigInt(Math.abs(exponent))
    return exponent < 0 ? coefficient / unit : coefficient * unit
  }
  if (typeof value === 'bigint') return value
  const double = toNumber(value)
  return Number.isFinite(double) ? BigInt(Math.trunc(double)) : undefined
}

function toText(value: Value): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') {
    return String(value)
  }
  if (value instanceof ObjectId) return value.toHexString()
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Decimal128) return value.toString()
  // Where JavaScript and C++ would write a double alike: up to 15 digits and no exponent.
  if (!(value instanceof Double) || Number(value.value.toPrecision(15)) !== value.value) return undefined
  return /e|[^\d.-]/.test(String(value.value)) ? undefined : String(value.value)
}

function validDate(ms: number): Date | undefined {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? undefined : date
}
