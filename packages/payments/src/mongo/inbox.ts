import { createHash } from 'node:crypto'
import { assertKnownKeys } from '../options.js'
import type { Discard, Failure } from '../payment.js'
import type { DeadEntry, EntryState, Inbox, InboxEntry, Lease, ListedEntry } from '../store.js'
import { CURRENT, DURABLE, isDuplicateKey, withId, type MongoCollection } from './collection.js'
import { serverClock } from './server-clock.js'
import { mongoSweeps } from './sweeps.js'

/** Options of {@link mongoInbox}. */
export interface MongoInboxOptions {
  /**
   * How long a handled or ignored callback is kept, and with it the memory of having seen it. Default 31 days: some
   * providers deliver again for 30.
   */
  retentionMs?: number
}

/** An {@link Inbox} in MongoDB. */
export interface MongoInbox extends Inbox {
  /** Creates the indexes that the worker needs, and the one that removes old entries. Safe to call at every start. */
  ensureIndexes(): Promise<void>
}

interface Document {
  _id: string
  provider: string
  paymentId: string
  attemptId: string
  raw: unknown
  verifiedBy: string
  type?: string
  ignored?: string
  attempts: number
  lease: { token: number; at: Date }
  state: EntryState
  receivedAt: Date
  deliveries: number
  dueAt: Date
  lastError: string | null
  errors?: Failure[]
  discarded?: Discard
}

const OPEN = { $in: ['pending', 'processing'] }
/** Named all: then what is listed is read from an index, in order, and our other documents are not in it. */
const ANY: EntryState[] = ['pending', 'processing', 'done', 'ignored', 'dead', 'discarded']
const DAY_MS = 24 * 60 * 60 * 1000

/** Callbacks in a MongoDB collection; correct without indexes, quick with them (`ensureIndexes()`). */
export function mongoInbox(collection: MongoCollection, options: MongoInboxOptions = {}): MongoInbox {
  assertKnownKeys('mongoInbox', options, ['retentionMs'])
  const { retentionMs = 31 * DAY_MS } = options
  const clock = serverClock(collection)
  const inMs = async (ms: number) => new Date((await clock.now()).getTime() + ms)

  /** The last error, for people who read the database, and the last five. */
  async function failed(message: string) {
    const errors = { $each: [{ at: await inMs(0), message }], $slice: -5 }
    return { set: { lastError: message }, $push: { errors } }
  }

  /** What is over at this moment is kept for so long. */
  function over(state: EntryState, at: Date) {
    return { state, expireAt: new Date(at.getTime() + retentionMs) }
  }

  /** Changes an entry if the lease on it is still held. */
  async function settle(lease: Lease, update: object): Promise<boolean> {
    const filter = { _id: lease.id, state: 'processing', 'lease.token': lease.token }
    const { matchedCount } = await collection.updateOne(filter, update, DURABLE)
    return matchedCount === 1
  }

  return {
    async insert(entry) {
      const { id, raw, ...facts } = entry
      const receivedAt = await clock.now()
      try {
        await collection.insertOne(
          withId(id, {
            ...facts,
            raw: Buffer.from(raw),
            rawSha256: createHash('sha256').update(raw).digest('hex'),
            ...(entry.ignored === undefined ? { state: 'pending' } : over('ignored', receivedAt)),
            dueAt: receivedAt,
            receivedAt,
            deliveries: 1,
            attempts: 0,
            lease: { token: 0 },
            lastError: null,
          }),
          DURABLE,
        )
        return 'stored'
      } catch (error) {
        if (!isDuplicateKey(error)) throw error
        // Waited for: a majority has the first delivery only when it has this later write.
        await collection.updateOne({ _id: id }, { $inc: { deliveries: 1 } }, DURABLE)
        return 'duplicate'
      }
    },
    async missing(ids) {
      const found = await collection
        .find({ _id: { $in: ids } }, { ...CURRENT, projection: { _id: 1 } })
        .toArray()
      const known = new Set((found as Document[]).map(({ _id }) => _id))
      return ids.filter((id) => !known.has(id))
    },

    async claim({ owner, leaseMs, exclude }) {
      const now = await clock.now()
      const sentAt = clock.ticks()
      const claimed = (await collection.findOneAndUpdate(
        { state: OPEN, dueAt: { $lte: now }, paymentId: { $nin: exclude } },
        {
          $set: { state: 'processing', 'lease.owner': owner, dueAt: new Date(now.getTime() + leaseMs) },
          $inc: { attempts: 1, 'lease.token': 1 },
          $currentDate: { 'lease.at': true },
        },
        { sort: { dueAt: 1 }, returnDocument: 'after', ...DURABLE },
      )) as Document | null
      if (!claimed) return null
      clock.learn(claimed.lease.at, sentAt)
      const lease = { id: claimed._id, token: claimed.lease.token }
      return { entry: toEntry(claimed), lease, attempts: claimed.attempts }
    },

    async extend(lease, leaseMs) {
      return settle(lease, { $set: { dueAt: await inMs(leaseMs) } })
    },
    async complete(lease, { ignored } = {}) {
      const doneAt = await inMs(0)
      if (ignored !== undefined)
        return settle(lease, { $set: { ...over('ignored', doneAt), doneAt, ignored } })
      return settle(lease, { $set: { ...over('done', doneAt), doneAt } })
    },
    async retry(lease, { delayMs, error }) {
      const { set, $push } = await failed(error)
      return settle(lease, { $set: { state: 'pending', dueAt: await inMs(delayMs), ...set }, $push })
    },
    async release(lease) {
      return settle(lease, { $set: { state: 'pending', dueAt: await inMs(0) }, $inc: { attempts: -1 } })
    },
    async bury(lease, error) {
      const { set, $push } = await failed(error)
      return settle(lease, { $set: { state: 'dead', dueAt: await inMs(0), ...set }, $push })
    },

    async find(id) {
      const found = (await collection.findOne({ _id: id }, CURRENT)) as Document | null
      return found?.state ? { ...stateOf(found), entry: toEntry(found) } : null
    },
    async list({ limit, state, type }) {
      const filter = { state: state ?? { $in: ANY }, ...(type !== undefined && { type }) }
      const options = { ...CURRENT, limit, sort: { receivedAt: -1 }, projection: { raw: 0 } }
      const found = await collection.find(filter, options).toArray()
      return (found as Document[]).map((one): ListedEntry => ({ ...stateOf(one), entry: factsOf(one) }))
    },
    async findDead(limit) {
      const found = await collection
        .find({ state: 'dead' }, { ...CURRENT, limit, sort: { dueAt: 1 } })
        .toArray()
      return (found as Document[]).map(({ _id, paymentId, attempts, lastError, dueAt }): DeadEntry => {
        return { id: _id, paymentId, attempts, error: lastError ?? '', diedAt: dueAt }
      })
    },
    async replay(id) {
      const filter = { _id: id, state: { $in: ['dead', 'ignored'] } }
      const due = { state: 'pending', attempts: 0, dueAt: await inMs(0) }
      const update = { $set: due, $unset: { ignored: '', expireAt: '', doneAt: '' } }
      const { matchedCount } = await collection.updateOne(filter, update, DURABLE)
      return matchedCount === 1
    },
    async discard(id, { reason, actor }) {
      const discarded = { at: await inMs(0), reason, actor }
      const update = { $set: { ...over('discarded', discarded.at), discarded } }
      const { matchedCount } = await collection.updateOne({ _id: id, state: 'dead' }, update, DURABLE)
      return matchedCount === 1
    },

    ...mongoSweeps(collection, clock),

    async ensureIndexes() {
      await collection.createIndex({ state: 1, dueAt: 1 })
      await collection.createIndex({ state: 1, receivedAt: -1 })
      await collection.createIndex({ expireAt: 1 }, { expireAfterSeconds: 0 })
    },
  }
}

function toEntry(document: Document): InboxEntry {
  return { ...factsOf(document), raw: toBytes(document.raw) }
}

function factsOf(document: Document): Omit<InboxEntry, 'raw'> {
  const { _id: id, provider, paymentId, attemptId, verifiedBy, type, ignored } = document
  const facts = { id, provider, paymentId, attemptId, verifiedBy }
  return { ...facts, ...(type !== undefined && { type }), ...(ignored !== undefined && { ignored }) }
}

function stateOf({ discarded, ...document }: Document): Omit<ListedEntry, 'entry'> {
  const { state, attempts, deliveries, receivedAt, dueAt, errors = [] } = document
  const now = { state, attempts, deliveries, receivedAt, dueAt, errors }
  return discarded ? { ...now, discarded } : now
}

/** Bytes come back as a BSON `Binary`, or as a Buffer where the driver is told to promote them. */
function toBytes(raw: unknown): Uint8Array {
  if (raw instanceof Uint8Array) return raw
  const { buffer, position } = raw as { buffer: Uint8Array; position: number }
  return buffer.subarray(0, position)
}
