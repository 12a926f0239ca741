import { PaymentsError } from '../errors.js'
import { money, type Money } from '../money.js'
import { stkResult, type StkResult } from './result-codes.js'
import { fromTimestamp } from './timestamp.js'

/** An STK callback, read. `amount`, `receipt`, `paidAt` and `phone` come with success only. */
export interface StkCallback {
  readonly merchantRequestId: string
  readonly checkoutRequestId: string
  readonly result: StkResult
  /** Daraja's words, for logs. */
  readonly resultDesc: string
  readonly amount: Money | null
  readonly receipt: string | null
  readonly paidAt: Date | null
  readonly phone: string | null
}

/**
 * Reads the body of an STK callback: parsed, as text or as bytes. Values are found by name, wherever they stand;
 * numbers may be strings and the other way round; items may lack a value. Throws `PAYMENTS_CALLBACK_MALFORMED`.
 * It proves nothing about who sent it.
 */
export function parseStkCallback(body: unknown): StkCallback {
  const callback = field(field(decode(body), 'Body'), 'stkCallback')
  const checkoutRequestId = text(field(callback, 'CheckoutRequestID'))
  const code = text(field(callback, 'ResultCode'))
  if (checkoutRequestId === null) throw malformed('no CheckoutRequestID')
  if (code === null) throw malformed('no ResultCode')

  const items = readItems(field(field(callback, 'CallbackMetadata'), 'Item'))
  const amount = items.get('Amount')
  const date = items.get('TransactionDate')
  return {
    merchantRequestId: text(field(callback, 'MerchantRequestID')) ?? '',
    checkoutRequestId,
    result: stkResult(code),
    resultDesc: text(field(callback, 'ResultDesc')) ?? '',
    amount: amount === undefined ? null : readAmount(amount),
    receipt: items.get('MpesaReceiptNumber') ?? null,
    paidAt: date === undefined ? null : fromTimestamp(date),
    phone: items.get('PhoneNumber') ?? null,
  }
}

function decode(body: unknown): unknown {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return body
  try {
    return JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8'))
  } catch (error) {
    throw malformed('not JSON', error)
  }
}

/** `Item` is a list, or a single object where there is only one. Named twice with different values: refused. */
function readItems(item: unknown): Map<string, string> {
  const items = new Map<string, string>()
  for (const entry of Array.isArray(item) ? item : [item]) {
    const name = text(field(entry, 'Name'))
    const value = text(field(entry, 'Value'))
    if (name === null || value === null) continue
    if (items.has(name) && items.get(name) !== value) throw malformed(`two different values of ${name}`)
    items.set(name, value)
  }
  return items
}

/** `1`, `1.0`, `1.00` and `"1.00"` are one shilling. */
function readAmount(value: string): Money {
  try {
    return money(value.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, ''), 'KES')
  } catch (error) {
    throw malformed('Amount is not an amount of money', error)
  }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}

function text(value: unknown): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null
  return typeof value === 'string' && value !== '' && value.length <= 1000 ? value.trim() : null
}

function malformed(what: string, cause?: unknown): PaymentsError {
  return new PaymentsError('PAYMENTS_CALLBACK_MALFORMED', `not an STK callback: ${what}`, {
    status: 400,
    cause,
  })
}
