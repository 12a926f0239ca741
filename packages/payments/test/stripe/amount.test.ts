import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromMinor, ISO_EXPONENTS, money, type Money } from '../../src/index.js'
import { fromStripeAmount, toStripeAmount } from '../../src/stripe.js'

const refusal = expect.objectContaining({ code: 'PAYMENTS_STRIPE_AMOUNT', status: 400 })

describe('amounts as Stripe counts them', () => {
  test.each([
    ['1500.50', 'KES', 150050],
    ['10', 'USD', 1000],
    ['500', 'JPY', 500],
    ['5', 'UGX', 500],
    ['5', 'ISK', 500],
    ['5', 'MGA', 5],
    ['1.23', 'HUF', 123],
    ['1.23', 'TWD', 123],
    ['5.120', 'KWD', 5120],
    ['5000', 'RWF', 5000],
  ])('%s %s is %i on the wire, and back', (decimal, currency, amount) => {
    const value = money(decimal, currency)
    expect(toStripeAmount(value)).toEqual({ amount, currency: currency.toLowerCase() })
    expect(fromStripeAmount(amount, currency.toLowerCase())).toEqual(value)
  })

  test.each([
    ['5.123', 'KWD'],
    ['5.50', 'MGA'],
    ['5.000', 'IQD'],
    ['5.000', 'LYD'],
    ['5.0000', 'CLF'],
    ['5', 'UYI'],
  ])('%s %s is refused, never rounded', (decimal, currency) => {
    expect(() => toStripeAmount(money(decimal, currency))).toThrow(refusal)
  })

  test('what Stripe never sends is not taken for money', () => {
    for (const [amount, currency] of [
      [550, 'ugx'],
      [1, 'isk'],
      [0.5, 'usd'],
      [Number.NaN, 'usd'],
      [1, '__proto__'],
      [1, 'zzz'],
    ] as const) {
      expect(() => fromStripeAmount(amount, currency)).toThrow(refusal)
    }
    expect(() => toStripeAmount(fromMinor(Number.MAX_SAFE_INTEGER, 'UGX'))).toThrow(refusal)
  })

  test('there and back is the same money, or a refusal; never another amount', () => {
    const anyMoney = fc
      .tuple(fc.integer({ min: 1, max: 10 ** 12 }), fc.constantFrom(...ISO_EXPONENTS.keys()))
      .map(([minor, currency]): Money => fromMinor(minor, currency))
    fc.assert(
      fc.property(anyMoney, (value) => {
        let sent
        try {
          sent = toStripeAmount(value)
        } catch (error) {
          expect(error).toEqual(refusal)
          return
        }
        expect(fromStripeAmount(sent.amount, sent.currency)).toEqual(value)
      }),
      { numRuns: 2000 },
    )
  })
})
