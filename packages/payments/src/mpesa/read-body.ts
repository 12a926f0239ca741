import { PaymentsError } from '../errors.js'
import { money, type Money } from '../money.js'

/** The body of a callback: parsed already, or as text or bytes. Throws `PAYMENTS_CALLBACK_MALFORMED`. */
export function decode(body: unknown, kind: string): unknown {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return body
  try {
    return JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8'))
  } catch {
    // Without the cause, whose message quotes the body.
    throw malformed(kind, 'not JSON')
  }
}

/** An own property, whatever `value` is. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}

/** A number or a text as text; null for everything else, and for nothing. */
export function text(value: unknown): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null
  return typeof value === 'string' && value !== '' && value.length <= 1000 ? value.trim() : null
}

/** Shillings: `1`, `1.0`, `1.00` and `"1.00"` are one. Throws `PAYMENTS_MONEY_INVALID`. */
export function shillings(value: string): Money {
  return money(value.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, ''), 'KES')
}

/** The error for a body that is not what it should be. */
export function malformed(kind: string, what: string, cause?: unknown): PaymentsError {
  return new PaymentsError('PAYMENTS_CALLBACK_MALFORMED', `not ${kind}: ${what}`, { status: 400, cause })
}
