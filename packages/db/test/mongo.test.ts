import { once } from 'node:events'
import { createRequire } from 'node:module'
import { startMongo } from '@ementech/sandbox/mongo'
import mongoose9 from 'mongoose'
import { describe, expect, it } from 'vitest'
import { connectMongo } from '../src/index.js'

const mongoose8 = createRequire(import.meta.url)('mongoose8') as typeof mongoose9

describe.each([
  ['9', mongoose9],
  ['8', mongoose8],
])('connectMongo() to a MongoDB, with mongoose %s', (_version, mongoose) => {
  const orderSchema = new mongoose.Schema({ item: { type: String, unique: true }, quantity: Number })

  it('carries models, and builds their indexes only where asked to', async () => {
    await using server = await startMongo({ uri: process.env['MONGODB_URI'] })
    await using plain = await connectMongo(server.uri, { mongoose })
    const Plain = plain.connection.model('Order', orderSchema)
    await Plain.init()
    await Plain.create({ item: 'flour', quantity: 2 })
    expect(await Plain.findOne({ item: 'flour' }).lean()).toMatchObject({ quantity: 2 })
    expect(Object.keys(await Plain.collection.indexInformation())).toEqual(['_id_'])

    await using eager = await connectMongo(server.uri, { mongoose, autoIndex: true })
    const Eager = eager.connection.model('Order', orderSchema)
    await Eager.init()
    expect(Object.keys(await Eager.collection.indexInformation())).toContain('item_1')
    await expect(Eager.create({ item: 'flour' })).rejects.toMatchObject({ code: 11000 })
  })

  it('serves many more operations than it has connections', async () => {
    await using server = await startMongo({ uri: process.env['MONGODB_URI'] })
    await using mongo = await connectMongo(server.uri, { mongoose, maxPoolSize: 3 })
    const numbers = mongo.connection.db!.collection('numbers')
    await Promise.all(Array.from({ length: 200 }, (_, i) => numbers.insertOne({ i })))
    expect(await numbers.countDocuments()).toBe(200)
    const { pool } = mongo.stats()
    expect(pool.open).toBeLessThanOrEqual(3)
    expect(pool).toMatchObject({ inUse: 0, waiting: 0, checkOutFailed: 0 })
    expect(pool.checkedOut).toBeGreaterThan(200)
  })

  it('works on after its server was killed and started again', async () => {
    const first = await startMongo()
    const { port } = new URL(first.uri)
    await using mongo = await connectMongo(first.uri, {
      mongoose,
      serverSelectionTimeoutMS: 100,
      driverOptions: { heartbeatFrequencyMS: 500 },
    })
    await mongo.check()
    const reconnected = once(mongo.connection, 'reconnected')
    process.kill(first.pid!, 'SIGKILL')
    await expect(untilItFails(mongo.check)).resolves.toMatchObject({ code: 'DB_UNAVAILABLE' })
    await first.close()
    await using _second = await startMongo({ port: Number(port) })
    await reconnected
    await mongo.check()
    await mongo.connection.db!.collection('orders').insertOne({ item: 'flour' })
  })
})

async function untilItFails(check: () => Promise<void>): Promise<unknown> {
  for (;;) {
    try {
      await check()
    } catch (err) {
      return err
    }
  }
}
