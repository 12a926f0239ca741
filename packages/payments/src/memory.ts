import { dueAt } from './due.js'
import { assertKnownKeys } from './options.js'
import type { PaymentRecord } from './payment.js'
import type { Lease, PaymentStore } from './store.js'

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
    async listByReference(provider, reference) {
      const found = all()
        .map(({ record }) => record)
        .filter((record) => record.provider === provider && record.reference === reference)
        .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
      return structuredClone(found)
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
    async listChanged({ since, after, limit }) {
      const listed = all()
        .map(({ record }) => record)
        .filter((record) => record.updatedAt >= since && (!after || byChange(record, after) > 0))
        .sort(byChange)
      return structuredClone(listed.slice(0, limit))
    },
  }
}

type Changed = Pick<PaymentRecord, 'updatedAt' | 'id'>

function byChange(a: Changed, b: Changed): number {
  return a.updatedAt.getTime() - b.updatedAt.getTime() || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
