import { z } from 'zod'
import { mpesaReceipt } from '../ids.js'

/** What a person has found out about a payment, or with `refundId` about a refund of it. */
export const decision = {
  refundId: z.string().min(1).max(100).optional(),
  status: z.enum(['succeeded', 'failed']),
  receipt: mpesaReceipt.optional(),
}
