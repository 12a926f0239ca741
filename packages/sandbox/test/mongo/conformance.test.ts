import type { Collection, Document } from 'mongodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { ORDERS, PIPELINE_CASES, USERS } from './cases/pipelines.js'
import { QUERY_CASES } from './cases/queries.js'
import { UPDATE_CASES } from './cases/updates.js'
import { codeOf, connected } from './connect.js'

// Runs on the server that MONGODB_URI names, else on the embedded one: it says what MongoDB does, not what we do.
const mongo = connected({ uri: process.env['MONGODB_URI'] })
const collectionOf = (docs: Document[]) => mongo.collectionOf(docs)

describe('a query', () => {
  test.each(QUERY_CASES)('$name', async ({ docs, filter, finds, refusedWith }) => {
    const collection = await collectionOf(docs)
    if (refusedWith !== undefined) {
      expect(await codeOf(collection.find(filter).toArray())).toBe(refusedWith)
      return
    }
    const found = await collection.find(filter).toArray()
    expect(found.map(({ _id }) => _id).sort()).toEqual([...finds!].sort())
  })

  test.each(QUERY_CASES.filter(({ finds }) => finds))(
    'with an index: $name',
    async ({ docs, filter, finds }) => {
      const collection = await collectionOf(docs)
      const paths = Object.keys(filter).filter((path) => !path.startsWith('$') && !/\.\d/.test(path))
      for (const path of paths) await collection.createIndex({ [path]: 1 })
      const found = await collection.find(filter).toArray()
      expect(found.map(({ _id }) => _id).sort()).toEqual([...finds!].sort())
    },
  )
})

describe('an update', () => {
  test.each(UPDATE_CASES)('$name', async ({ before, update, after, filter, arrayFilters, refusedWith }) => {
    const collection = await collectionOf([{ _id: 1, ...before }])
    const options = arrayFilters ? { arrayFilters } : {}
    const work = collection.updateOne({ _id: 1, ...filter } as Document, update, options)
    const raw = { promoteValues: false, promoteLongs: false } as const
    if (refusedWith !== undefined) {
      expect(await codeOf(work)).toBe(refusedWith)
      return
    }
    const original = await collectionOf([{ _id: 1, ...before }])
    const wanted = await collectionOf([{ _id: 1, ...after }])
    const result = await work
    const [is, was, shouldBe] = await Promise.all(
      [collection, original, wanted].map((one) => one.findOne({}, raw)),
    )
    expect(JSON.stringify(is)).toBe(JSON.stringify(shouldBe))
    expect(is).toEqual(shouldBe)
    expect(result.matchedCount).toBe(1)
    expect(result.modifiedCount).toBe(JSON.stringify(is) === JSON.stringify(was) ? 0 : 1)
  })
})

describe('an aggregation', () => {
  let orders: Collection
  beforeAll(async () => {
    orders = mongo.db.collection('orders')
    await orders.insertMany(ORDERS)
    await mongo.db.collection('users').insertMany(USERS)
  })

  test.each(PIPELINE_CASES)('$name', async ({ pipeline, gives, refusedWith }) => {
    const work = orders.aggregate(pipeline).toArray()
    if (refusedWith !== undefined) expect(await codeOf(work)).toBe(refusedWith)
    else expect(await work).toEqual(gives)
  })
})
