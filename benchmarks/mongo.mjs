/**
 * The embedded MongoDB: what an operation costs over loopback, and whether an index keeps it from growing with
 * the collection. `node benchmarks/mongo.mjs`
 */
import { MongoClient } from 'mongodb'
import { startMongo } from '@ementech/sandbox/mongo'

const SMALL = 1_000
const LARGE = 100_000
const ROUNDS = 2_000

const mongo = await startMongo()
const client = await new MongoClient(mongo.uri).connect()
const db = client.db()
const small = await fill('small', SMALL)
const large = await fill('large', LARGE)

const operations = {
  'findOne by _id': (collection, n) => collection.findOne({ _id: n }),
  'findOne by a unique field': (collection, n) => collection.findOne({ email: `user${n}@example.com` }),
  'find 10 by a range, sorted': (collection, n) =>
    collection
      .find({ score: { $gte: n } })
      .sort({ score: 1 })
      .limit(10)
      .toArray(),
  'find 10 by a compound index': (collection, n) =>
    collection
      .find({ group: n % 10 })
      .sort({ score: -1 })
      .limit(10)
      .toArray(),
  'updateOne by a unique field': (collection, n) =>
    collection.updateOne({ email: `user${n}@example.com` }, { $inc: { visits: 1 } }),
  'insertOne and deleteOne': async (collection, n) => {
    await collection.insertOne({ _id: -1 - n, email: `new${n}`, score: n, group: 0 })
    await collection.deleteOne({ _id: -1 - n })
  },
}

const rows = {}
for (const [name, operate] of Object.entries(operations)) {
  // Taken in turns, so that a busy moment of the machine does not fall on one of them.
  await measure(operate, small, SMALL, 300)
  await measure(operate, large, LARGE, 300)
  const times = { small: [], large: [] }
  for (let turn = 0; turn < 5; turn++) {
    times.small.push(await measure(operate, small, SMALL, ROUNDS / 5))
    times.large.push(await measure(operate, large, LARGE, ROUNDS / 5))
  }
  const [one, other] = [median(times.small), median(times.large)]
  rows[name] = {
    [`ms in ${SMALL}`]: one.toFixed(3),
    [`ms in ${LARGE}`]: other.toFixed(3),
    ratio: (other / one).toFixed(2),
  }
}
console.table(rows)
await client.close()
await mongo.close()

async function fill(name, count) {
  const collection = db.collection(name)
  await collection.createIndexes([
    { key: { email: 1 }, unique: true },
    { key: { score: 1 } },
    { key: { group: 1, score: -1 } },
  ])
  for (let at = 0; at < count; at += 1_000) {
    await collection.insertMany(
      Array.from({ length: 1_000 }, (_, i) => ({
        _id: at + i,
        email: `user${at + i}@example.com`,
        score: at + i,
        group: (at + i) % 10,
        visits: 0,
      })),
    )
  }
  return collection
}

async function measure(operate, collection, count, rounds) {
  const start = performance.now()
  for (let at = 0; at < rounds; at++) await operate(collection, (at * 7919) % count)
  return (performance.now() - start) / rounds
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
