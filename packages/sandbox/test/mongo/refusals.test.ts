import { Long, MongoClient, type Document } from 'mongodb'
import { describe, expect, test } from 'vitest'
import { codeOf, connected } from './connect.js'

/** What the embedded server does not do, and says so. */
const mongo = connected()
const command = (body: Document) => codeOf(mongo.db.command(body))

describe('a standalone server', () => {
  test('refuses transactions as a standalone MongoDB does', async () => {
    const collection = await mongo.collectionOf([{ _id: 1 }])
    const session = mongo.client.startSession()
    const work = session.withTransaction(() =>
      collection.updateOne({ _id: 1 }, { $set: { a: 1 } }, { session }),
    )
    // The driver has a message of its own for MongoDB's code 20.
    await expect(work).rejects.toMatchObject({ originalError: { code: 20 } })
    await session.endSession()
    expect(await collection.findOne()).toEqual({ _id: 1 })
    expect(await command({ insert: 'c', documents: [{}], txnNumber: Long.fromNumber(1) })).toBe(20)
    expect(await command({ abortTransaction: 1 })).toBe(20)
  })

  test('refuses change streams', async () => {
    const collection = await mongo.collectionOf([{}])
    expect(await codeOf(collection.watch().next())).toBe(40573)
  })

  test('refuses what needs a replica set', async () => {
    expect(await command({ find: 'c', readConcern: { level: 'snapshot' } })).toBe(123)
    expect(await command({ insert: 'c', documents: [{}], writeConcern: { w: 2 } })).toBe(2)
    expect(await command({ find: 'c', readConcern: { level: 'majority' } })).toBeUndefined()
  })
})

describe('nothing is ignored', () => {
  test.each<[string, Document, number]>([
    ['an unknown command', { fly: 1 }, 59],
    ['an unknown field of a command', { find: 'c', foo: 1 }, 40415],
    [
      'an unknown field of an update',
      { update: 'c', updates: [{ q: {}, u: { $set: { a: 1 } }, foo: 1 }] },
      40415,
    ],
    ['an update pipeline', { update: 'c', updates: [{ q: {}, u: [{ $set: { a: 1 } }] }] }, 115],
    ['a collation', { find: 'c', collation: { locale: 'en' } }, 115],
    ['let', { find: 'c', let: { a: 1 } }, 115],
    ['a tailable cursor', { find: 'c', tailable: true }, 115],
    ['$where', { find: 'c', filter: { $where: 'true' } }, 2],
    ['$text without its index', { find: 'c', filter: { $text: { $search: 'x' } } }, 27],
    ['$near', { find: 'c', filter: { a: { $near: [0, 0] } } }, 2],
    ['$jsonSchema', { find: 'c', filter: { $jsonSchema: {} } }, 2],
    ['a positional projection', { find: 'c', projection: { 'a.$': 1 } }, 2],
    ['$out', { aggregate: 'c', pipeline: [{ $out: 'd' }], cursor: {} }, 40324],
    [
      '$lookup with a pipeline',
      { aggregate: 'c', pipeline: [{ $lookup: { from: 'd', pipeline: [], as: 'x' } }], cursor: {} },
      9,
    ],
    ['a validator', { create: 'v', validator: { a: 1 } }, 115],
    ['a capped collection', { create: 'v', capped: true, size: 100 }, 115],
    ['a text index in English', { createIndexes: 'c', indexes: [{ key: { a: 'text' }, name: 'x' }] }, 67],
    ['a hashed index', { createIndexes: 'c', indexes: [{ key: { a: 'hashed' }, name: 'x' }] }, 67],
    ['a wildcard index', { createIndexes: 'c', indexes: [{ key: { '$**': 1 }, name: 'x' }] }, 67],
    ['an unknown index option', { createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'x', foo: 1 }] }, 197],
    [
      'a partial filter with $ne',
      {
        createIndexes: 'c',
        indexes: [{ key: { a: 1 }, name: 'x', partialFilterExpression: { a: { $ne: 1 } } }],
      },
      67,
    ],
    [
      'a regular expression that JavaScript reads otherwise',
      { find: 'c', filter: { a: { $regex: 'a\\Ab' } } },
      51091,
    ],
    ['an empty name of a collection', { find: '' }, 73],
    ['a collection of the system', { insert: 'system.x', documents: [{}] }, 73],
    ['an empty batch', { insert: 'c', documents: [] }, 16],
    ['a limit below zero', { find: 'c', limit: -1 }, 51024],
  ])('%s is refused', async (_name, body, code) => {
    const error = await mongo.db.command(body).catch((err: unknown) => err)
    const reply = error as { code?: number; writeErrors?: { code: number }[] }
    expect(reply.code ?? reply.writeErrors?.[0]?.code).toBe(code)
  })

  test('a hint that names no index is refused', async () => {
    const collection = await mongo.collectionOf([{ a: 1 }])
    expect(await codeOf(collection.find({ a: 1 }).hint('none').toArray())).toBe(2)
    await collection.createIndex({ a: 1 })
    expect(await collection.find({ a: 1 }).hint({ a: 1 }).toArray()).toHaveLength(1)
  })

  test('a document that is too large is refused', async () => {
    const collection = await mongo.collectionOf([{ _id: 1, text: 'x'.repeat(9_000_000) }])
    const more = { $set: { more: 'x'.repeat(9_000_000) } }
    expect(await codeOf(collection.updateOne({ _id: 1 }, more))).toBe(10334)
    expect(await collection.countDocuments({ more: { $exists: true } })).toBe(0)
  })

  test('a document that is nested too deeply is refused', async () => {
    const nest = (depth: number): Document => (depth === 0 ? {} : { a: nest(depth - 1) })
    const collection = await mongo.collectionOf()
    expect(await codeOf(collection.insertOne(nest(181)))).toBe(15)
    expect(await codeOf(collection.insertOne(nest(100)))).toBeUndefined()
  })

  test('a command that takes longer than maxTimeMS is ended', async () => {
    const collection = await mongo.collectionOf(
      Array.from({ length: 30_000 }, (_, n) => ({ text: `${n}`.repeat(20) })),
    )
    const slow = { text: { $regex: '(.*1){6}$' } }
    expect(await codeOf(collection.find(slow, { maxTimeMS: 1 }).toArray())).toBe(50)
  })
})

test('what was not acknowledged (w: 0) is done all the same', async () => {
  const collection = await mongo.collectionOf()
  await collection.insertOne({ _id: 1 }, { writeConcern: { w: 0 } })
  await expect.poll(() => collection.countDocuments()).toBe(1)
})

test('garbage on the socket ends that connection and no other', async () => {
  const { connect } = await import('node:net')
  const socket = connect(Number(new URL(mongo.mongo.uri).port), '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\n\r\n')
  await new Promise((resolve) => socket.once('close', resolve))
  expect(await command({ ping: 1 })).toBeUndefined()
})

test('compression is not negotiated, and a client that wants it works', async () => {
  const client = await new MongoClient(mongo.mongo.uri, { compressors: ['zlib'] }).connect()
  expect(await client.db().command({ ping: 1 })).toMatchObject({ ok: 1 })
  await client.close()
})
