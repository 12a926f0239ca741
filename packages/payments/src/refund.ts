import type { Money } from './money.js'
import type { Attempt, PaymentRecord } from './payment.js'

/**
 * Where a refund stands.
 *
 * - `created`: stored; the call has provably not been made, and a worker makes it
 * - `submitting`: the call was sent and its outcome is unknown; it is found out, never sent twice
 * - `pending`: the provider has it
 * - `succeeded`: the provider has sent the money; it may still come back (`failed`)
 * - `failed`: the money stayed, or came back: a new refund may be made, under a new key
 * - `canceled`: as `failed`, because somebody stopped it
 * - `review`: no final answer until the deadline: a person must look; it is still asked about
 */
export type RefundStatus =
  'created' | 'submitting' | 'pending' | 'succeeded' | 'failed' | 'canceled' | 'review'

/** Why money is given back. */
export type RefundReason = 'requested_by_customer' | 'duplicate' | 'fraudulent'

/**
 * How M-Pesa gives back: it takes the payment back, whole and by its receipt (`reversal`), or sends as much as is wanted to
 * the payer's phone (`b2c`).
 */
export type RefundMethod = 'reversal' | 'b2c'

/** A refund as applications see it. */
export interface Refund {
  /** Ours, without a colon in it. */
  id: string
  /** Whose money it gives back. */
  attemptId: string
  amount: Money
  status: RefundStatus
  /** Where one was asked for. */
  method?: RefundMethod
  reason?: RefundReason
  /** Who asked for it; absent where it was made in the provider's dashboard. */
  actor?: string
  note?: string
  /** The provider's name for it (`re_...`, a ConversationID); null until we have learnt it. */
  providerRef: string | null
  /** The provider's receipt of the refund itself, where it has one. */
  receipt?: string
  /** Why it failed, or what it waits for, in the provider's words. */
  code?: string
  createdAt: Date
  updatedAt: Date
}

/** A refund as it is stored, in its payment: so that one compare-and-set guards their sum. */
export interface RefundRecord extends Refund {
  /** SHA-256 of what was asked for; null for a refund that we did not make. */
  requestHash: string | null
  /** Sent with the call, so that it can be repeated. */
  idempotencyKey: string
  /** When that key was first used. */
  keyedAt: Date
  /** When the provider is to be asked next, and how often it has been asked. */
  nextCheckAt: Date | null
  checks: number
}

/** Not final: it reserves its amount, and is asked about. */
const OPEN: ReadonlySet<RefundStatus> = new Set<RefundStatus>(['created', 'submitting', 'pending', 'review'])

/** True until the provider has had its last word. */
export function isOpenRefund({ status }: RefundRecord): boolean {
  return OPEN.has(status)
}

/** The refunds of a payment; payments stored before there were any have none. */
export function refundsOf({ refunds = [] }: Pick<PaymentRecord, 'refunds'>): RefundRecord[] {
  return refunds
}

/** What has been given back, and what is on its way, in minor units; of one attempt or of all. */
export function refundSums(
  record: Pick<PaymentRecord, 'refunds'>,
  attemptId?: string,
): { refunded: number; pending: number } {
  const sum = (refunds: RefundRecord[]) => refunds.reduce((total, { amount }) => total + amount.minor, 0)
  const wanted = refundsOf(record).filter(
    (refund) => attemptId === undefined || refund.attemptId === attemptId,
  )
  return {
    refunded: sum(wanted.filter(({ status }) => status === 'succeeded')),
    pending: sum(wanted.filter(isOpenRefund)),
  }
}

/** What an attempt took, in minor units. */
export function capturedBy({ amount }: PaymentRecord, { captured, status }: Attempt): number {
  return captured ?? (status === 'succeeded' ? amount.minor : 0)
}

/** What of it has been neither given back nor promised. */
export function leftOf(record: PaymentRecord, attempt: Attempt): number {
  const { refunded, pending } = refundSums(record, attempt.id)
  return Math.max(0, capturedBy(record, attempt) - refunded - pending)
}

/** The application's view of a stored refund: no bookkeeping. */
export function toRefund(refund: RefundRecord): Refund {
  const {
    id,
    attemptId,
    amount,
    status,
    method,
    reason,
    actor,
    note,
    providerRef,
    receipt,
    code,
    createdAt,
    updatedAt,
  } = refund
  return {
    id,
    attemptId,
    amount,
    status,
    ...(method !== undefined && { method }),
    ...(reason !== undefined && { reason }),
    ...(actor !== undefined && { actor }),
    ...(note !== undefined && { note }),
    providerRef,
    ...(receipt !== undefined && { receipt }),
    ...(code !== undefined && { code }),
    createdAt,
    updatedAt,
  }
}
