/**
 * The methods that the stores use. The collections of `mongodb` and of `mongoose` (`connection.collection(name)`,
 * `Model.collection`) fit as they are. Only plain update operators are sent: no update pipelines, no transactions.
 */
export interface MongoCollection {
  insertOne(document: MongoDocument, options?: WriteOptions): Promise<unknown>
  findOne(filter: object, options?: object): Promise<object | null>
  updateOne(filter: object, update: object, options?: WriteOptions): Promise<{ matchedCount: number }>
  findOneAndUpdate(filter: object, update: object, options: FindOneAndUpdateOptions): Promise<object | null>
  find(filter: object, options?: object): { toArray(): Promise<object[]> }
  createIndex(keys: Record<string, 1 | -1>, options?: { expireAfterSeconds?: number }): Promise<string>
}

/** What is stored: our own ids, never ObjectIds. */
export interface MongoDocument {
  // The driver types _id as ObjectId where a collection is not typed; ours are strings.
  _id: never
}

/** Write options that both drivers take. */
export interface WriteOptions {
  writeConcern?: { w: 'majority'; journal: true }
  upsert?: boolean
}

/** Options of `findOneAndUpdate` that both drivers take. */
export interface FindOneAndUpdateOptions extends WriteOptions {
  returnDocument: 'after'
  sort?: Record<string, 1 | -1>
}

/** Acknowledged means: on the disks of a majority. Money is never acknowledged by less. */
export const DURABLE = { writeConcern: { w: 'majority', journal: true } } as const

/** Reads see the last write, whatever the connection prefers: a stale version could never be replaced. */
export const CURRENT = { readPreference: 'primary' } as const

/** A document to insert, with an id of our own. */
export function withId(_id: string, fields: object): MongoDocument {
  return { _id: _id as never, ...fields }
}

/** E11000: the id is taken. */
export function isDuplicateKey(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 11000
}
