import type { Observation } from './observation.js'
import type { PaymentRecord } from './payment.js'
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
    if (attempt.providerRef === null) {
      facts.push(...expiryOf(attempt, timing, await store.now()))
      continue
    }
    const answer = await reader.read({ providerRef: attempt.providerRef })
    facts.push(...factsOf(attempt, attempt.providerRef, answer, timing, await store.now()))
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
