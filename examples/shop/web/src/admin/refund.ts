import { onePress } from '../idempotency'
import { authorized } from '../session'
import type { AdminOrder } from '../types'

interface Wish {
  paymentId: string
  attemptId?: string | undefined
  minor: number
  note: string
}

/** Sends money back; pressed twice, it goes once. */
export async function refund(orderId: string, wish: Wish): Promise<AdminOrder> {
  const answer = await onePress(`refund ${orderId} ${JSON.stringify(wish)}`, (idempotencyKey) =>
    authorized<{ order: AdminOrder }>(`/admin/orders/${orderId}/refunds`, {
      body: wish,
      idempotencyKey,
      timeoutMs: 60_000,
    }),
  )
  return answer.order
}
