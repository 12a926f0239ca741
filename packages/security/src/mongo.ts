import type { SessionStore, StoredSession } from './session-store.js'
import type { StateStore } from './state-store.js'

/** A session as MongoDB holds it. */
export interface SessionDocument extends Omit<StoredSession, 'id'> {
  _id: string
}

/** What the store needs of a collection. The `mongodb` driver's and Mongoose's (`connection.collection(name)`) have it. */
export interface SessionCollection {
  // The driver takes `_id` for an ObjectId where a collection is not typed; ours is a string.
  insertOne(document: Omit<SessionDocument, '_id'> & { _id: never }): Promise<unknown>
  findOne(filter: object): Promise<object | null>
  find(filter: object): { toArray(): Promise<object[]> }
  updateOne(filter: object, update: object): Promise<{ matchedCount: number }>
  deleteOne(filter: object): Promise<{ deletedCount: number }>
  deleteMany(filter: object): Promise<{ deletedCount: number }>
  createIndex(keys: Record<string, 1>, options?: { expireAfterSeconds: number }): Promise<string>
}

/** A session store in MongoDB. */
export interface MongoSessionStore extends SessionStore {
  /** Makes the indexes that the store needs: `{ sub: 1 }`, and `{ expiresAt: 1 }`, by which MongoDB drops what has expired. */
  ensureIndexes(): Promise<void>
}

/**
 * Keeps sessions in a collection of their own. A rotation is one plain update of one document, so it needs neither
 * transactions nor a replica set, and works on every MongoDB-compatible server. The collection must read from the
 * primary, as it does by default: an old copy would make a valid token look used.
 */
export function mongoSessionStore(collection: SessionCollection): MongoSessionStore {
  return {
    async insert({ id, ...session }) {
      await collection.insertOne({ _id: id as never, ...session })
    },
    async find(id) {
      const document = await collection.findOne({ _id: id })
      return document ? toSession(document as SessionDocument) : undefined
    },
    async rotate(id, expectedHash, rotation) {
      const { matchedCount } = await collection.updateOne(
        { _id: id, tokenHash: expectedHash },
        { $set: { ...rotation } },
      )
      return matchedCount === 1
    },
    async delete(id) {
      const { deletedCount } = await collection.deleteOne({ _id: id })
      return deletedCount === 1
    },
    async findBySubject(sub) {
      const documents = await collection.find({ sub }).toArray()
      return documents.map((document) => toSession(document as SessionDocument))
    },
    async deleteBySubject(sub) {
      const { deletedCount } = await collection.deleteMany({ sub })
      return deletedCount
    },
    async ensureIndexes() {
      await collection.createIndex({ sub: 1 })
      await collection.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 })
    },
  }
}

function toSession({ _id, ...session }: SessionDocument): StoredSession {
  return { id: _id, ...session }
}

/** A piece of state as MongoDB holds it. */
export interface StateDocument {
  _id: string
  value: string
  expiresAt: Date
}

/** What the state store needs of a collection. The `mongodb` driver's and Mongoose's (`connection.collection(name)`) have it. */
export type StateCollection = Pick<
  SessionCollection,
  'findOne' | 'updateOne' | 'deleteOne' | 'createIndex'
> & {
  insertOne(document: Omit<StateDocument, '_id'> & { _id: never }): Promise<unknown>
}

/** A state store in MongoDB. */
export interface MongoStateStore extends StateStore {
  /** Makes the index `{ expiresAt: 1 }`, by which MongoDB drops what has expired. */
  ensureIndexes(): Promise<void>
}

/** Keeps state in a collection of its own; every step is one plain write of one document. */
export function mongoStateStore(collection: StateCollection): MongoStateStore {
  return {
    async get(key) {
      const document = (await collection.findOne({ _id: key })) as StateDocument | null
      return document && document.expiresAt.getTime() > Date.now() ? document.value : undefined
    },
    async swap(key, before, after, expiresAt) {
      const now = new Date()
      if (before === undefined)
        return after === undefined ? isAbsent(key, now) : insert(key, after, expiresAt, now)
      const expected = { _id: key, value: before, expiresAt: { $gt: now } }
      if (after === undefined) return (await collection.deleteOne(expected)).deletedCount === 1
      const { matchedCount } = await collection.updateOne(expected, { $set: { value: after, expiresAt } })
      return matchedCount === 1
    },
    async ensureIndexes() {
      await collection.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 })
    },
  }

  async function isAbsent(key: string, now: Date): Promise<boolean> {
    return (await collection.findOne({ _id: key, expiresAt: { $gt: now } })) === null
  }

  /** What has expired may still be there: it is then taken over. */
  async function insert(key: string, value: string, expiresAt: Date, now: Date): Promise<boolean> {
    try {
      await collection.insertOne({ _id: key as never, value, expiresAt })
      return true
    } catch (error) {
      if ((error as { code?: unknown }).code !== 11000) throw error
      const { matchedCount } = await collection.updateOne(
        { _id: key, expiresAt: { $lte: now } },
        { $set: { value, expiresAt } },
      )
      return matchedCount === 1
    }
  }
}
