import { Decimal128 } from 'bson'

/** A decimal as coefficient * 10^exponent; `special` is NaN or an infinity. */
export interface Parts {
  coefficient: bigint
  exponent: number
  special?: number
}

/** IEEE 754-2008 decimal128 holds 34 digits. */
const DIGITS = 34

/** Takes a Decimal128 apart. */
export function parseDecimal(value: Decimal128): Parts {
  const text = value.toString()
  const match = /^(-?)(\d+)(?:\.(\d*))?(?:E([+-]?\d+))?$/i.exec(text)
  if (!match) return { coefficient: 0n, exponent: 0, special: Number(text) }
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  return { coefficient: BigInt(sign + whole + fraction), exponent: Number(exponent) - fraction.length }
}

/** Puts a decimal together, rounded to 34 digits, half to even as MongoDB does. */
export function formatDecimal({ coefficient, exponent, special }: Parts): Decimal128 {
  if (special !== undefined) return Decimal128.fromString(Number.isNaN(special) ? 'NaN' : String(special))
  const rounded = roundHalfEven(coefficient, Math.max(0, digits(coefficient) - DIGITS))
  return Decimal128.fromString(`${rounded.coefficient}E${exponent + rounded.dropped}`)
}

/** Adds two decimals. */
export function addDecimals(a: Parts, b: Parts): Parts {
  if (a.special !== undefined || b.special !== undefined) {
    return special((a.special ?? 0) + (b.special ?? 0))
  }
  const exponent = Math.min(a.exponent, b.exponent)
  const scale = (part: Parts) => part.coefficient * 10n ** BigInt(part.exponent - exponent)
  return { coefficient: scale(a) + scale(b), exponent }
}

/** Multiplies two decimals. */
export function multiplyDecimals(a: Parts, b: Parts): Parts {
  if (a.special !== undefined || b.special !== undefined) {
    return special((a.special ?? Number(a.coefficient)) * (b.special ?? Number(b.coefficient)))
  }
  return { coefficient: a.coefficient * b.coefficient, exponent: a.exponent + b.exponent }
}

/** Divides two finite decimals, to 34 digits; exact quotients keep no needless zeros. */
export function divideDecimals(a: Parts, b: Parts): Parts {
  if (a.special !== undefined || b.special !== undefined) {
    return special((a.special ?? Number(a.coefficient)) / (b.special ?? Number(b.coefficient)))
  }
  // Two digits more than are kept, and a sticky one so that rounding sees what was cut off.
  const shift = Math.max(0, DIGITS + 2 + digits(b.coefficient) - digits(a.coefficient))
  const numerator = a.coefficient * 10n ** BigInt(shift)
  let coefficient = numerator / b.coefficient
  let exponent = a.exponent - b.exponent - shift
  if (numerator % b.coefficient !== 0n) {
    const away = a.coefficient < 0n === b.coefficient < 0n ? 1n : -1n
    return { coefficient: coefficient * 10n + away, exponent: exponent - 1 }
  }
  const preferred = a.exponent - b.exponent
  while (exponent < preferred && coefficient % 10n === 0n) {
    coefficient /= 10n
    exponent++
  }
  return { coefficient, exponent }
}

/** Rounds away `drop` digits of a coefficient, half to even, and one more if more than `limit` are left. */
export function roundHalfEven(
  coefficient: bigint,
  drop: number,
  limit = DIGITS,
): { coefficient: bigint; dropped: number } {
  if (drop <= 0) return { coefficient, dropped: 0 }
  const unit = 10n ** BigInt(drop)
  let quotient = coefficient / unit
  const rest = coefficient % unit
  const twice = (rest < 0n ? -rest : rest) * 2n
  if (twice > unit || (twice === unit && quotient % 2n !== 0n)) quotient += coefficient < 0n ? -1n : 1n
  // 99...9 may have become 100...0, one digit too many: its last digit is a zero.
  if (digits(quotient) > limit) return { coefficient: quotient / 10n, dropped: drop + 1 }
  return { coefficient: quotient, dropped: drop }
}

function digits(coefficient: bigint): number {
  return String(coefficient < 0n ? -coefficient : coefficient).length
}

function special(value: number): Parts {
  return { coefficient: 0n, exponent: 0, special: value }
}
