import { Long, MongoBulkWriteError, ObjectId } from 'mongodb'
import { describe, expect, test } from 'vitest'
import { codeOf, connected } from './connect.js'

const mongo = connected({ uri: process.env['MONGODB_URI'] })

describe('an insert', () => {
  test('puts the _id in front', async () => {
    const collection = await mongo.collectionOf()
    await collection.insertOne({ a: 1, _id: 7 })
    expect(Object.keys((await collection.findOne())!)).toEqual(['_id', 'a'])
  })

  test('stops at the first error if ordered, and goes on if not', async () => {
    const docs = [{ _id: 1 }, { _id: 1 }, { _id: 2 }]
    const ordered = await mongo.collectionOf()
    const error = await ordered.insertMany(docs).catch((err: unknown) => err)
    expect(error).toBeInstanceOf(MongoBulkWriteError)
    expect(error).toMatchObject({ insertedCount: 1, writeErrors: [{ index: 1, code: 11000 }] })
    const unordered = await mongo.collectionOf()
    expect(await unordered.insertMany(docs, { ordered: false }).catch((err: unknown) => err)).toMatchObject({
      insertedCount: 2,
    })
  })

  test('refuses an array as _id', async () => {
    const collection = await mongo.collectionOf()
    expect(await codeOf(collection.insertOne({ _id: [1] }))).toBe(53)
  })

  test('keeps big integers and the order of fields', async () => {
    const collection = await mongo.collectionOf()
    await collection.insertOne({ _id: 1, z: Long.MAX_VALUE, a: { y: 1, x: 2 } })
    const found = await collection.findOne({}, { promoteLongs: false })
    expect(found).toEqual({ _id: 1, z: Long.MAX_VALUE, a: { y: 1, x: 2 } })
    expect(Object.keys(found!['a'])).toEqual(['y', 'x'])
  })
})

describe('an upsert', () => {
  test('starts from the equalities of the query', async () => {
    const collection = await mongo.collectionOf()
    const filter = { email: 'x', 'a.b': 1, n: { $gt: 5 }, $and: [{ c: { $eq: 2 } }] }
    const result = await collection.updateOne(
      filter,
      { $set: { d: 3 }, $setOnInsert: { e: 4 } },
      { upsert: true },
    )
    expect(result).toMatchObject({ matchedCount: 0, modifiedCount: 0, upsertedCount: 1 })
    const found = await collection.findOne({ _id: result.upsertedId })
    expect(found).toEqual({ _id: expect.any(ObjectId), email: 'x', a: { b: 1 }, c: 2, d: 3, e: 4 })
  })

  test('takes the _id of the query', async () => {
    const collection = await mongo.collectionOf()
    await collection.updateOne({ _id: 'me' }, { $inc: { n: 1 } }, { upsert: true })
    await collection.replaceOne({ _id: 'you' }, { n: 2 }, { upsert: true })
    expect(await collection.find().toArray()).toEqual([
      { _id: 'me', n: 1 },
      { _id: 'you', n: 2 },
    ])
  })

  test('is refused where the query names a field twice', async () => {
    const collection = await mongo.collectionOf()
    const work = collection.updateOne({ $and: [{ a: 1 }, { a: 2 }] }, { $set: { b: 1 } }, { upsert: true })
    expect(await codeOf(work)).toBe(54)
  })
})

describe('a replacement', () => {
  test('keeps the _id and counts only a change', async () => {
    const collection = await mongo.collectionOf([{ _id: 1, a: 1 }])
    expect(await collection.replaceOne({ _id: 1 }, { a: 1 })).toMatchObject({
      matchedCount: 1,
      modifiedCount: 0,
    })
    expect(await collection.replaceOne({ _id: 1 }, { b: 1 })).toMatchObject({ modifiedCount: 1 })
    expect(await collection.findOne()).toEqual({ _id: 1, b: 1 })
    expect(await codeOf(collection.replaceOne({ _id: 1 }, { _id: 2 }))).toBe(66)
  })
})

describe('findOneAnd...', () => {
  const docs = [
    { _id: 1, n: 1 },
    { _id: 2, n: 3 },
    { _id: 3, n: 2 },
  ]

  test('takes the first by the sort, and answers before or after', async () => {
    const collection = await mongo.collectionOf(docs)
    const before = await collection.findOneAndUpdate({}, { $inc: { n: 10 } }, { sort: { n: -1 } })
    expect(before).toEqual({ _id: 2, n: 3 })
    const after = await collection.findOneAndUpdate(
      { _id: 1 },
      { $inc: { n: 10 } },
      { returnDocument: 'after', projection: { n: 1, _id: 0 } },
    )
    expect(after).toEqual({ n: 11 })
  })

  test('tells what it did', async () => {
    const collection = await mongo.collectionOf(docs)
    const found = await collection.findOneAndUpdate(
      { _id: 9 },
      { $set: { n: 1 } },
      { upsert: true, includeResultMetadata: true },
    )
    expect(found).toMatchObject({
      value: null,
      lastErrorObject: { n: 1, updatedExisting: false, upserted: 9 },
    })
    expect(await collection.findOneAndDelete({ _id: 9 })).toEqual({ _id: 9, n: 1 })
    expect(await collection.findOneAndDelete({ _id: 9 })).toBeNull()
    expect(await collection.findOneAndReplace({ _id: 1 }, { m: 1 }, { returnDocument: 'after' })).toEqual({
      _id: 1,
      m: 1,
    })
  })

  test('gives each of many claimants another document', async () => {
    const collection = await mongo.collectionOf(
      Array.from({ length: 30 }, (_, _id) => ({ _id, owner: null })),
    )
    const claims = await Promise.all(
      Array.from({ length: 40 }, (_, owner) =>
        collection.findOneAndUpdate({ owner: null }, { $set: { owner } }, { sort: { _id: 1 } }),
      ),
    )
    const ids = claims.flatMap((claim) => (claim ? [claim._id] : []))
    expect(new Set(ids).size).toBe(30)
    expect(ids.length).toBe(30)
  })
})

describe('a cursor', () => {
  test('gives everything in batches, once', async () => {
    const collection = await mongo.collectionOf(Array.from({ length: 350 }, (_, _id) => ({ _id })))
    const seen: unknown[] = []
    for await (const { _id } of collection.find().sort({ _id: -1 }).batchSize(7)) seen.push(_id)
    expect(seen).toEqual(Array.from({ length: 350 }, (_, at) => 349 - at))
  })

  test('is not found once it was killed', async () => {
    const collection = await mongo.collectionOf(Array.from({ length: 10 }, (_, _id) => ({ _id })))
    const { cursor } = await mongo.db.command(
      { find: collection.collectionName, batchSize: 2 },
      { promoteLongs: false },
    )
    await mongo.db.command({ killCursors: collection.collectionName, cursors: [cursor.id] })
    expect(
      await codeOf(mongo.db.command({ getMore: cursor.id, collection: collection.collectionName })),
    ).toBe(43)
  })

  test('projects', async () => {
    const collection = await mongo.collectionOf([
      {
        _id: 1,
        a: 1,
        b: { c: 2, d: 3 },
        list: [1, 2, 3],
        items: [
          { k: 1, v: 1 },
          { k: 2, v: 2 },
        ],
      },
    ])
    const project = (projection: object) => collection.findOne({}, { projection })
    expect(await project({ 'b.c': 1 })).toEqual({ _id: 1, b: { c: 2 } })
    expect(await project({ _id: 0, b: 0, items: 0 })).toEqual({ a: 1, list: [1, 2, 3] })
    expect(await project({ 'items.v': 1, _id: 0 })).toEqual({ items: [{ v: 1 }, { v: 2 }] })
    expect(await project({ list: { $slice: -2 }, a: 1 })).toEqual({ _id: 1, a: 1, list: [2, 3] })
    expect(await project({ items: { $elemMatch: { k: 2 } } })).toEqual({ _id: 1, items: [{ k: 2, v: 2 }] })
    expect(await codeOf(project({ a: 1, b: 0 }))).toBe(31254)
  })

  test('sorts by type, then by value', async () => {
    const collection = await mongo.collectionOf([
      { _id: 1, a: 'b' },
      { _id: 2, a: 2 },
      { _id: 3 },
      { _id: 4, a: [9, 0] },
      { _id: 5, a: { x: 1 } },
      { _id: 6, a: true },
    ])
    const ids = async (direction: 1 | -1) =>
      (await collection.find().sort({ a: direction }).toArray()).map(({ _id }) => _id)
    expect(await ids(1)).toEqual([3, 4, 2, 1, 5, 6])
    expect(await ids(-1)).toEqual([6, 5, 1, 4, 2, 3])
  })
})

test('distinct takes arrays apart, one level', async () => {
  const collection = await mongo.collectionOf([
    { a: [1, 2], b: [{ c: [1, 2] }, { c: 3 }] },
    { a: 2 },
    { a: [[1]] },
  ])
  expect(await collection.distinct('a')).toEqual([1, 2, [1]])
  expect(await collection.distinct('b.c')).toEqual([1, 2, 3])
})

test('databases and collections are listed and dropped', async () => {
  const collection = await mongo.collectionOf([{}])
  const names = async () => (await mongo.db.listCollections().toArray()).map(({ name }) => name)
  expect(await names()).toContain(collection.collectionName)
  await collection.drop()
  expect(await names()).not.toContain(collection.collectionName)
  const { databases } = await mongo.client.db().admin().listDatabases()
  expect(databases.map(({ name }) => name)).toContain(mongo.db.databaseName)
})
