import type { PaymentRecord } from './payment.js'
import type { ProviderTiming } from './provider.js'
import { reduceRefund, type RefundFact } from './reduce-refund.js'
import { isOpenRefund, refundsOf, type RefundRecord, type RefundStatus } from './refund.js'
import { askAgainAt, nextCheckAt } from './schedule.js'
import { toOutbox } from './transition.js'

/** The payment after these facts, with what they oblige us to do in its outbox and the next question scheduled. */
export function observeRefunds(
  record: PaymentRecord,
  facts: readonly RefundFact[],
  timing: ProviderTiming,
  now: Date,
): PaymentRecord {
  let next = record
  for (const fact of facts) {
    const { next: reduced, effects } = reduceRefund(next, fact)
    if (reduced !== next) next = { ...reduced, outbox: [...reduced.outbox, ...toOutbox(effects, now)] }
  }
  return next === record ? record : scheduleRefunds(next, timing, now)
}

/** Every open refund has a time for its next question, final ones have none; `asked` have just had their turn. */
export function scheduleRefunds(
  record: PaymentRecord,
  timing: ProviderTiming,
  now: Date,
  asked: { ids: ReadonlySet<string>; waitMs: number | undefined } = NOBODY,
): PaymentRecord {
  const refunds = refundsOf(record).map((refund): RefundRecord => {
    const hadTurn = asked.ids.has(refund.id)
    if (!isOpenRefund(refund)) return { ...refund, nextCheckAt: null }
    if (refund.nextCheckAt && !hadTurn) return refund
    if (now.getTime() - refund.createdAt.getTime() >= timing.stopAfterMs)
      return { ...refund, nextCheckAt: null }
    // A question that could not be asked does not count.
    if (hadTurn && asked.waitMs !== undefined)
      return { ...refund, nextCheckAt: askAgainAt(asked.waitMs, now) }
    const checks = refund.checks + (hadTurn ? 1 : 0)
    return {
      ...refund,
      checks,
      nextCheckAt: new Date(now.getTime() + delayMs(refund.status, checks, timing)),
    }
  })
  const next = { ...record, refunds }
  return { ...next, nextCheckAt: nextCheckAt(next, timing, now) }
}

const NOBODY = { ids: new Set<string>(), waitMs: undefined }

function delayMs(status: RefundStatus, checks: number, { checkDelaysMs }: ProviderTiming): number {
  const slowest = checkDelaysMs.at(-1)!
  return status === 'review' ? slowest : (checkDelaysMs[checks] ?? slowest)
}
