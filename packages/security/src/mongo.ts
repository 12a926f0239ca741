import type { SessionStore, StoredSession } from './session-store.js'

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
