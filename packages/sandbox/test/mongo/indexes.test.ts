import { describe, expect, test } from 'vitest'
import { codeOf, connected } from './connect.js'

const mongo = connected({ uri: process.env['MONGODB_URI'], ttlIntervalMs: 50 })

describe('a unique index', () => {
  test('refuses a second document, in the words of MongoDB', async () => {
    const collection = await mongo.collectionOf([{ _id: 1, name: 'x' }])
    await collection.createIndex({ name: 1 }, { unique: true })
    const error = await collection.insertOne({ _id: 2, name: 'x' }).catch((err: unknown) => err)
    expect(error).toMatchObject({
      code: 11000,
      message: `E11000 duplicate key error collection: ${collection.namespace} index: name_1 dup key: { name: "x" }`,
      keyPattern: { name: 1 },
      keyValue: { name: 'x' },
    })
  })

  test('takes 1 and 1.0 for the same, and a missing field for null', async () => {
    const collection = await mongo.collectionOf()
    await collection.createIndex({ a: 1 }, { unique: true })
    await collection.insertMany([{ a: 1 }, {}])
    expect(await codeOf(collection.insertOne({ a: 1.0 }))).toBe(11000)
    expect(await codeOf(collection.insertOne({ a: null }))).toBe(11000)
  })

  test('holds for each element of an array, but not within one document', async () => {
    const collection = await mongo.collectionOf()
    await collection.createIndex({ tags: 1 }, { unique: true })
    await collection.insertOne({ tags: ['a', 'a', 'b'] })
    expect(await codeOf(collection.insertOne({ tags: ['c', 'b'] }))).toBe(11000)
    expect(await codeOf(collection.insertOne({ tags: 'c' }))).toBeUndefined()
  })

  test('holds for updates, which change nothing when refused', async () => {
    const collection = await mongo.collectionOf([
      { _id: 1, a: 1 },
      { _id: 2, a: 2 },
    ])
    await collection.createIndex({ a: 1 }, { unique: true })
    expect(await codeOf(collection.updateOne({ _id: 2 }, { $set: { a: 1, b: 1 } }))).toBe(11000)
    expect(await collection.findOne({ _id: 2 })).toEqual({ _id: 2, a: 2 })
    expect(await codeOf(collection.updateOne({ _id: 2 }, { $set: { a: 2, b: 1 } }))).toBeUndefined()
  })

  test('holds over several fields together', async () => {
    const collection = await mongo.collectionOf([{ a: 1, b: 1 }])
    await collection.createIndex({ a: 1, b: -1 }, { unique: true })
    expect(await codeOf(collection.insertOne({ a: 1, b: 2 }))).toBeUndefined()
    expect(await codeOf(collection.insertOne({ a: 1, b: 1 }))).toBe(11000)
  })

  test('leaves out what has no field if it is sparse', async () => {
    const collection = await mongo.collectionOf()
    await collection.createIndex({ a: 1 }, { unique: true, sparse: true })
    await collection.insertMany([{}, {}])
    await collection.insertOne({ a: null })
    expect(await codeOf(collection.insertOne({ a: null }))).toBe(11000)
    expect(await collection.countDocuments({ a: null })).toBe(3)
  })

  test('holds only where its partial filter does', async () => {
    const collection = await mongo.collectionOf([{ _id: 1, a: 1, active: false }])
    await collection.createIndex({ a: 1 }, { unique: true, partialFilterExpression: { active: true } })
    await collection.insertMany([
      { _id: 2, a: 1, active: false },
      { _id: 3, a: 1, active: true },
    ])
    expect(await codeOf(collection.insertOne({ a: 1, active: true }))).toBe(11000)
    expect(await codeOf(collection.updateOne({ _id: 2 }, { $set: { active: true } }))).toBe(11000)
    expect(await collection.countDocuments({ a: 1 })).toBe(3)
  })

  test('is not made over documents that break it', async () => {
    const collection = await mongo.collectionOf([{ a: 1 }, { a: 1 }])
    expect(await codeOf(collection.createIndex({ a: 1 }, { unique: true }))).toBe(11000)
    expect((await collection.indexes()).length).toBe(1)
  })

  test('lets one of many upserts at the same time insert', async () => {
    const collection = await mongo.collectionOf()
    await collection.createIndex({ key: 1 }, { unique: true })
    const results = await Promise.all(
      Array.from({ length: 20 }, () =>
        collection.updateOne({ key: 'k' }, { $inc: { n: 1 } }, { upsert: true }),
      ),
    )
    expect(results.filter(({ upsertedCount }) => upsertedCount === 1).length).toBe(1)
    expect(await collection.findOne({ key: 'k' })).toMatchObject({ n: 20 })
  })
})

describe('an index', () => {
  test('may be made again as it is, but not otherwise', async () => {
    const collection = await mongo.collectionOf([{}])
    expect(await collection.createIndex({ a: 1 })).toBe('a_1')
    expect(await collection.createIndex({ a: 1 })).toBe('a_1')
    expect(await codeOf(collection.createIndex({ a: 1 }, { name: 'other' }))).toBe(85)
    expect(await codeOf(collection.createIndex({ b: 1 }, { name: 'a_1' }))).toBe(86)
    expect(await codeOf(collection.createIndex({ a: 1 }, { unique: true }))).toBe(86)
  })

  test('is listed with its options and dropped by name', async () => {
    const collection = await mongo.collectionOf([{}])
    await collection.createIndex({ a: 1, b: -1 }, { unique: true, sparse: true })
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 60 })
    expect(await collection.indexes()).toMatchObject([
      { name: '_id_', key: { _id: 1 } },
      { name: 'a_1_b_-1', key: { a: 1, b: -1 }, unique: true, sparse: true },
      { name: 'at_1', expireAfterSeconds: 60 },
    ])
    await collection.dropIndex('at_1')
    expect(await codeOf(collection.dropIndex('at_1'))).toBe(27)
    expect(await codeOf(collection.dropIndex('_id_'))).toBe(72)
  })

  test('takes one array, not two side by side', async () => {
    const collection = await mongo.collectionOf()
    await collection.createIndex({ a: 1, b: 1 })
    expect(await codeOf(collection.insertOne({ a: [1], b: 2 }))).toBeUndefined()
    expect(await codeOf(collection.insertOne({ a: [1], b: [2] }))).toBe(171)
  })

  test('of a collection that does not exist is not found', async () => {
    const collection = await mongo.collectionOf()
    expect(await codeOf(collection.indexes())).toBe(26)
  })

  test('with a lifetime removes what has expired, by the earliest date of an array', async () => {
    const collection = await mongo.collectionOf()
    const [past, future] = [new Date(Date.now() - 60_000), new Date(Date.now() + 600_000)]
    await collection.insertMany([
      { _id: 'past', at: past },
      { _id: 'future', at: future },
      { _id: 'array', at: [future, past] },
      { _id: 'text', at: 'never' },
      { _id: 'none' },
    ])
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 0 })
    const ids = async () => (await collection.find().toArray()).map(({ _id }) => _id)
    await expect.poll(ids, { timeout: 70_000 }).toEqual(['future', 'text', 'none'])
  }, 80_000)
})
