import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { RedisStore } from 'rate-limit-redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MemoryStore } from 'express-rate-limit'
import { createClient } from 'redis'
import {
  expressRateLimitStore,
  memoryRateLimitStore,
  redisRateLimitStore,
  type LimitRule,
  type RateLimitStore,
} from '../src/index.js'
import { emptyUsage, takeFromWindow } from '../src/sliding-window.js'
import { rateLimitStoreContract } from '../src/testing.js'
import { connectRedis, redisServer, RedisServer } from './redis.js'

const rule: LimitRule = { name: 'test', limit: 5, windowMs: 1000, blockMs: 0 }

describe('memoryRateLimitStore()', () => {
  for (const { name, run } of rateLimitStoreContract(() => memoryRateLimitStore())) it(name, run)

  it('remembers no more keys than it may, and forgets the one that was seen longest ago', async () => {
    const store = memoryRateLimitStore({ maxKeys: 3 })
    const take = async (key: string) => (await store.take(key, 1, rule)).used
    for (const key of ['a', 'b', 'c']) await take(key)
    expect(await take('a')).toBe(2)
    await take('d')
    expect([await take('a'), await take('c'), await take('d')]).toEqual([3, 2, 2])
    expect(await take('b')).toBe(1)
  })

  it('does not grow with the number of clients', async () => {
    const store = memoryRateLimitStore({ maxKeys: 1000 })
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const heap = () => {
      gc()
      return process.memoryUsage().heapUsed
    }
    for (let i = 0; i < 10_000; i++) await store.take(`warm-${i}`, 1, rule)
    const before = heap()
    for (let i = 0; i < 200_000; i++) await store.take(`key-${i}`, 1, rule)
    // 200,000 keys would take 110 MB. What is garbage does not count.
    expect(heap() - before).toBeLessThan(5_000_000)
    // Used after the measurement: else the whole store would be garbage too.
    await store.take('last', 1, rule)
  })

  it('never lets more than the limit pass in any window, and keeps what it promises', () => {
    const steps = fc.array(
      fc.record({ wait: fc.nat(400), cost: fc.integer({ min: 1, max: 5 }), isForced: fc.constant(false) }),
      { minLength: 1, maxLength: 200 },
    )
    fc.assert(
      fc.property(steps, fc.integer({ min: 5, max: 20 }), (requests, limit) => {
        const usage = emptyUsage()
        const allowed: { at: number; cost: number }[] = []
        let now = 1
        for (const { wait, cost } of requests) {
          now += wait
          const taken = takeFromWindow(usage, cost, now, { ...rule, limit })
          if (!taken.isAllowed) {
            const later = takeFromWindow(structuredClone(usage), cost, now + taken.resetMs, {
              ...rule,
              limit,
            })
            expect(later.isAllowed).toBe(true)
            continue
          }
          allowed.push({ at: now, cost })
          const inWindow = allowed.filter(({ at }) => at > now - rule.windowMs)
          expect(inWindow.reduce((sum, request) => sum + request.cost, 0)).toBeLessThanOrEqual(limit)
        }
      }),
    )
  })

  it('refuses a size that is none', () => {
    expect(() => memoryRateLimitStore({ maxKeys: 0 })).toThrow(/whole number/)
    expect(() => memoryRateLimitStore({ maxKey: 1 } as never)).toThrow(/Did you mean "maxKeys"/)
  })
})

describe('expressRateLimitStore()', () => {
  it('takes a store for each policy, and refuses what is over the limit', async () => {
    const policies: string[] = []
    const store = expressRateLimitStore((policy) => {
      policies.push(policy)
      return new MemoryStore()
    })
    const take = async (name: string, cost = 1) => (await store.take('a', cost, { ...rule, name })).isAllowed
    expect([await take('one', 5), await take('one'), await take('two')]).toEqual([true, false, true])
    expect(policies).toEqual(['one', 'two'])
    await store.reset('a', { ...rule, name: 'one' })
    expect(await take('one')).toBe(true)
  })

  it('wants a function that makes stores', () => {
    expect(() => expressRateLimitStore(new MemoryStore() as never)).toThrow(/give a function/)
  })
})

describe.skipIf(!redisServer)('stores in a real Redis', () => {
  let server: RedisServer
  let redis: ReturnType<typeof connectRedis>
  beforeAll(async () => {
    server = await RedisServer.start()
    redis = connectRedis(server)
  })
  afterAll(async () => {
    redis[Symbol.dispose]()
    await server[Symbol.asyncDispose]()
  })

  const ofIoredis = () => redisRateLimitStore((...args) => redis.command(...args))
  for (const { name, run } of rateLimitStoreContract(ofIoredis))
    it(`redisRateLimitStore(), ioredis: ${name}`, run)

  const ofPeer = () =>
    expressRateLimitStore(
      (policy) =>
        new RedisStore({
          sendCommand: (...args: string[]) => redis.command(...args) as never,
          prefix: `peer:${policy}:`,
        }),
    )
  for (const { name, run } of rateLimitStoreContract(ofPeer)) it(`rate-limit-redis: ${name}`, run)

  it('takes node-redis as well', async () => {
    const client = createClient({ url: `redis://127.0.0.1:${server.port}` })
    await client.connect()
    try {
      const store = redisRateLimitStore((...args) => client.sendCommand(args))
      for (const { run } of rateLimitStoreContract(() => store)) await run()
    } finally {
      client.destroy()
    }
  })

  it('sends one command a request, whose key expires by itself', async () => {
    const store = ofIoredis()
    await store.take('warm', 1, rule)
    redis.commands.length = 0
    for (let i = 0; i < 7; i++) await store.take('one', 1, rule)
    expect(redis.commands.map(([name]) => name)).toEqual(Array(7).fill('EVALSHA'))
    const ttl = await redis.client.pttl('limit:test:one')
    expect(ttl).toBeGreaterThan(0)
    expect(ttl).toBeLessThanOrEqual(1100)
  })

  it('gives Redis the script again when it has forgotten it', async () => {
    const store = ofIoredis()
    await store.take('forgetful', 1, rule)
    await redis.client.script('FLUSH')
    expect((await store.take('forgetful', 1, rule)).used).toBe(2)
  })

  it('lets no more than the limit pass in any window, by the clock of Redis', async () => {
    const ours = await hammer(ofIoredis())
    expect(ours.length).toBeGreaterThanOrEqual(10)
    for (const [index, { answered }] of ours.entries()) {
      const earlier = ours[index - rule.limit]
      if (earlier) expect(answered - earlier.sent).toBeGreaterThanOrEqual(rule.windowMs)
    }
  })

  it('keeps to the longer of two blocks, and keeps the key as long', async () => {
    const store = ofIoredis()
    await store.take('blocked', 1, rule)
    await store.block('blocked', 3_600_000, rule)
    await store.block('blocked', 1000, rule)
    expect((await store.take('blocked', 1, rule)).resetMs).toBeGreaterThan(3_500_000)
    expect(await redis.client.pttl('limit:test:blocked')).toBeGreaterThan(3_500_000)
  })

  it('counts right while old slots are forgotten in the midst of a new one', async () => {
    // The window is no multiple of its slots of 6 ms.
    const odd = { name: 'odd', limit: 1_000_000, windowMs: 55, blockMs: 0 }
    const taken: { sent: number; answered: number; used: number }[] = []
    const end = performance.now() + 200
    while (performance.now() < end) {
      const sent = performance.now() - 1
      const { used } = await ofIoredis().take('odd', 1, odd)
      taken.push({ sent, answered: performance.now() + 1, used })
    }
    for (const [index, { sent, answered, used }] of taken.entries()) {
      const before = taken.slice(0, index)
      const sure = before.filter((other) => other.sent > answered - odd.windowMs).length
      const gone = before.filter((other) => other.answered < sent - odd.windowMs - 6).length
      expect(used).toBeGreaterThanOrEqual(sure + 1)
      expect(used).toBeLessThanOrEqual(index + 1 - gone)
    }
  })

  /** Asks without a pause for three windows and a half: what passed, and between which times Redis has counted it. */
  async function hammer(store: RateLimitStore) {
    const passed: { sent: number; answered: number }[] = []
    const end = performance.now() + 3500
    while (performance.now() < end) {
      const sent = performance.now()
      const { isAllowed } = await store.take('hammer', 1, rule)
      // Redis's clock has whole milliseconds.
      if (isAllowed) passed.push({ sent: sent - 1, answered: performance.now() + 1 })
    }
    return passed
  }
})

describe('redisRateLimitStore()', () => {
  it('wants a command, and takes no answer for a verdict that is none', async () => {
    expect(() => redisRateLimitStore({} as never)).toThrow(/client\.call/)
    await expect(redisRateLimitStore(async () => 'OK').take('a', 1, rule)).rejects.toThrow(/no answer/)
    await expect(
      redisRateLimitStore(async () => Promise.reject(new Error('READONLY'))).take('a', 1, rule),
    ).rejects.toThrow('READONLY')
  })
})
