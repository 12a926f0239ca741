import type { Effect } from './draft.js'
import { PaymentsError } from './errors.js'
import type { Observation } from './observation.js'
import type { OutboxEntry, PaymentRecord } from './payment.js'
import type { ProviderTiming } from './provider.js'
import { reduce } from './reduce.js'
import { nextCheckAt } from './schedule.js'
import type { Lease, PaymentStore } from './store.js'

const ROUNDS = 50

/**
 * Loads a payment, changes it and writes it by compare-and-set; after a lost race all over again. A `change` that
 * returns its argument writes nothing. Given a lease, it fails with `PAYMENTS_CONFLICT` once the lease is lost.
 */
export async function update(
  store: PaymentStore,
  id: string,
  change: (record: PaymentRecord, now: Date) => PaymentRecord,
  lease?: Lease,
): Promise<PaymentRecord> {
  let lost: number | undefined
  for (let round = 0; round < ROUNDS; round++) {
    const record = await store.get(id)
    if (!record) throw new PaymentsError('PAYMENTS_NOT_FOUND', `there is no payment ${id}`, { status: 404 })
    // The version stands still and yet our write was refused: the lease is somebody else's by now.
    if (lease && record.version === lost) break
    const next = change(record, await store.now())
    if (next === record) return record
    const expected = { version: record.version, ...(lease && { lease }) }
    if (await store.replace(next, expected)) return next
    lost = record.version
  }
  throw new PaymentsError('PAYMENTS_CONFLICT', `payment ${id} is being changed by somebody else; try again`, {
    status: 409,
  })
}

/** The payment after these facts, with what they oblige us to do in its outbox and the next question scheduled. */
export function observeAll(
  record: PaymentRecord,
  facts: readonly Observation[],
  timing: ProviderTiming,
  now: Date,
): PaymentRecord {
  let next = record
  for (const fact of facts) {
    const reduced = reduce(next, fact)
    if (reduced.next === next) continue
    const due = toOutbox(reduced.effects, now)
    // A new attempt, or a success to be confirmed, is asked about soon again.
    const checks = claims(reduced.next) > claims(next) || fact.status === 'submitting' ? 0 : next.checks
    next = { ...reduced.next, outbox: [...reduced.next.outbox, ...due], checks }
  }
  if (next === record) return record
  return { ...next, nextCheckAt: nextCheckAt(next, timing, now) }
}

/** What is to be told, at once. */
export function toOutbox(effects: readonly Effect[], now: Date): OutboxEntry[] {
  return effects.map((effect) => ({ ...effect, state: 'pending', tries: 0, nextRunAt: now }))
}

function claims(record: PaymentRecord): number {
  return record.attempts.filter(({ claim }) => claim).length
}
