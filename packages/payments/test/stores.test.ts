import { startMongo, type RunningMongo } from '@ementech/sandbox/mongo'
import { MongoClient } from 'mongodb'
import mongoose from 'mongoose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryInbox, memoryPaymentStore } from '../src/index.js'
import { mongoInbox, mongoPaymentStore } from '../src/mongo.js'
import { inboxContract, paymentStoreContract } from '../src/testing.js'

describe('memoryPaymentStore', () => {
  for (const { name, run } of paymentStoreContract(() => memoryPaymentStore())) test(name, run)
})

describe('memoryInbox', () => {
  for (const { name, run } of inboxContract(() => memoryInbox())) test(name, run)
})

describe('on MongoDB', () => {
  const commands: { commandName: string; command: Record<string, unknown> }[] = []
  let mongo: RunningMongo
  let client: MongoClient
  let count = 0
  beforeAll(async () => {
    mongo = await startMongo({ uri: process.env['MONGODB_URI'] })
    client = await new MongoClient(mongo.uri, { monitorCommands: true }).connect()
    client.on('commandStarted', (event) => commands.push(event))
  })
  afterAll(async () => {
    await client.close()
    await mongo.close()
  })
  const collection = (name: string) => client.db().collection(`${name}${++count}`)
  async function newStore() {
    const store = mongoPaymentStore(collection('payments'))
    await store.ensureIndexes()
    return store
  }
  async function newInbox() {
    const inbox = mongoInbox(collection('inbox'))
    await inbox.ensureIndexes()
    return inbox
  }

  describe('mongoPaymentStore', () => {
    for (const { name, run } of paymentStoreContract(newStore)) test(name, run)
  })

  describe('mongoInbox', () => {
    for (const { name, run } of inboxContract(newInbox)) test(name, run)
  })

  test('the same contract holds on the collections of mongoose', async () => {
    const connection = await mongoose.createConnection(mongo.uri).asPromise()
    try {
      for (const { run } of inboxContract(() => mongoInbox(connection.collection(`mongoose${++count}`))))
        await run()
      for (const { run } of paymentStoreContract(() =>
        mongoPaymentStore(connection.collection(`mongoose${++count}`)),
      ))
        await run()
    } finally {
      await connection.close()
    }
  })

  test('what is over is kept as long as it was promised, and what is not is kept for ever', async () => {
    const entries = collection('inbox')
    const inbox = mongoInbox(entries, { retentionMs: 60_000 })
    const entry = { provider: 'mpesa', attemptId: '1', raw: Buffer.from('{}'), verifiedBy: 'secret#1' }
    await inbox.insert({ ...entry, id: 'ignored', paymentId: 'ignored', ignored: 'x' })
    for (const id of ['done', 'discarded', 'dead']) {
      await inbox.insert({ ...entry, id, paymentId: id })
      const { lease } = (await inbox.claim({ owner: 'test', leaseMs: 60_000, exclude: [] }))!
      if (id === 'done') await inbox.complete(lease)
      else await inbox.bury(lease, 'broken')
    }
    await inbox.discard('discarded', { reason: 'r', actor: 'a' })
    const expireAt = async (id: string) => (await entries.findOne({ _id: id as never }))?.['expireAt']
    const done = (await entries.findOne({ _id: 'done' as never }))!
    expect(await expireAt('done')).toEqual(new Date(done['doneAt'].getTime() + 60_000))
    const { discarded } = (await inbox.find('discarded'))!
    expect((await expireAt('discarded')) - discarded!.at.getTime()).toBe(60_000)
    expect(await expireAt('dead')).toBeUndefined()
    const { receivedAt } = (await inbox.find('ignored'))!
    expect((await expireAt('ignored')) - receivedAt.getTime()).toBe(60_000)
    await inbox.replay('ignored')
    expect(await expireAt('ignored')).toBeUndefined()
  })

  test('mode 8: every write is acknowledged by the journals of a majority, and is a plain update', async () => {
    for (const { run } of [...inboxContract(newInbox), ...paymentStoreContract(newStore)]) await run()
    const writes = commands.filter(({ commandName }) => /^(insert|update|findAndModify)$/.test(commandName))
    expect(new Set(writes.map(({ commandName }) => commandName))).toEqual(
      new Set(['insert', 'update', 'findAndModify']),
    )
    for (const { command } of writes) {
      expect(command['writeConcern']).toMatchObject({ w: 'majority', j: true })
      const updates = [
        command['update'],
        ...((command['updates'] as { u: unknown }[]) ?? []).map(({ u }) => u),
      ]
      for (const update of updates) expect(Array.isArray(update)).toBe(false)
      expect(command).not.toHaveProperty('startTransaction')
      if (command['findAndModify']) expect(command['update']).toHaveProperty('$currentDate')
    }
  })
})
