/** Why parts of express-rate-limit and rate-limit-redis are replaced: each test fails once they can do it. */
import { createHash } from 'node:crypto'
import express from 'express'
import { MemoryStore, rateLimit } from 'express-rate-limit'
import { RedisStore } from 'rate-limit-redis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { connectRedis, redisServer, RedisServer } from './redis.js'
import { serve } from './serve.js'

describe('express-rate-limit, by itself', () => {
  it('lets nearly twice the limit pass around the edge of a window', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const store = new MemoryStore()
    store.init({ windowMs: 1000 } as never)
    const passed: number[] = []
    const take = async () => {
      if ((await store.increment('a')).totalHits <= 5) passed.push(Date.now())
    }
    await take()
    vi.advanceTimersByTime(990)
    for (let i = 0; i < 4; i++) await take()
    vi.advanceTimersByTime(20)
    for (let i = 0; i < 5; i++) await take()
    store.shutdown()
    expect(passed).toHaveLength(10)
    expect(passed[9]! - passed[1]!).toBe(20)
  })

  it('shows the client in its headers: an unkeyed hash, which is undone by trying addresses', async () => {
    const app = express()
    app.use(
      rateLimit({ standardHeaders: 'draft-8', legacyHeaders: false }),
      (_req, res) => void res.send('ok'),
    )
    await using server = await serve(app)
    const policy = (await fetch(server.url)).headers.get('RateLimit-Policy')!
    const hash = createHash('sha256').update('127.0.0.1').digest('hex').slice(0, 12)
    expect(policy).toContain(`pk=:${Buffer.from(hash).toString('base64')}:`)
  })

  it('remembers every client of a window, however many there are', async () => {
    const store = new MemoryStore()
    store.init({ windowMs: 60_000 } as never)
    for (let i = 0; i < 150_000; i++) await store.increment(`key-${i}`)
    expect((store as unknown as { current: Map<string, unknown> }).current.size).toBe(150_000)
    store.shutdown()
  })

  it('has no cost: a request is one', () => {
    expect(MemoryStore.prototype.increment.length).toBe(1)
  })
})

describe.skipIf(!redisServer)('rate-limit-redis, by itself', () => {
  it('does not get over a Redis that was down when the application started', async () => {
    await using server = await RedisServer.reserve()
    using redis = connectRedis(server, { enableOfflineQueue: false })
    const app = express()
    app.use(
      rateLimit({
        limit: 1,
        store: new RedisStore({ sendCommand: (...args: string[]) => redis.command(...args) as never }),
        passOnStoreError: true,
        logger: { warn() {}, error() {} },
      }),
      (_req, res) => void res.send('ok'),
    )
    await using served = await serve(app)
    await server.start()
    await expect.poll(() => redis.client.status, { timeout: 60_000 }).toBe('ready')
    const statuses = []
    for (let i = 0; i < 4; i++) statuses.push((await fetch(served.url)).status)
    expect(statuses).toEqual([200, 200, 200, 200])
  })

  it('asks Redis about a client that it has just refused', async () => {
    await using server = await RedisServer.start()
    using redis = connectRedis(server)
    const store = new RedisStore({ sendCommand: (...args: string[]) => redis.command(...args) as never })
    const app = express()
    app.use(rateLimit({ limit: 1, store }), (_req, res) => void res.send('ok'))
    await using served = await serve(app)
    await fetch(served.url)
    redis.commands.length = 0
    for (let i = 0; i < 5; i++) expect((await fetch(served.url)).status).toBe(429)
    expect(redis.commands).toHaveLength(5)
  })
})
