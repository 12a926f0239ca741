import type { Dispute, DisputeStatus } from './dispute.js'
import type { Effect } from './draft.js'
import type { PaymentRecord } from './payment.js'
import type { ShownDispute } from './provider-disputes.js'
import type { Reduced } from './reduce.js'

/** One look at one dispute, ready for `reduceDispute`. */
export interface DisputeFact {
  at: Date
  /** When the provider was asked. */
  askedAt: Date
  attemptId: string
  dispute: ShownDispute
}

const KEPT = 64

/** The usual way of a dispute. An appeal goes back on it. */
const PROGRESS: Readonly<Record<DisputeStatus, number>> = {
  warning: 1,
  needs_response: 2,
  under_review: 3,
  won: 4,
  lost: 4,
  closed: 4,
}

/**
 * What a payment becomes when a dispute is seen. Of two looks at the same time the one that is further on the usual way
 * counts; one that began after the last was written is newer, whatever it shows. Pure and total; refunds and the
 * payment's own status are never touched.
 */
export function reduceDispute(payment: PaymentRecord, fact: DisputeFact): Reduced {
  const { at, attemptId, dispute: shown } = fact
  const nothing: Reduced = { next: payment, effects: [] }
  if (shown.amount.currency !== payment.amount.currency) return nothing
  const disputes = payment.disputes ?? []
  const before = disputes.find(({ id }) => id === shown.id)
  const isNewer =
    !before || fact.askedAt > before.updatedAt || PROGRESS[shown.status] > PROGRESS[before.status]
  if (!isNewer || (before && isSame(before, shown))) return nothing

  const after: Dispute = { ...shown, attemptId, createdAt: before?.createdAt ?? at, updatedAt: at }
  const entry = {
    at,
    attemptId,
    evidence: 'read',
    observed: `dispute ${after.status}`,
    note: after.id,
  } as const
  const move = { from: payment.status, to: payment.status, code: after.code, amount: after.amount }
  return {
    next: {
      ...payment,
      disputes: before ? disputes.map((past) => (past === before ? after : past)) : [...disputes, after],
      history: [...payment.history, { ...entry, ...move }].slice(-KEPT),
      version: payment.version + 1,
      updatedAt: at,
    },
    effects: effectsOf(payment, before, after),
  }
}

function isSame(before: Dispute, { status, code, amount, respondBy }: ShownDispute): boolean {
  const isDue = before.respondBy?.getTime() === respondBy?.getTime()
  return before.status === status && before.code === code && before.amount.minor === amount.minor && isDue
}

/** An enquiry and the dispute that it may become are two pieces of news; so are two decisions, after an appeal. */
function effectsOf({ id, outbox }: PaymentRecord, before: Dispute | undefined, after: Dispute): Effect[] {
  const about = { attemptId: after.attemptId, disputeId: after.id }
  const opened = after.status === 'warning' ? `${after.id}:warning` : after.id
  const isOver = PROGRESS[after.status] === PROGRESS.closed
  const effects: Effect[] = []
  if (!isOver || !before) effects.push({ ...about, type: 'disputed', key: `${id}:disputed:${opened}` })
  if (isOver) {
    effects.push({ ...about, type: 'disputeClosed', key: `${id}:disputeClosed:${after.id}:${after.status}` })
  }
  return effects.filter(({ key }) => !outbox.some((entry) => entry.key === key))
}
