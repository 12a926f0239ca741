import type { Observation } from './observation.js'
import type { Attempt, PaymentRecord } from './payment.js'
import type { Provider } from './provider.js'
import { expiryOf, factsOf, type Reader } from './reader.js'
import { askAgainAt, nextCheckAt, openAttempts } from './schedule.js'
import type { PaymentStore } from './store.js'
import { observeAll, update } from './transition.js'

/** What callbacks never told: every open attempt is asked about, and deadlines are kept. */
export async function checkPayment(
  record: PaymentRecord,
  { store, provider, reader }: { store: PaymentStore; provider: Provider; reader: Reader },
): Promise<PaymentRecord> {
  const { timing } = provider
  const facts: Observation[] = []
  let waitMs: number | undefined

  for (const attempt of openAttempts(record)) {
    const providerRef = attempt.providerRef ?? (await lookFor(record, attempt, provider))
    if (providerRef === undefined) {
      facts.push(...expiryOf(attempt, timing, await store.now()))
      continue
    }
    const answer = await reader.read({ providerRef })
    facts.push(...factsOf({ ...attempt, providerRef }, providerRef, answer, timing, await store.now()))
    if (answer.status === 'unavailable') waitMs = answer.retryAfterMs
  }

  return update(store, record.id, (current, now) => {
    const observed = observeAll(current, facts, timing, now)
    // A question that could not be asked does not count.
    const checks = current.checks + (waitMs === undefined ? 1 : 0)
    const next = { ...observed, checks, version: observed.version + 1 }
    const regular = nextCheckAt(next, timing, now)
    return { ...next, nextCheckAt: waitMs === undefined ? regular : regular && askAgainAt(waitMs, now) }
  })
}

/** The reference of an attempt whose answer was lost, where the provider can be asked for it. */
export async function lookFor(
  { id: paymentId }: PaymentRecord,
  { id: attemptId, startedAt }: Attempt,
  { resume }: Provider,
): Promise<string | undefined> {
  const found = await resume?.find({ paymentId, attemptId, startedAt })
  return found?.status === 'found' ? found.providerRef : undefined
}
