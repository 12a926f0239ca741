import type { Observation } from './observation.js'
import type { HistoryEntry, PaymentRecord } from './payment.js'

/** The fact as it is kept: what was observed, and what it did to the status. */
export function historyEntry(
  before: PaymentRecord,
  { payment, fact, note }: { payment: PaymentRecord; fact: Observation; note: string | undefined },
): HistoryEntry {
  return {
    at: fact.at,
    attemptId: fact.attemptId,
    evidence: fact.evidence,
    observed: fact.status,
    from: before.status,
    to: payment.status,
    ...(fact.code !== undefined && { code: fact.code }),
    ...(fact.amount !== undefined && { amount: fact.amount }),
    ...(note !== undefined && { note }),
  }
}

/** True when two entries tell the same news of the same attempt, whenever they were observed. */
export function sameFact(a: HistoryEntry, b: HistoryEntry): boolean {
  return (
    a.attemptId === b.attemptId &&
    a.evidence === b.evidence &&
    a.observed === b.observed &&
    a.code === b.code &&
    a.amount?.minor === b.amount?.minor &&
    a.amount?.currency === b.amount?.currency
  )
}
