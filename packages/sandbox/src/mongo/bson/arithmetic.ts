import { Decimal128, Double } from 'bson'
import {
  addDecimals,
  divideDecimals,
  formatDecimal,
  multiplyDecimals,
  parseDecimal,
  type Parts,
} from './decimal.js'
import { toNumber, type Numeric } from './value.js'

const INT32_MAX = 2 ** 31 - 1
const INT64_MAX = 2n ** 63n - 1n

/** Adds two numbers; the result's type is the wider one. `undefined` when an int64 overflows. */
export function add(a: Numeric, b: Numeric): Numeric | undefined {
  return combine(a, b, { integers: (x, y) => x + y, doubles: (x, y) => x + y, decimals: addDecimals })
}

/** Multiplies two numbers; the result's type is the wider one. `undefined` when an int64 overflows. */
export function multiply(a: Numeric, b: Numeric): Numeric | undefined {
  return combine(a, b, { integers: (x, y) => x * y, doubles: (x, y) => x * y, decimals: multiplyDecimals })
}

/** Divides as `$divide` does: into a double, or a decimal when one of them is. The divisor is not zero. */
export function divide(a: Numeric, b: Numeric): Numeric {
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    return formatDecimal(divideDecimals(parseDecimal(toDecimal(a)), parseDecimal(toDecimal(b))))
  }
  return new Double(toNumber(a) / toNumber(b))
}

/** The number with its sign turned. `undefined` when an int64 overflows. */
export function negate(value: Numeric): Numeric | undefined {
  return multiply(value, -1)
}

/** The integer in the smallest type that `wide` allows: int32, or int64 if it must. `undefined` beyond int64. */
export function fitInteger(value: bigint, wide: boolean): Numeric | undefined {
  if (!wide && value <= BigInt(INT32_MAX) && value >= -BigInt(INT32_MAX) - 1n) return Number(value)
  return value <= INT64_MAX && value >= -INT64_MAX - 1n ? value : undefined
}

/**
 * The number as a decimal. A double is taken to 15 digits, which is what it is sure of.
 * https://www.mongodb.com/docs/manual/reference/operator/aggregation/toDecimal/
 */
export function toDecimal(value: Numeric): Decimal128 {
  if (value instanceof Decimal128) return value
  if (!(value instanceof Double)) return Decimal128.fromString(String(value))
  if (!Number.isFinite(value.value)) {
    return formatDecimal({ coefficient: 0n, exponent: 0, special: value.value })
  }
  if (value.value === 0) return Decimal128.fromString(Object.is(value.value, -0) ? '-0' : '0')
  return Decimal128.fromString(value.value.toExponential(14))
}

/** The integer that the number is, if it is one and fits an int64. */
export function toInteger(value: Numeric): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (value instanceof Decimal128) {
    const { coefficient, exponent, special } = parseDecimal(value)
    if (special !== undefined || exponent > 40) return undefined
    const unit = 10n ** BigInt(Math.abs(exponent))
    if (exponent < 0 && coefficient % unit !== 0n) return undefined
    return fitInteger(exponent < 0 ? coefficient / unit : coefficient * unit, true) as bigint | undefined
  }
  const double = toNumber(value)
  return Number.isInteger(double) ? (fitInteger(BigInt(double), true) as bigint | undefined) : undefined
}

interface Operation {
  integers(x: bigint, y: bigint): bigint
  doubles(x: number, y: number): number
  decimals(x: Parts, y: Parts): Parts
}

function combine(a: Numeric, b: Numeric, operation: Operation): Numeric | undefined {
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    return formatDecimal(operation.decimals(parseDecimal(toDecimal(a)), parseDecimal(toDecimal(b))))
  }
  if (a instanceof Double || b instanceof Double) {
    return new Double(operation.doubles(toNumber(a), toNumber(b)))
  }
  return fitInteger(operation.integers(BigInt(a), BigInt(b)), typeof a === 'bigint' || typeof b === 'bigint')
}
