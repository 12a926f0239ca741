import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addMoney,
  compareMoney,
  equalMoney,
  formatMoney,
  fromMinor,
  ISO_EXPONENTS,
  money,
  toDecimal,
  type Money,
} from '../src/index.js'

const anyMoney = fc
  .tuple(fc.maxSafeInteger(), fc.constantFrom(...ISO_EXPONENTS.keys()))
  .map(([minor, currency]): Money => fromMinor(minor === 0 ? 0 : minor, currency))

describe('money', () => {
  test('parses decimals exactly, in the minor unit of the currency', () => {
    expect(money('1500.50', 'KES')).toEqual({ minor: 150050, currency: 'KES' })
    expect(money('1500.5', 'KES')).toEqual({ minor: 150050, currency: 'KES' })
    expect(money('0.1', 'KES').minor + money('0.2', 'KES').minor).toBe(money('0.3', 'KES').minor)
    expect(money('500', 'UGX')).toEqual({ minor: 500, currency: 'UGX' })
    expect(money('1.234', 'KWD')).toEqual({ minor: 1234, currency: 'KWD' })
    expect(money('-2', 'USD')).toEqual({ minor: -200, currency: 'USD' })
    expect(Object.is(money('-0', 'KES').minor, 0)).toBe(true)
  })

  test('refuses more digits than the currency has instead of rounding', () => {
    for (const [text, currency] of [
      ['1.001', 'KES'],
      ['1.0', 'JPY'],
      ['0.12345', 'KWD'],
    ] as const) {
      expect(() => money(text, currency)).toThrow(expect.objectContaining({ code: 'PAYMENTS_MONEY_INVALID' }))
    }
  })

  test.each([
    '',
    ' 1',
    '1,000',
    '1e3',
    '.5',
    '5.',
    '+1',
    '0x10',
    'NaN',
    '1 000',
    '99999999999999999999',
    '½',
  ])('refuses %j', (text) => {
    expect(() => money(text, 'KES')).toThrow(expect.objectContaining({ code: 'PAYMENTS_MONEY_INVALID' }))
  })

  test('refuses what is not a currency, a text or a whole number', () => {
    for (const bad of [
      () => money('1', 'kes'),
      () => money('1', 'XXX'),
      () => money('1', '__proto__'),
      () => money(5 as never, 'KES'),
      () => fromMinor(0.5, 'KES'),
      () => fromMinor(2 ** 53, 'KES'),
      () => addMoney(fromMinor(Number.MAX_SAFE_INTEGER, 'KES'), fromMinor(1, 'KES')),
      () => addMoney(fromMinor(1, 'KES'), fromMinor(1, 'UGX')),
      () => compareMoney(fromMinor(1, 'KES'), fromMinor(1, 'UGX')),
    ]) {
      expect(bad).toThrow(expect.objectContaining({ code: 'PAYMENTS_MONEY_INVALID', status: 400 }))
    }
  })

  test('writes and reads every amount of every currency without loss', () => {
    fc.assert(
      fc.property(anyMoney, (amount) => {
        expect(money(toDecimal(amount), amount.currency)).toEqual(amount)
      }),
    )
  })

  test('formats to the last digit, also where floating point has none', () => {
    const digits = (amount: Money) =>
      formatMoney(amount, 'en-US')
        .replace(/^(-?)\D+/, '$1')
        .replaceAll(',', '')
    expect(formatMoney(money('1500.50', 'KES'), 'en-KE')).toMatch(/1,500\.50/)
    expect(digits(fromMinor(9007199254740991, 'KES'))).toBe('90071992547409.91')
    fc.assert(
      fc.property(anyMoney, (amount) => {
        expect(digits(amount)).toBe(toDecimal(amount))
      }),
    )
  })

  test('compares and adds within one currency', () => {
    expect(equalMoney(money('1', 'KES'), money('1.00', 'KES'))).toBe(true)
    expect(equalMoney(fromMinor(100, 'KES'), fromMinor(100, 'UGX'))).toBe(false)
    expect(compareMoney(money('1', 'KES'), money('2', 'KES'))).toBeLessThan(0)
    expect(addMoney(money('1.10', 'KES'), money('2.20', 'KES'))).toEqual(money('3.30', 'KES'))
  })
})
