import { MongoClient, MongoServerError, type Collection, type Db, type Document } from 'mongodb'
import { afterAll, beforeAll } from 'vitest'
import { startMongo, type RunningMongo, type StartMongoOptions } from '@ementech/sandbox/mongo'

/** A collection whose documents have fields and an `_id` of any type. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyCollection = Collection<any>

/** What a test file works with: one server, one client, and a new collection for each test. */
export interface Connected {
  mongo: RunningMongo
  client: MongoClient
  db: Db
  collectionOf(docs?: Document[]): Promise<AnyCollection>
}

/** Starts a server before the tests of the file and ends it after them. */
export function connected(options: StartMongoOptions = {}): Connected {
  const shared = {} as Connected
  let count = 0
  beforeAll(async () => {
    shared.mongo = await startMongo(options)
    shared.client = await new MongoClient(shared.mongo.uri, { serverSelectionTimeoutMS: 5000 }).connect()
    shared.db = shared.client.db()
    shared.collectionOf = async (docs = []) => {
      const collection = shared.db.collection(`c${++count}`)
      if (docs.length > 0) await collection.insertMany(docs)
      return collection
    }
  })
  afterAll(async () => {
    await shared.client?.close()
    await shared.mongo?.close()
  })
  return shared
}

/** The code that a command is refused with; `undefined` if it is not. */
export async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => undefined,
    (err: unknown) => err,
  )
  return error instanceof MongoServerError ? error.code : error
}
