import { ISO_EXPONENTS } from './currencies.js'
import { PaymentsError } from './errors.js'

/** An amount in the minor unit of its currency: `{ minor: 150050, currency: 'KES' }` is KES 1,500.50. */
export interface Money {
  /** A safe integer. KES counts in cents, JPY in yen, KWD in thousandths. */
  readonly minor: number
  /** ISO 4217, upper case. */
  readonly currency: string
}

/**
 * Parses a decimal string: `money('1500.50', 'KES')`. More digits than the currency has are refused, never
 * rounded. Throws `PAYMENTS_MONEY_INVALID`.
 */
export function money(decimal: string, currency: string): Money {
  const exponent = exponentOf(currency)
  const match = typeof decimal === 'string' ? /^(-?)(\d{1,16})(?:\.(\d+))?$/.exec(decimal) : null
  if (!match) throw invalid(`"${String(decimal)}" is not a decimal amount; write it like "1500.50"`)
  const [, sign, whole, fraction = ''] = match
  if (fraction.length > exponent) {
    throw invalid(
      `"${decimal}" has more than the ${exponent} decimals of ${currency}; round it yourself first`,
    )
  }
  const minor = Number(`${sign}${whole}${fraction.padEnd(exponent, '0')}`)
  return fromMinor(minor === 0 ? 0 : minor, currency)
}

/** Money from a count of minor units: `fromMinor(150050, 'KES')`. Throws `PAYMENTS_MONEY_INVALID`. */
export function fromMinor(minor: number, currency: string): Money {
  exponentOf(currency)
  if (!Number.isSafeInteger(minor)) throw invalid(`${String(minor)} is not a whole number of minor units`)
  return { minor, currency }
}

/** The sum of two amounts of one currency. Throws `PAYMENTS_MONEY_INVALID`. */
export function addMoney(a: Money, b: Money): Money {
  assertSameCurrency(a, b)
  return fromMinor(a.minor + b.minor, a.currency)
}

/** Negative, zero or positive, as `a` is less than, equal to or more than `b`. Throws `PAYMENTS_MONEY_INVALID`. */
export function compareMoney(a: Money, b: Money): number {
  assertSameCurrency(a, b)
  return a.minor - b.minor
}

/** True when currency and amount are the same; different currencies are simply not equal. */
export function equalMoney(a: Money, b: Money): boolean {
  return a.currency === b.currency && a.minor === b.minor
}

/** The amount as a plain decimal string, all digits of the currency: `1500.50`. The inverse of {@link money}. */
export function toDecimal(amount: Money): string {
  const exponent = exponentOf(amount.currency)
  const digits = String(Math.abs(amount.minor)).padStart(exponent + 1, '0')
  const sign = amount.minor < 0 ? '-' : ''
  if (exponent === 0) return sign + digits
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`
}

/** The amount for people, exact to the last digit: `formatMoney(amount, 'en-KE')` gives `Ksh 1,500.50`. */
export function formatMoney(amount: Money, locale = 'en-KE'): string {
  const digits = exponentOf(amount.currency)
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: amount.currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  // A string, not a number: Intl formats decimal strings without going through floating point.
  return format.format(toDecimal(amount) as `${number}`)
}

function exponentOf(currency: string): number {
  const exponent = ISO_EXPONENTS.get(currency)
  if (exponent === undefined)
    throw invalid(`"${String(currency)}" is not an ISO 4217 currency code in upper case`)
  return exponent
}

function assertSameCurrency(a: Money, b: Money): void {
  if (a.currency !== b.currency) throw invalid(`${a.currency} and ${b.currency} cannot be added or compared`)
}

function invalid(message: string): PaymentsError {
  return new PaymentsError('PAYMENTS_MONEY_INVALID', message, { status: 400 })
}
