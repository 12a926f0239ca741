import { parseReceipt } from '@ementech/payments/mpesa'
import { z } from 'zod'

/** What MongoDB calls a document. */
export const id = z.string().regex(/^[0-9a-f]{24}$/)

/** An order by its id, or by the number that people read out. */
export const orderKey = z.string().regex(/^(?:[0-9a-f]{24}|[2-9A-HJ-NP-Z]{6})$/)

/** What M-Pesa calls a payment, as people type it. */
export const mpesaReceipt = z
  .string()
  .trim()
  .toUpperCase()
  .refine(
    (text) => parseReceipt(text) !== null,
    'is no M-Pesa receipt: ten letters and digits, as in UKQ1AB2CD3',
  )
