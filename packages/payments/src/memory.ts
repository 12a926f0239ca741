import { dueAt } from './due.js'
import { assertKnownKeys } from './options.js'
import type { Discard, Failure, PaymentRecord } from './payment.js'
import type { DeadEntry, Inbox, InboxEntry, Lease, PaymentStore, StoredEntry } from './store.js'

/** Options of the stores in memory. */
export interface MemoryStoreOptions {
  /** Milliseconds since the epoch. Default `Date.now`. */
  clock?: () => number
}

interface Stored {
  record: PaymentRecord
  token: number
  leasedUntil: number
}

/** Payments in this process's memory: for tests and tools; everything is gone when it ends. */
export function memoryPaymentStore(options: MemoryStoreOptions = {}): PaymentStore {
  assertKnownKeys('memoryPaymentStore', options, ['clock'])
  const { clock = Date.now } = options
  const payments = new Map<string, Stored>()
  const holds = ({ id, token }: Lease) => payments.get(id)?.token === token
  const all = () => [...payments.values()]

  return {
    async now() {
      return new Date(clock())
    },
    async insert(record) {
      const existing = payments.get(record.id)
      if (existing) return { inserted: false, record: structuredClone(existing.record) }
      payments.set(record.id, { record: structuredClone(record), token: 0, leasedUntil: 0 })
      return { inserted: true, record }
    },
    async get(id) {
      return structuredClone(payments.get(id)?.record ?? null)
    },
    async findByProviderRef(provider, providerRef) {
      const found = all().find(
        ({ record }) =>
          record.provider === provider &&
          record.attempts.some((attempt) => attempt.providerRef === providerRef),
      )
      return structuredClone(found?.record ?? null)
    },
    async replace(next, { version, lease }) {
      const stored = payments.get(next.id)
      if (stored?.record.version !== version || (lease && !holds(lease))) return false
      stored.record = structuredClone(next)
      return true
    },
    async claim({ leaseMs, exclude }) {
      const now = clock()
      const due = (stored: Stored) => dueAt(stored.record)?.getTime() ?? Infinity
      const [first] = all()
        .filter(
          (stored) => due(stored) <= now && stored.leasedUntil <= now && !exclude.includes(stored.record.id),
        )
        .sort((a, b) => due(a) - due(b))
      if (!first) return null
      first.token += 1
      first.leasedUntil = now + leaseMs
      return { record: structuredClone(first.record), lease: { id: first.record.id, token: first.token } }
    },
    async extend(lease, leaseMs) {
      if (!holds(lease)) return false
      payments.get(lease.id)!.leasedUntil = clock() + leaseMs
      return true
    },
    async release(lease) {
      if (holds(lease)) payments.get(lease.id)!.leasedUntil = 0
    },
    async findDead(limit) {
      const dead = all()
        .map(({ record }) => record)
        .filter(({ outbox }) => outbox.some(({ state }) => state === 'dead'))
        .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
      return structuredClone(dead.slice(0, limit))
    },
  }
}

interface Waiting {
  entry: InboxEntry
  state: StoredEntry['state']
  dueAt: number
  attempts: number
  token: number
  receivedAt: number
  deliveries: number
  errors: Failure[]
  discarded?: Discard
}

/** Callbacks in this process's memory: for tests and tools; everything is gone when it ends. */
export function memoryInbox(options: MemoryStoreOptions = {}): Inbox {
  assertKnownKeys('memoryInbox', options, ['clock'])
  const { clock = Date.now } = options
  const entries = new Map<string, Waiting>()

  /** Changes an entry if the lease on it is still held. */
  function settle(lease: Lease, change: (held: Waiting) => void): boolean {
    const held = entries.get(lease.id)
    if (held?.state !== 'processing' || held.token !== lease.token) return false
    change(held)
    return true
  }

  function note(held: Waiting, message: string): void {
    held.errors = [...held.errors, { at: new Date(clock()), message }].slice(-5)
  }

  return {
    async insert(entry) {
      const existing = entries.get(entry.id)
      if (existing) {
        existing.deliveries += 1
        return 'duplicate'
      }
      entries.set(entry.id, {
        entry: structuredClone(entry),
        state: 'pending',
        dueAt: clock(),
        attempts: 0,
        token: 0,
        receivedAt: clock(),
        deliveries: 1,
        errors: [],
      })
      return 'stored'
    },
    async claim({ leaseMs, exclude }) {
      const now = clock()
      const [first] = [...entries.values()]
        .filter(({ state, dueAt }) => (state === 'pending' || state === 'processing') && dueAt <= now)
        .filter(({ entry }) => !exclude.includes(entry.paymentId))
        .sort((a, b) => a.dueAt - b.dueAt)
      if (!first) return null
      first.state = 'processing'
      first.dueAt = now + leaseMs
      first.attempts += 1
      first.token += 1
      const lease = { id: first.entry.id, token: first.token }
      return { entry: structuredClone(first.entry), lease, attempts: first.attempts }
    },
    async extend(lease, leaseMs) {
      return settle(lease, (held) => {
        held.dueAt = clock() + leaseMs
      })
    },
    async complete(lease) {
      return settle(lease, (held) => {
        held.state = 'done'
      })
    },
    async retry(lease, { delayMs, error }) {
      return settle(lease, (held) => {
        held.state = 'pending'
        held.dueAt = clock() + delayMs
        note(held, error)
      })
    },
    async release(lease) {
      return settle(lease, (held) => {
        held.state = 'pending'
        held.dueAt = clock()
        held.attempts -= 1
      })
    },
    async bury(lease, error) {
      return settle(lease, (held) => {
        held.state = 'dead'
        held.dueAt = clock()
        note(held, error)
      })
    },
    async find(id) {
      const held = entries.get(id)
      if (!held) return null
      const { entry, state, attempts, deliveries, errors, discarded } = held
      return structuredClone({
        entry,
        state,
        attempts,
        deliveries,
        receivedAt: new Date(held.receivedAt),
        dueAt: new Date(held.dueAt),
        errors,
        ...(discarded && { discarded }),
      })
    },
    async findDead(limit) {
      return [...entries.values()]
        .filter(({ state }) => state === 'dead')
        .sort((a, b) => a.dueAt - b.dueAt)
        .slice(0, limit)
        .map(({ entry: { id, paymentId }, attempts, errors, dueAt }): DeadEntry => {
          return { id, paymentId, attempts, error: errors.at(-1)?.message ?? '', diedAt: new Date(dueAt) }
        })
    },
    async replay(id) {
      const held = entries.get(id)
      if (held?.state !== 'dead') return false
      Object.assign(held, { state: 'pending', attempts: 0, dueAt: clock() })
      return true
    },
    async discard(id, { reason, actor }) {
      const held = entries.get(id)
      if (held?.state !== 'dead') return false
      Object.assign(held, { state: 'discarded', discarded: { at: new Date(clock()), reason, actor } })
      return true
    },
  }
}
