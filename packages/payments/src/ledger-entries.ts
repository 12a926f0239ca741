import { fromMinor, type Money } from './money.js'
import type { Attempt, PaymentRecord } from './payment.js'
import { capturedBy, refundsOf } from './refund.js'

/** Money that moved, as our payments know it. */
export interface LedgerEntry {
  readonly kind: 'captured' | 'refunded'
  readonly paymentId: string
  readonly reference: string
  readonly attemptId: string
  /** The provider's name for it: the receipt of what was taken, the reference of a refund; null if we never learnt it. */
  readonly ref: string | null
  readonly amount: Money
  /** When we knew that it was taken; when the refund was asked for. */
  readonly at: Date
}

/** Everything that one payment says was taken and given back. */
export function ledgerEntries(record: PaymentRecord): LedgerEntry[] {
  const { id: paymentId, reference, amount } = record
  const captures = record.attempts.flatMap((attempt): LedgerEntry[] => {
    const minor = capturedBy(record, attempt)
    if (minor === 0) return []
    const ref = attempt.receipt ?? null
    const facts = { paymentId, reference, attemptId: attempt.id, ref, at: takenAt(record, attempt) }
    return [{ kind: 'captured', ...facts, amount: fromMinor(minor, amount.currency) }]
  })
  const given = refundsOf(record).filter(({ status }) => status === 'succeeded')
  const refunds = given.map((refund): LedgerEntry => {
    const facts = { paymentId, reference, attemptId: refund.attemptId, ref: refund.providerRef }
    return { kind: 'refunded', ...facts, amount: refund.amount, at: refund.createdAt }
  })
  return [...captures, ...refunds]
}

/** The first news of the success; a payment of long ago may have forgotten it. */
function takenAt({ history, updatedAt }: PaymentRecord, { id }: Attempt): Date {
  return (
    history.find(({ attemptId, observed }) => attemptId === id && observed === 'succeeded')?.at ?? updatedAt
  )
}
