import { onePress } from '../idempotency'
import { authorized } from '../session'
import type { AdminOrder, RefundMethod } from '../types'

interface Wish {
  paymentId: string
  attemptId?: string | undefined
  minor: number
  /** M-Pesa's way. */
  method?: RefundMethod | undefined
  note: string
}

/** Sends money back; pressed twice, or by two people who see the same, it goes once. */
export async function refund({ id, refunds }: AdminOrder, wish: Wish): Promise<AdminOrder> {
  const body = { ...wish, seen: refunds.length }
  const answer = await onePress(`refund ${id} ${JSON.stringify(body)}`, (idempotencyKey) =>
    authorized<{ order: AdminOrder }>(`/admin/orders/${id}/refunds`, {
      body,
      idempotencyKey,
      timeoutMs: 60_000,
    }),
  )
  return answer.order
}
