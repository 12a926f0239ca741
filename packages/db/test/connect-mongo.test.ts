import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer, type AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import mongoose9 from 'mongoose'
import { describe, expect, it } from 'vitest'
import { connectMongo, type ConnectMongoOptions } from '../src/index.js'
import { startWireServer, type Respond } from './wire-server.js'

// Required, not imported: its declarations would claim the module name 'mongoose' for themselves.
const mongoose8 = createRequire(import.meta.url)('mongoose8') as typeof mongoose9

const well: Respond = () => ({ ok: 1 })

function recorder() {
  const entries: { message: string; fields: object | undefined }[] = []
  const listeners = new Set<() => void>()
  const note = (message: string, fields?: object): void => {
    entries.push({ message, fields })
    for (const listener of listeners) listener()
  }
  /** Resolves once this message has come as often as `times`. */
  const logged = (message: string, times = 1): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (entries.filter((entry) => entry.message === message).length >= times) resolve()
      }
      listeners.add(look)
      look()
    })
  return { entries, logged, logger: { debug: note, info: note, warn: note, error: note } }
}

describe.each([
  ['9', mongoose9],
  ['8', mongoose8],
])('connectMongo() with mongoose %s', (_version, mongoose) => {
  const connect = (uri: string, options: ConnectMongoOptions = {}) =>
    connectMongo(uri, { mongoose, ...options })

  it('gives a connection of its own, with limits where the driver has none', async () => {
    await using server = await startWireServer(well)
    await using mongo = await connect(`mongodb://${server.host}/shop`)
    expect(mongo.connection.name).toBe('shop')
    expect(mongo.connection).not.toBe(mongoose.connection)
    expect(mongo.connection.getClient().options).toMatchObject({
      maxPoolSize: 10,
      minPoolSize: 1,
      waitQueueTimeoutMS: 5_000,
      serverSelectionTimeoutMS: 5_000,
      connectTimeoutMS: 10_000,
      socketTimeoutMS: 60_000,
    })
    expect(mongo.connection.get('autoIndex')).toBe(false)
    expect(mongo.connection.get('autoCreate')).toBe(false)
    expect(mongo.connection.get('bufferCommands')).toBe(false)
  })

  it('lets the connection string win over a default and an option win over the connection string', async () => {
    await using server = await startWireServer(well)
    const uri = `mongodb://${server.host}/shop?MaxPoolSize=3&waitQueueTimeoutMS=7`
    await using mongo = await connect(uri, { waitQueueTimeoutMS: 9, dbName: 'other', autoIndex: true })
    expect(mongo.connection.getClient().options).toMatchObject({ maxPoolSize: 3, waitQueueTimeoutMS: 9 })
    expect(mongo.connection.name).toBe('other')
    expect(mongo.connection.get('autoIndex')).toBe(true)
  })

  it('checks by a ping and counts what the pool does', async () => {
    await using server = await startWireServer(well)
    const mongo = await connect(`mongodb://${server.host}`, { minPoolSize: 0 })
    await mongo.check()
    expect(server.commands).toContain('ping')
    expect(mongo.stats()).toMatchObject({
      state: 'connected',
      pool: { inUse: 0, waiting: 0, checkOutFailed: 0 },
    })
    expect(mongo.stats().pool.checkedOut).toBeGreaterThan(0)
    expect(mongo.stats().pool.open).toBe(mongo.stats().pool.created)

    await Promise.all([mongo.close(), mongo.close()])
    expect(mongo.stats()).toMatchObject({ state: 'disconnected', pool: { open: 0 } })
    expect(mongoose.connections).not.toContain(mongo.connection)
    await expect(mongo.check()).rejects.toMatchObject({ code: 'DB_UNAVAILABLE' })
  })

  it('ends a check in time when the server hangs, and asks it only once for all that wait', async () => {
    let hanging = false
    await using server = await startWireServer((name) => (hanging && name === 'ping' ? undefined : { ok: 1 }))
    await using mongo = await connect(`mongodb://${server.host}`, { checkTimeoutMs: 50 })
    hanging = true
    const pings = () => server.commands.filter((name) => name === 'ping').length
    const before = pings()
    const checks = await Promise.allSettled([mongo.check(), mongo.check()])
    for (const check of checks) {
      expect(check).toMatchObject({
        reason: { code: 'DB_UNAVAILABLE', status: 503, cause: { message: expect.stringMatching(/50 ms/) } },
      })
    }
    await expect(mongo.check()).rejects.toMatchObject({ code: 'DB_UNAVAILABLE' })
    expect(pings() - before).toBe(1)
  })

  it('gives no connection in time when all are taken, instead of waiting for ever', async () => {
    let taken: () => void = () => {}
    const isTaken = new Promise<void>((resolve) => (taken = resolve))
    await using server = await startWireServer((name) => (name === 'find' ? void taken() : { ok: 1 }))
    await using mongo = await connect(`mongodb://${server.host}`, { maxPoolSize: 1, waitQueueTimeoutMS: 50 })
    const stuck = mongo.connection
      .db!.collection('orders')
      .findOne()
      .catch(() => 'cut off')
    await isTaken
    await expect(mongo.connection.db!.command({ ping: 1 })).rejects.toThrow(
      /checking out a connection|Timed out/i,
    )
    expect(mongo.stats().pool).toMatchObject({ open: 1, inUse: 1, waiting: 0, checkOutFailed: 1 })
    await mongo.close()
    expect(await stuck).toBe('cut off')
  })

  it('keeps trying the first connection until the server is there', async () => {
    const { logger, logged, entries } = recorder()
    const port = await freePort()
    const connecting = connect(`mongodb://127.0.0.1:${port}`, { logger, serverSelectionTimeoutMS: 20 })
    await logged('db: not connected yet, trying again')
    await using _server = await startWireServer(well, port)
    const mongo = await connecting
    await mongo.check()
    await mongo.close()
    expect(entries.map(({ message }) => message).slice(-2)).toEqual(['db: connected', 'db: closed'])
  })

  it('gives up at the deadline, without a trace in Mongoose and without a word about the credentials', async () => {
    const port = await freePort()
    const { logger, entries } = recorder()
    const before = mongoose.connections.length
    const err = await connect(`mongodb://amina:hunter2@127.0.0.1:${port}/shop`, {
      connectDeadlineMs: 400,
      serverSelectionTimeoutMS: 20,
      logger,
    }).catch((thrown: unknown) => thrown)
    expect(err).toMatchObject({ code: 'DB_CONNECT_FAILED', status: 503 })
    expect((err as Error).message).toContain(`127.0.0.1:${port} could`)
    expect(inspect([err, entries], { depth: 20, showHidden: true })).not.toMatch(/amina|hunter2/)
    expect(mongoose.connections).toHaveLength(before)
  })

  it('ends an attempt that outlasts the deadline', async () => {
    await using server = await startWireServer(() => undefined, 0, { silent: true })
    const options = { connectDeadlineMs: 50, serverSelectionTimeoutMS: 600_000 }
    await expect(connect(`mongodb://${server.host}`, options)).rejects.toMatchObject({
      code: 'DB_CONNECT_FAILED',
    })
  })

  it('is called off by its signal, in an attempt and between two', async () => {
    const { logger, logged } = recorder()
    const uri = `mongodb://127.0.0.1:${await freePort()}`
    const between = new AbortController()
    const connecting = connect(uri, { signal: between.signal, serverSelectionTimeoutMS: 20, logger })
    const outcome = expect(connecting).rejects.toMatchObject({ code: 'DB_CONNECT_ABORTED' })
    await logged('db: not connected yet, trying again')
    between.abort()
    await outcome

    const within = new AbortController()
    const attempt = connect(uri, { signal: within.signal, serverSelectionTimeoutMS: 600_000 })
    within.abort()
    await expect(attempt).rejects.toMatchObject({ code: 'DB_CONNECT_ABORTED' })
    await expect(connect(uri, { signal: within.signal })).rejects.toMatchObject({
      code: 'DB_CONNECT_ABORTED',
    })
  })

  it('does not try refused credentials again', async () => {
    const refuse: Respond = (name) =>
      name === 'saslStart'
        ? { ok: 0, code: 18, codeName: 'AuthenticationFailed', errmsg: 'Authentication failed.' }
        : { ok: 1 }
    await using server = await startWireServer(refuse)
    const err = await connect(`mongodb://amina:hunter2@${server.host}/shop`, { minPoolSize: 0 }).catch(
      (thrown: unknown) => thrown,
    )
    expect(err).toMatchObject({ code: 'DB_AUTH_FAILED' })
    expect(inspect(err, { depth: 20, showHidden: true })).not.toMatch(/amina|hunter2/)
    expect(server.commands.filter((name) => name === 'saslStart')).toHaveLength(1)
  })

  it.each([
    'mongodb://amina:hunter2/x@host',
    'mongodb://amina:hunter2%zz@host',
    'mongodb://amina:hunter2@',
    'mongodb://amina:hun?ter2@host?x=1',
    'http://amina:hunter2@host',
    'amina:hunter2@host',
    'mongodb://amina:hunter2@host/?hunter2=1',
    'mongodb://amina:hunter2@host/?maxPoolSize=hunter2',
  ])('refuses %s without repeating what is secret in it', async (uri) => {
    const err = await connect(uri).catch((thrown: unknown) => thrown)
    expect(err).toMatchObject({ code: 'DB_URI_INVALID' })
    expect(inspect(err, { depth: 20, showHidden: true })).not.toMatch(/amina|hunter2|ter2/)
  })

  it('tells of a server that goes away and comes back', async () => {
    const { logger, logged } = recorder()
    const port = await freePort()
    const first = await startWireServer(well, port)
    await using mongo = await connect(`mongodb://127.0.0.1:${port}`, {
      logger,
      serverSelectionTimeoutMS: 100,
      driverOptions: { heartbeatFrequencyMS: 500, minHeartbeatFrequencyMS: 10 } as never,
    })
    await first[Symbol.asyncDispose]()
    await logged('db: disconnected')
    await expect(mongo.check()).rejects.toMatchObject({ code: 'DB_UNAVAILABLE' })
    await using _second = await startWireServer(well, port)
    await logged('db: reconnected')
    await mongo.check()
  })
})

describe('connectMongo()', () => {
  it('refuses misuse', async () => {
    await expect(connectMongo('')).rejects.toThrow(TypeError)
    await expect(connectMongo('mongodb://host', { maxPoolsize: 1 } as never)).rejects.toThrow(
      /unknown option "maxPoolsize". Did you mean "maxPoolSize"/,
    )
    await expect(connectMongo('mongodb://host', { timeoutMS: 1 } as never)).rejects.toThrow(TypeError)
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
