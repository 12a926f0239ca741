import { dueAt } from '../due.js'
import type { PaymentRecord } from '../payment.js'
import type { Lease, PaymentStore } from '../store.js'
import { CURRENT, DURABLE, isDuplicateKey, withId, type MongoCollection } from './collection.js'
import { serverClock } from './server-clock.js'

/** A {@link PaymentStore} in MongoDB. */
export interface MongoPaymentStore extends PaymentStore {
  /** Creates the indexes that the worker and the callbacks need. Safe to call at every start. */
  ensureIndexes(): Promise<void>
}

/** Beyond every deadline: sorts and compares like a date on every server, unlike null. */
const NEVER = new Date('9999-12-31T00:00:00Z')
const FREE = new Date(0)

/** Payments in a MongoDB collection; correct without indexes, quick with them (`ensureIndexes()`). */
export function mongoPaymentStore(collection: MongoCollection): MongoPaymentStore {
  const clock = serverClock(collection)

  return {
    now: clock.now,

    async insert(record) {
      const { id, ...fields } = toFields(record)
      try {
        await collection.insertOne(withId(id, { ...fields, leasedUntil: FREE, lease: { token: 0 } }), DURABLE)
        return { inserted: true, record }
      } catch (error) {
        const existing = isDuplicateKey(error) && (await collection.findOne({ _id: id }, CURRENT))
        if (!existing) throw error
        return { inserted: false, record: toRecord(existing) }
      }
    },

    async get(id) {
      const found = await collection.findOne({ _id: id }, CURRENT)
      // The clock's document is no payment.
      return found && 'version' in found ? toRecord(found) : null
    },

    async findByProviderRef(provider, providerRef) {
      const found = await collection.findOne({ provider, 'attempts.providerRef': providerRef }, CURRENT)
      return found && toRecord(found)
    },

    async listByReference(provider, reference) {
      const found = await collection
        .find({ provider, reference }, { ...CURRENT, sort: { createdAt: 1 } })
        .toArray()
      return found.map(toRecord)
    },

    async replace(next, { version, lease }) {
      const { id, ...fields } = toFields(next)
      const filter = { _id: id, version, ...(lease && { 'lease.token': lease.token }) }
      const { matchedCount } = await collection.updateOne(filter, { $set: fields }, DURABLE)
      return matchedCount === 1
    },

    async claim({ owner, leaseMs, exclude }) {
      const now = await clock.now()
      const sentAt = clock.ticks()
      const claimed = await collection.findOneAndUpdate(
        { _id: { $nin: exclude }, dueAt: { $lte: now }, leasedUntil: { $lte: now } },
        {
          $set: { 'lease.owner': owner, leasedUntil: after(now, leaseMs) },
          $inc: { 'lease.token': 1 },
          $currentDate: { 'lease.at': true },
        },
        { sort: { dueAt: 1 }, returnDocument: 'after', ...DURABLE },
      )
      if (!claimed) return null
      const { lease } = claimed as { lease: { token: number; at: Date } }
      clock.learn(lease.at, sentAt)
      const record = toRecord(claimed)
      return { record, lease: { id: record.id, token: lease.token } }
    },

    async extend(lease, leaseMs) {
      const leasedUntil = after(await clock.now(), leaseMs)
      const { matchedCount } = await collection.updateOne(held(lease), { $set: { leasedUntil } }, DURABLE)
      return matchedCount === 1
    },

    async release(lease) {
      await collection.updateOne(held(lease), { $set: { leasedUntil: FREE } }, DURABLE)
    },

    async findDead(limit) {
      const found = await collection
        .find({ 'outbox.state': 'dead' }, { ...CURRENT, limit, sort: { createdAt: 1 } })
        .toArray()
      return found.map(toRecord)
    },

    async listChanged({ since, after, limit }) {
      const later = after && [
        { updatedAt: { $gt: after.updatedAt } },
        { updatedAt: after.updatedAt, _id: { $gt: after.id } },
      ]
      const found = await collection
        .find(
          { updatedAt: { $gte: since }, ...(later && { $or: later }) },
          { ...CURRENT, limit, sort: { updatedAt: 1, _id: 1 } },
        )
        .toArray()
      return found.map(toRecord)
    },

    async ensureIndexes() {
      await collection.createIndex({ dueAt: 1 })
      await collection.createIndex({ 'attempts.providerRef': 1 })
      await collection.createIndex({ reference: 1 })
      await collection.createIndex({ updatedAt: 1, _id: 1 })
      await collection.createIndex({ 'outbox.state': 1 })
    },
  }
}

function held({ id, token }: Lease): object {
  return { _id: id, 'lease.token': token }
}

function after(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms)
}

function toFields(record: PaymentRecord) {
  return { ...record, reviewReason: record.reviewReason ?? null, dueAt: dueAt(record) ?? NEVER }
}

function toRecord(document: object): PaymentRecord {
  const fields: Record<string, unknown> = { ...document }
  const record = { ...fields, id: fields['_id'] } as PaymentRecord & Record<string, unknown>
  for (const kept of ['_id', 'dueAt', 'leasedUntil', 'lease']) delete record[kept]
  if (fields['reviewReason'] === null) delete record.reviewReason
  return record
}
