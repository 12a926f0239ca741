import type { Discard, Failure, PaymentRecord } from './payment.js'

/** A lease, proved by a fencing token that grows with every claim: an older holder can no longer write. */
export interface Lease {
  readonly id: string
  readonly token: number
}

/** How a claim is made. */
export interface ClaimOptions {
  /** Who claims; for people who read the database. */
  readonly owner: string
  readonly leaseMs: number
  /** Payment ids that are not wanted now (being worked on, or just served). */
  readonly exclude: readonly string[]
}

/**
 * Where payments live. Every write is durable when its promise resolves (majority, journaled), and all times are
 * the store's own: durations go in, deadlines are kept inside. `paymentStoreContract` in `./testing` is the
 * precise description.
 */
export interface PaymentStore {
  /** The store's clock. */
  now(): Promise<Date>
  /** Stores a new payment; if the id is taken, gives the one that is there. */
  insert(record: PaymentRecord): Promise<{ inserted: boolean; record: PaymentRecord }>
  get(id: string): Promise<PaymentRecord | null>
  /** The payment that has this provider reference in one of its attempts. */
  findByProviderRef(provider: string, providerRef: string): Promise<PaymentRecord | null>
  /** All payments of this provider with this `reference`, oldest first. */
  listByReference(provider: string, reference: string): Promise<PaymentRecord[]>
  /** Compare-and-set: writes all of `next` if the stored version is `version` (and the lease, if given, still held). */
  replace(next: PaymentRecord, expected: { version: number; lease?: Lease }): Promise<boolean>
  /** Leases one payment that has something due (a question to the provider, or an outbox entry). */
  claim(options: ClaimOptions): Promise<{ record: PaymentRecord; lease: Lease } | null>
  /** False when the lease is lost. */
  extend(lease: Lease, leaseMs: number): Promise<boolean>
  release(lease: Lease): Promise<void>
  /** Payments with an outbox entry that is dead (and not discarded), oldest first. */
  findDead(limit: number): Promise<PaymentRecord[]>
  /**
   * Payments with `updatedAt` at `since` or later, by `updatedAt` and id. `after` is the last one of the page before: a
   * payment that changes meanwhile comes again, and none is left out.
   */
  listChanged(page: {
    since: Date
    after?: Pick<PaymentRecord, 'updatedAt' | 'id'>
    limit: number
  }): Promise<PaymentRecord[]>
}

/** An authentic callback as it came. */
export interface InboxEntry {
  /** Equal for duplicates: the uniqueness of this id is the deduplication. */
  readonly id: string
  readonly provider: string
  readonly paymentId: string
  readonly attemptId: string
  /** The exact bytes. */
  readonly raw: Uint8Array
  /** Which key proved it; never the key. */
  readonly verifiedBy: string
  /** The provider's name for this kind of callback. */
  readonly type?: string
  /** Why nothing follows from it: no worker gets it. It is kept, and can be replayed by a version that knows more. */
  readonly ignored?: string
}

/** An inbox entry that was claimed, with the number of claims so far (this one included). */
export interface InboxClaim {
  readonly entry: InboxEntry
  readonly lease: Lease
  readonly attempts: number
}

/** A callback that nobody could handle. */
export interface DeadEntry {
  readonly id: string
  readonly paymentId: string
  readonly attempts: number
  readonly error: string
  readonly diedAt: Date
}

/** What became of an inbox entry. Only what is `pending`, or `processing` under a lease that has run out, is claimed. */
export type EntryState = 'pending' | 'processing' | 'done' | 'ignored' | 'dead' | 'discarded'

/** An inbox entry as it stands, for people who look at it. */
export interface StoredEntry {
  readonly entry: InboxEntry
  readonly state: EntryState
  readonly attempts: number
  readonly deliveries: number
  readonly receivedAt: Date
  /** When it is to be tried; when its lease ends; when it died. */
  readonly dueAt: Date
  /** Last 5, oldest first. */
  readonly errors: readonly Failure[]
  readonly discarded?: Discard
}

/** An inbox entry in a list: without its bytes. */
export interface ListedEntry extends Omit<StoredEntry, 'entry'> {
  readonly entry: Omit<InboxEntry, 'raw'>
}

/** The turn at a task that recurs, and that one worker at a time does. */
export interface SweepClaim {
  readonly lease: Lease
  /** What `setSweep` left; null the first time. */
  readonly cursor: Date | null
}

/**
 * Where callbacks wait, durably, between their arrival and their effect. A lease that is lost makes `complete`,
 * `retry`, `bury` and `extend` answer false and change nothing. `inboxContract` in `./testing` is the precise
 * description.
 */
export interface Inbox {
  /** An entry with `ignored` is over at once. */
  insert(entry: InboxEntry): Promise<'stored' | 'duplicate'>
  /** Those of the ids that were never stored. */
  missing(ids: readonly string[]): Promise<string[]>
  /** Leases the entry that is due longest. Counts the attempt at once, so that a crash counts too. */
  claim(options: ClaimOptions): Promise<InboxClaim | null>
  extend(lease: Lease, leaseMs: number): Promise<boolean>
  /** `ignored`: nothing followed from it. */
  complete(lease: Lease, options?: { ignored?: string }): Promise<boolean>
  retry(lease: Lease, options: { delayMs: number; error: string }): Promise<boolean>
  /** Gives the entry back as if it had not been claimed. */
  release(lease: Lease): Promise<boolean>
  bury(lease: Lease, error: string): Promise<boolean>
  find(id: string): Promise<StoredEntry | null>
  /** Received last first. */
  list(filter: { limit: number; state?: EntryState; type?: string }): Promise<ListedEntry[]>
  /** Longest dead first. */
  findDead(limit: number): Promise<DeadEntry[]>
  /** Makes a dead or an ignored entry due again, with its attempts forgotten. False if it is neither. */
  replay(id: string): Promise<boolean>
  /** Puts an end to a dead entry, which is then kept as long as a complete one. False if it is not dead. */
  discard(id: string, why: Omit<Discard, 'at'>): Promise<boolean>
  /** Leases the task of this name if it is due; one that was never set is. */
  claimSweep(name: string, options: Pick<ClaimOptions, 'owner' | 'leaseMs'>): Promise<SweepClaim | null>
  /** When the task is due again: extends the lease, or ends it. Without a cursor it keeps the one it has. */
  setSweep(lease: Lease, options: { dueInMs: number; cursor?: Date }): Promise<boolean>
}
