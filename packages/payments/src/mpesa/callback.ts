import type { Money } from '../money.js'
import { decode, field, malformed, shillings, text } from './read-body.js'
import { stkResult, type StkResult } from './result-codes.js'
import { fromTimestamp } from './timestamp.js'

const KIND = 'an STK callback'

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
  const callback = field(field(decode(body, KIND), 'Body'), 'stkCallback')
  const checkoutRequestId = text(field(callback, 'CheckoutRequestID'))
  const code = text(field(callback, 'ResultCode'))
  if (checkoutRequestId === null) throw malformed(KIND, 'no CheckoutRequestID')
  if (code === null) throw malformed(KIND, 'no ResultCode')

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

/** `Item` is a list, or a single object where there is only one. Named twice with different values: refused. */
function readItems(item: unknown): Map<string, string> {
  const items = new Map<string, string>()
  for (const entry of Array.isArray(item) ? item : [item]) {
    const name = text(field(entry, 'Name'))
    const value = text(field(entry, 'Value'))
    if (name === null || value === null) continue
    if (items.has(name) && items.get(name) !== value) throw malformed(KIND, `two different values of ${name}`)
    items.set(name, value)
  }
  return items
}

function readAmount(value: string): Money {
  try {
    return shillings(value)
  } catch (error) {
    throw malformed(KIND, 'Amount is not an amount of money', error)
  }
}
