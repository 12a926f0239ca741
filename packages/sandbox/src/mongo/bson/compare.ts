import {
  Decimal128,
  Double,
  type Binary,
  type BSONRegExp,
  type Code,
  type ObjectId,
  type Timestamp,
} from 'bson'
import { parseDecimal, type Parts } from './decimal.js'
import { typeOrder, type Doc, type Numeric, type Value } from './value.js'

/**
 * Compares two values as MongoDB does: by type first, then by value; numbers of all types by their
 * mathematical value, strings by their UTF-8 bytes, documents field by field in order.
 * https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
 */
export function compareValues(a: Value | undefined, b: Value | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b)
  const order = typeOrder(a)
  const difference = order - typeOrder(b)
  if (difference !== 0) return difference
  switch (order) {
    case 10:
      return compareNumbers(a as Numeric, b as Numeric)
    case 15:
      return compareStrings(a as string, b as string)
    case 20:
      return compareDocs(a as Doc, b as Doc)
    case 25:
      return compareArrays(a as Value[], b as Value[])
    case 30:
      return compareBinaries(a as Binary, b as Binary)
    case 35:
      return Buffer.compare((a as ObjectId).id, (b as ObjectId).id)
    case 40:
      return Number(a) - Number(b)
    case 45:
      return (a as Date).getTime() - (b as Date).getTime()
    case 47:
      return (a as Timestamp).t - (b as Timestamp).t || (a as Timestamp).i - (b as Timestamp).i
    case 50: {
      const [left, right] = [a as BSONRegExp, b as BSONRegExp]
      return compareStrings(left.pattern, right.pattern) || compareStrings(left.options, right.options)
    }
    case 60:
      return compareStrings(String((a as Code).code), String((b as Code).code))
    default:
      return 0
  }
}

/** Whether two values are equal for a query: 1, 1.0 and NumberLong(1) are; `{a, b}` and `{b, a}` are not. */
export function equalValues(a: Value | undefined, b: Value | undefined): boolean {
  return compareValues(a, b) === 0
}

/** Compares numbers of any two types exactly; NaN equals NaN and is below every other number. */
export function compareNumbers(a: Numeric, b: Numeric): number {
  const left = a instanceof Double ? a.value : a
  const right = b instanceof Double ? b.value : b
  if (left instanceof Decimal128 || right instanceof Decimal128) return compareExactly(a, b)
  if (left < right) return -1
  if (left > right) return 1
  // Equal, or a NaN is among them.
  return Number(Number.isNaN(right)) - Number(Number.isNaN(left))
}

function compareExactly(a: Numeric, b: Numeric): number {
  const [left, right] = [exactParts(a), exactParts(b)]
  if (left.special !== undefined || right.special !== undefined) {
    return compareNumbers(new Double(left.special ?? 0), new Double(right.special ?? 0))
  }
  const exponent = Math.min(left.exponent, right.exponent)
  const x = left.coefficient * 10n ** BigInt(left.exponent - exponent)
  const y = right.coefficient * 10n ** BigInt(right.exponent - exponent)
  return x < y ? -1 : x > y ? 1 : 0
}

/** The number as coefficient * 10^exponent, without loss; NaN and the infinities as `special`. */
export function exactParts(value: Numeric): Parts {
  if (value instanceof Decimal128) return parseDecimal(value)
  if (typeof value === 'bigint') return { coefficient: value, exponent: 0 }
  let mantissa = value instanceof Double ? value.value : value
  if (!Number.isFinite(mantissa)) return { coefficient: 0n, exponent: 0, special: mantissa }
  let twos = 0
  // A double is an integer over a power of two, and 2^-n is 5^n * 10^-n.
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2
    twos++
  }
  return { coefficient: BigInt(mantissa) * 5n ** BigInt(twos), exponent: -twos }
}

/** Compares by UTF-8 bytes. UTF-16 order differs from it for surrogate pairs only. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)]
    if (x === y) continue
    const [xPair, yPair] = [x >= 0xd800 && x <= 0xdfff, y >= 0xd800 && y <= 0xdfff]
    if (xPair !== yPair) return xPair ? (y >= 0xe000 ? 1 : x - y) : x >= 0xe000 ? -1 : x - y
    return x - y
  }
  return a.length - b.length
}

function compareDocs(a: Doc, b: Doc): number {
  const others = b.entries()
  for (const [name, value] of a) {
    const other = others.next()
    if (other.done) return 1
    const [otherName, otherValue] = other.value
    const difference =
      typeOrder(value) - typeOrder(otherValue) ||
      compareStrings(name, otherName) ||
      compareValues(value, otherValue)
    if (difference !== 0) return difference
  }
  return others.next().done ? 0 : -1
}

function compareArrays(a: Value[], b: Value[]): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const difference = compareValues(a[at], b[at])
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

function compareBinaries(a: Binary, b: Binary): number {
  const [x, y] = [a.value(), b.value()]
  return x.length - y.length || a.sub_type - b.sub_type || Buffer.compare(x, y)
}
