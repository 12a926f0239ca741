import type { Collection as DriverCollection, Document } from 'mongodb'
import { MongoClient } from 'mongodb'
import type { Collection as MongooseCollection } from 'mongoose'
import { startMongo } from '@ementech/sandbox/mongo'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import {
  mongoSessionStore,
  mongoStateStore,
  type SessionCollection,
  type SessionDocument,
  type StateCollection,
  type StateDocument,
} from '../src/mongo.js'
import { sessionStoreContract, stateStoreContract } from '../src/testing.js'

describe('mongoSessionStore()', () => {
  let mongo: Awaited<ReturnType<typeof startMongo>>
  let client: MongoClient

  beforeAll(async () => {
    mongo = await startMongo({ uri: process.env['MONGODB_URI'] })
    client = await MongoClient.connect(mongo.uri)
  })
  afterAll(async () => {
    await client.close()
    await mongo.close()
  })

  const collection = () => client.db('security-test').collection<SessionDocument>('sessions')

  for (const { name, run } of sessionStoreContract(() => mongoSessionStore(collection()))) it(name, run)

  describe('mongoStateStore()', () => {
    const states = () => client.db('security-test').collection<StateDocument>('states')
    for (const { name, run } of stateStoreContract(() => mongoStateStore(states()))) it(name, run)

    it('lets MongoDB drop what has expired', async () => {
      await mongoStateStore(states()).ensureIndexes()
      expect(await states().indexes()).toEqual(
        expect.arrayContaining([expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 })]),
      )
    })

    it('takes the collections of the driver and of Mongoose as they are', () => {
      expectTypeOf<DriverCollection>().toExtend<StateCollection>()
      expectTypeOf<DriverCollection<StateDocument>>().toExtend<StateCollection>()
      expectTypeOf<MongooseCollection>().toExtend<StateCollection>()
    })
  })

  it('makes its indexes, once and again', async () => {
    const store = mongoSessionStore(collection())
    await store.ensureIndexes()
    await store.ensureIndexes()
    const indexes = await collection().indexes()
    expect(indexes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ key: { sub: 1 } }),
        expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }),
      ]),
    )
  })

  it('stores a session as one document, whose id is the session', async () => {
    const { id, ...session } = {
      id: 'session-of-the-document-test',
      sub: 'u1',
      tokenHash: 'h1',
      previousHash: null,
      rotatedAt: new Date(1),
      createdAt: new Date(1),
      expiresAt: new Date(2),
      absoluteExpiresAt: new Date(3),
      userAgent: null,
    }
    const store = mongoSessionStore(collection())
    await store.insert({ id, ...session })
    expect(await collection().findOne({ _id: id })).toEqual({ _id: id, ...session })
    await store.delete(id)
  })

  it('takes the collections of the driver and of Mongoose as they are', () => {
    expectTypeOf<DriverCollection>().toExtend<SessionCollection>()
    expectTypeOf<DriverCollection<Document>>().toExtend<SessionCollection>()
    expectTypeOf<DriverCollection<SessionDocument>>().toExtend<SessionCollection>()
    expectTypeOf<MongooseCollection>().toExtend<SessionCollection>()
    expectTypeOf<MongooseCollection<SessionDocument>>().toExtend<SessionCollection>()
  })
})
