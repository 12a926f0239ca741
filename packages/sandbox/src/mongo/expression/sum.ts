import { Decimal128, Double } from 'bson'
import { divide, fitInteger } from '../bson/arithmetic.js'
import { exactParts } from '../bson/compare.js'
import { addDecimals, formatDecimal, parseDecimal, type Parts } from '../bson/decimal.js'
import { toNumber, type Numeric } from '../bson/value.js'

/**
 * The sum of numbers, of the widest type among them. Doubles are added as MongoDB adds them, with the rounding
 * errors carried along: ten times 0.1 is 1.
 */
export function sum(values: readonly Numeric[]): Numeric {
  let integers = 0n
  let isLong = false
  const doubles: number[] = []
  let decimals: Parts | undefined
  for (const value of values) {
    if (value instanceof Double) doubles.push(value.value)
    else if (value instanceof Decimal128) decimals = addDecimals(decimals ?? ZERO, parseDecimal(value))
    else {
      integers += BigInt(value)
      isLong ||= typeof value === 'bigint'
    }
  }
  if (decimals) {
    return formatDecimal(
      [...doubles.map((value) => exactParts(new Double(value))), parts(integers)].reduce(
        addDecimals,
        decimals,
      ),
    )
  }
  const whole = doubles.length === 0 ? fitInteger(integers, isLong) : undefined
  return whole ?? new Double(addDoubles([...doubles, ...split(integers)]))
}

/** The mean of numbers: a double, or a decimal if one of them is. There has to be one. */
export function average(values: readonly Numeric[]): Numeric {
  const total = sum(values)
  if (total instanceof Decimal128) return divide(total, values.length)
  return new Double(toNumber(total) / values.length)
}

const ZERO: Parts = { coefficient: 0n, exponent: 0 }

function parts(integer: bigint): Parts {
  return { coefficient: integer, exponent: 0 }
}

/** Knuth's two-sum: the sum, and apart from it the sum of what rounding took away. */
function addDoubles(values: readonly number[]): number {
  let total = 0
  let lost = 0
  for (const value of values) {
    const next = total + value
    const rounded = next - value
    lost += total - rounded + (value - (next - rounded))
    total = next
  }
  // With infinities among them the errors are no numbers.
  return Number.isFinite(total) ? total + lost : values.reduce((a, b) => a + b, 0)
}

/** An integer as two doubles that hold it exactly. */
function split(integer: bigint): number[] {
  const high = (integer / 2n ** 32n) * 2n ** 32n
  return [Number(integer - high), Number(high)]
}
