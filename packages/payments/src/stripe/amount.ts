import { ISO_EXPONENTS } from '../currencies.js'
import { PaymentsError } from '../errors.js'
import { fromMinor, type Money } from '../money.js'

/** An amount as Stripe's API counts it: not always in ISO minor units. */
export interface StripeAmount {
  readonly amount: number
  /** Lower case. */
  readonly currency: string
}

/**
 * Where Stripe counts otherwise than "ISO says two decimals, so do we": docs.stripe.com/currencies. Decimals on the
 * wire, and the step that every amount must be a multiple of. ISK and UGX are sent with two decimals that must be
 * zero, though UGX is in the list of zero-decimal currencies too; MGA has two decimals by ISO and none at Stripe; of
 * three decimals the last must be zero.
 */
const STRIPE_EXCEPTIONS: readonly { codes: string; exponent: number; step: number }[] = [
  { codes: 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF', exponent: 0, step: 1 },
  { codes: 'ISK UGX', exponent: 2, step: 100 },
  { codes: 'BHD JOD KWD OMR TND', exponent: 3, step: 10 },
]

const EXCEPTIONS = new Map(
  STRIPE_EXCEPTIONS.flatMap(({ codes, ...rule }) => codes.split(' ').map((code) => [code, rule] as const)),
)

/**
 * Money as Stripe wants it: `money('5', 'UGX')` is `{ amount: 500, currency: 'ugx' }`. Never rounds: what Stripe
 * cannot express is refused with `PAYMENTS_STRIPE_AMOUNT`.
 */
export function toStripeAmount({ minor, currency }: Money): StripeAmount {
  const { isoExponent, exponent, step } = ruleOf(currency)
  const amount = shift(minor, exponent - isoExponent)
  if (!Number.isSafeInteger(amount) || amount % step !== 0) {
    const smallest = fromMinor(Math.max(shift(step, isoExponent - exponent), 1), currency).minor
    throw refused(`Stripe takes ${currency} in steps of ${smallest} minor units, and ${minor} is none`)
  }
  return { amount, currency: currency.toLowerCase() }
}

/** The inverse of {@link toStripeAmount}. Throws `PAYMENTS_STRIPE_AMOUNT` for what ISO minor units cannot express. */
export function fromStripeAmount(amount: number, currency: string): Money {
  const code = String(currency).toUpperCase()
  const { isoExponent, exponent } = ruleOf(code)
  const minor = shift(amount, isoExponent - exponent)
  if (!Number.isSafeInteger(minor)) throw refused(`${amount} ${currency} of Stripe is no amount of ${code}`)
  return fromMinor(minor === 0 ? 0 : minor, code)
}

function ruleOf(currency: string): { isoExponent: number; exponent: number; step: number } {
  const isoExponent = ISO_EXPONENTS.get(currency)
  const rule = EXCEPTIONS.get(currency) ?? (isoExponent === 2 ? { exponent: 2, step: 1 } : undefined)
  if (isoExponent === undefined || !rule) throw refused(`Stripe does not take "${currency}"`)
  return { isoExponent, ...rule }
}

/** Whole-number arithmetic only; a remainder becomes NaN. */
function shift(value: number, digits: number): number {
  if (digits >= 0) return value * 10 ** digits
  const divisor = 10 ** -digits
  return value % divisor === 0 ? value / divisor : Number.NaN
}

function refused(message: string): PaymentsError {
  return new PaymentsError('PAYMENTS_STRIPE_AMOUNT', message, { status: 400, outcome: 'not_executed' })
}
