import type { MemoryStoreOptions } from './memory.js'
import { assertKnownKeys } from './options.js'
import type { Discard, Failure } from './payment.js'
import type { DeadEntry, EntryState, Inbox, InboxEntry, Lease, StoredEntry } from './store.js'

interface Waiting {
  entry: InboxEntry
  state: EntryState
  dueAt: number
  attempts: number
  token: number
  receivedAt: number
  deliveries: number
  errors: Failure[]
  discarded?: Discard
}

interface Turn {
  token: number
  dueAt: number
  cursor: Date | null
}

/** Callbacks in this process's memory: for tests and tools; everything is gone when it ends. */
export function memoryInbox(options: MemoryStoreOptions = {}): Inbox {
  assertKnownKeys('memoryInbox', options, ['clock'])
  const { clock = Date.now } = options
  const entries = new Map<string, Waiting>()
  const sweeps = new Map<string, Turn>()

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
        state: entry.ignored === undefined ? 'pending' : 'ignored',
        dueAt: clock(),
        attempts: 0,
        token: 0,
        receivedAt: clock(),
        deliveries: 1,
        errors: [],
      })
      return 'stored'
    },
    async missing(ids) {
      return ids.filter((id) => !entries.has(id))
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
    async complete(lease, { ignored } = {}) {
      return settle(lease, (held) => {
        held.state = ignored === undefined ? 'done' : 'ignored'
        if (ignored !== undefined) held.entry = { ...held.entry, ignored }
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
      return held ? { ...stateOf(held), entry: structuredClone(held.entry) } : null
    },
    async list({ limit, state, type }) {
      return [...entries.values()]
        .filter((held) => state === undefined || held.state === state)
        .filter(({ entry }) => type === undefined || entry.type === type)
        .sort((a, b) => b.receivedAt - a.receivedAt)
        .slice(0, limit)
        .map((held) => {
          const { raw: _, ...entry } = held.entry
          return { ...stateOf(held), entry }
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
      if (held?.state !== 'dead' && held?.state !== 'ignored') return false
      const { ignored: _, ...entry } = held.entry
      Object.assign(held, { entry, state: 'pending', attempts: 0, dueAt: clock() })
      return true
    },
    async discard(id, { reason, actor }) {
      const held = entries.get(id)
      if (held?.state !== 'dead') return false
      Object.assign(held, { state: 'discarded', discarded: { at: new Date(clock()), reason, actor } })
      return true
    },
    async claimSweep(name, { leaseMs }) {
      const turn = sweeps.get(name) ?? { token: 0, dueAt: 0, cursor: null }
      if (turn.dueAt > clock()) return null
      const next = { ...turn, token: turn.token + 1, dueAt: clock() + leaseMs }
      sweeps.set(name, next)
      return { lease: { id: name, token: next.token }, cursor: next.cursor }
    },
    async setSweep({ id, token }, { dueInMs, cursor }) {
      const turn = sweeps.get(id)
      if (turn?.token !== token) return false
      sweeps.set(id, { token, dueAt: clock() + dueInMs, cursor: cursor ?? turn.cursor })
      return true
    },
  }
}

function stateOf(held: Waiting): Omit<StoredEntry, 'entry'> {
  const { state, attempts, deliveries, errors, discarded } = held
  const [receivedAt, dueAt] = [new Date(held.receivedAt), new Date(held.dueAt)]
  return structuredClone({
    state,
    attempts,
    deliveries,
    receivedAt,
    dueAt,
    errors,
    ...(discarded && { discarded }),
  })
}
