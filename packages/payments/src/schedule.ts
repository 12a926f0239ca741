import type { Attempt, PaymentRecord } from './payment.js'
import type { ProviderTiming } from './provider.js'
import { refundsOf } from './refund.js'
import { IN_FLIGHT, SETTLED_BY_READ } from './states.js'

/** Attempts on which the provider has not had its last word. */
export function openAttempts(record: PaymentRecord): Attempt[] {
  if (record.status === 'review' && !SETTLED_BY_READ.has(record.reviewReason ?? 'mismatch')) return []
  return record.attempts.filter(
    ({ status, claim }) =>
      status !== 'succeeded' && (claim !== undefined || status === 'authorized' || IN_FLIGHT.has(status)),
  )
}

/** When the provider is to be asked next; null when there is nothing left to ask. */
export function nextCheckAt(record: PaymentRecord, timing: ProviderTiming, now: Date): Date | null {
  const times = openAttempts(record)
    .filter((attempt) => now.getTime() - attempt.startedAt.getTime() < timing.stopAfterMs)
    .map((attempt) =>
      // With an idempotency key it can be looked for.
      attempt.providerRef === null && attempt.idempotencyKey === undefined
        ? attempt.startedAt.getTime() + timing.expireAfterMs
        : now.getTime() + delayMs(record, timing),
    )
  times.push(...refundsOf(record).flatMap(({ nextCheckAt: at }) => (at ? [at.getTime()] : [])))
  return times.length === 0 ? null : new Date(Math.min(...times))
}

/**
 * When to repeat a question that a rate limit kept from being asked: as soon as the silence is over, since nothing was
 * learnt. Jittered: those who were turned away together do not come back together.
 */
export function askAgainAt(waitMs: number, now: Date): Date {
  return new Date(now.getTime() + waitMs * (1 + Math.random()))
}

/** True when this attempt's deadline for a final answer has passed. */
export function isOverdue({ claim, startedAt }: Attempt, timing: ProviderTiming, now: Date): boolean {
  const [since, limitMs] = claim ? [claim.at, timing.confirmWithinMs] : [startedAt, timing.reviewAfterMs]
  return now.getTime() - since.getTime() >= limitMs
}

function delayMs({ checks, status }: PaymentRecord, { checkDelaysMs }: ProviderTiming): number {
  const slowest = checkDelaysMs.at(-1)!
  return status === 'review' ? slowest : (checkDelaysMs[checks] ?? slowest)
}
