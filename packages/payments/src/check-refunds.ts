import { observeRefunds, scheduleRefunds } from './observe-refunds.js'
import type { PaymentRecord } from './payment.js'
import type { Provider, ProviderTiming } from './provider.js'
import type { RefundFact } from './reduce-refund.js'
import { refundsOf, type RefundRecord } from './refund.js'
import { listedFacts, mayTakeUp, refundedAttempt, takeUpRefund, type RefundDeps } from './submit-refund.js'
import type { Logger } from './logger.js'
import type { PaymentStore } from './store.js'
import { update } from './transition.js'

/** What events never told: refunds that were left half-way are taken up, those on their way are asked about. */
export async function checkRefunds(
  record: PaymentRecord,
  { store, provider, logger }: { store: PaymentStore; provider: Provider; logger: Logger },
): Promise<PaymentRecord> {
  const { timing, refunds } = provider
  const due = dueRefunds(record, await store.now())
  if (due.length === 0) return record

  const { facts, waitMs } = refunds
    ? await ask(record, due, { store, provider: { timing, refunds }, logger })
    : { facts: [], waitMs: undefined }

  const ids = new Set(due.map(({ id }) => id))
  return update(store, record.id, (latest, at) => {
    const read = facts.map((fact) => ({ ...fact, at }))
    const observed = observeRefunds(latest, read, timing, at)
    const late = refundsOf(observed).filter((refund) => ids.has(refund.id) && isOverdue(refund, timing, at))
    const reviewed = observeRefunds(
      observed,
      late.map((refund) => unresolved(refund, at)),
      timing,
      at,
    )
    const next = scheduleRefunds(reviewed, timing, at, { ids, waitMs })
    return { ...next, version: reviewed.version + 1 }
  })
}

/** Refunds whose turn it is. */
export function dueRefunds(record: PaymentRecord, now: Date): RefundRecord[] {
  return refundsOf(record).filter(({ nextCheckAt }) => nextCheckAt !== null && nextCheckAt <= now)
}

/** Those left half-way are called for again; of the others one question is asked for all of an attempt. */
async function ask(record: PaymentRecord, due: RefundRecord[], deps: RefundDeps) {
  const { refunds } = deps.provider
  const halfWay = due.filter((refund) => mayTakeUp(refund, refunds))
  const onTheirWay = due.filter((refund) => !halfWay.includes(refund))
  let current = record
  for (const { id } of halfWay) current = await takeUpRefund(current, id, deps)

  const facts: Omit<RefundFact, 'at'>[] = []
  let waitMs: number | undefined
  const attemptIds = new Set(onTheirWay.map(({ attemptId }) => attemptId))
  for (const attempt of current.attempts.filter(({ id }) => attemptIds.has(id))) {
    const listed = await refunds.list(refundedAttempt(current, attempt))
    facts.push(...listedFacts(attempt.id, listed))
    if (listed.status === 'unavailable') waitMs = listed.retryAfterMs ?? waitMs
  }
  return { facts, waitMs }
}

function isOverdue(
  { status, createdAt }: RefundRecord,
  { reviewAfterMs }: ProviderTiming,
  now: Date,
): boolean {
  const isWaiting = status === 'created' || status === 'submitting' || status === 'pending'
  return isWaiting && now.getTime() - createdAt.getTime() >= reviewAfterMs
}

function unresolved({ id: refundId, attemptId }: RefundRecord, at: Date): RefundFact {
  return { at, evidence: 'timer', attemptId, refundId, status: 'review' }
}
