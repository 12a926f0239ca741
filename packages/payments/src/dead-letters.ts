import type { Inbox, PaymentStore } from './store.js'
import { update } from './transition.js'

/** A callback or an effect that was tried to the end. */
export interface DeadLetter {
  kind: 'callback' | 'effect'
  /** What `replay` takes: an inbox id, or an effect's key. */
  id: string
  paymentId: string
  error: string
}

/** What could not be done, and the way to try it again. */
export interface DeadLetters {
  list(limit?: number): Promise<DeadLetter[]>
  /** Makes it due again, its attempts forgotten. False if there is no such dead letter. */
  replay(letter: Pick<DeadLetter, 'kind' | 'id' | 'paymentId'>): Promise<boolean>
}

/** Dead callbacks are kept by the inbox, dead effects in their payment's outbox. */
export function deadLetters({
  store,
  inbox,
  onReplay,
}: {
  store: PaymentStore
  inbox: Inbox
  onReplay: () => void
}): DeadLetters {
  return {
    async list(limit = 100) {
      const callbacks = await inbox.findDead(limit)
      const payments = await store.findDead(limit)
      return [
        ...callbacks.map(({ id, paymentId, error }): DeadLetter => ({
          kind: 'callback',
          id,
          paymentId,
          error,
        })),
        ...payments.flatMap(({ id: paymentId, outbox }) =>
          outbox
            .filter(({ state }) => state === 'dead')
            .map(({ key, lastError = '' }): DeadLetter => ({
              kind: 'effect',
              id: key,
              paymentId,
              error: lastError,
            })),
        ),
      ]
    },
    async replay({ kind, id, paymentId }) {
      const replayed = kind === 'callback' ? await inbox.replay(id) : await replayEffect(store, paymentId, id)
      if (replayed) onReplay()
      return replayed
    },
  }
}

async function replayEffect(store: PaymentStore, paymentId: string, key: string): Promise<boolean> {
  let replayed = false
  await update(store, paymentId, (record, now) => {
    replayed = record.outbox.some((entry) => entry.key === key && entry.state === 'dead')
    if (!replayed) return record
    const outbox = record.outbox.map((entry) =>
      entry.key === key ? { ...entry, state: 'pending' as const, tries: 0, nextRunAt: now } : entry,
    )
    return { ...record, outbox, version: record.version + 1 }
  })
  return replayed
}
