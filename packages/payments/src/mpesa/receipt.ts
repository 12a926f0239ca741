import { createHash } from 'node:crypto'
import { normalizePhone } from './phone.js'

/** The day that an M-Pesa receipt was made, in East Africa Time. */
export interface ReceiptDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

/**
 * What a receipt says of its day: the first three of its ten characters are year (A = 2006), month (A = January) and
 * day (1 to 9, then A = 10). Null if it cannot be a receipt: a check of what people type. Observed, not documented.
 */
export function parseReceipt(receipt: string): ReceiptDate | null {
  const [, y, m, d] = /^([A-Z])([A-L])([1-9A-V])[A-Z0-9]{7}$/.exec(receipt.trim().toUpperCase()) ?? []
  if (!y || !m || !d) return null
  const date = { year: 2006 + letter(y), month: 1 + letter(m), day: d <= '9' ? Number(d) : 10 + letter(d) }
  const daysInMonth = new Date(Date.UTC(date.year, date.month, 0)).getUTCDate()
  return date.day <= daysInMonth ? date : null
}

/**
 * Whether the number of a C2B payment is that of `phone`. M-Pesa sends it hashed (SHA-256, without salt) or masked;
 * a masked one can only be told from numbers that differ in what is shown. Throws `PAYMENTS_MPESA_PHONE`.
 */
export function matchesMsisdn(sent: string, phone: string): boolean {
  const number = normalizePhone(phone)
  const value = sent.replaceAll(' ', '').toLowerCase()
  if (/^[0-9a-f]{64}$/.test(value)) return value === createHash('sha256').update(number).digest('hex')
  const [, start, end] = /^(\d+)\*+(\d+)$/.exec(value) ?? []
  if (start === undefined || end === undefined) return value === number
  return number.startsWith(start) && number.endsWith(end)
}

function letter(character: string): number {
  return character.charCodeAt(0) - 65
}
