import { PaymentsError } from '../errors.js'

/**
 * A Kenyan mobile number as Daraja wants it: `0712 345 678`, `0112345678`, `+254712345678` and `712345678` all
 * become `2547…` or `2541…`, twelve digits. Throws `PAYMENTS_MPESA_PHONE`, which does not quote the number.
 */
export function normalizePhone(phone: string | number): string {
  const digits = String(phone).replace(/[\s().-]/g, '')
  const match = /^(?:\+?254|0)?([17]\d{8})$/.exec(digits)
  if (match) return `254${match[1]}`
  throw new PaymentsError('PAYMENTS_MPESA_PHONE', 'not a Kenyan mobile number; write it like 0712345678', {
    status: 400,
    outcome: 'not_executed',
  })
}
