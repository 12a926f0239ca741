import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryStateStore, redisSessionStore, redisStateStore } from '../src/index.js'
import { sessionStoreContract, stateStoreContract } from '../src/testing.js'
import { connectRedis, RedisServer } from './redis.js'

describe('memoryStateStore()', () => {
  for (const { name, run } of stateStoreContract(memoryStateStore)) it(name, run)
})

describe('the stores in Redis', () => {
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

  describe('redisSessionStore()', () => {
    for (const { name, run } of sessionStoreContract(() => redisSessionStore(redis.command))) it(name, run)

    it('leaves nothing behind that does not expire', async () => {
      const store = redisSessionStore(redis.command, { prefix: 'ttl:' })
      const session = {
        id: 'a',
        sub: 'u1',
        tokenHash: 'h',
        previousHash: null,
        userAgent: null,
        rotatedAt: new Date(),
        createdAt: new Date(),
        expiresAt: new Date(Date.now() + 3600_000),
        absoluteExpiresAt: new Date(Date.now() + 7200_000),
      }
      await store.insert(session)
      const soon = new Date(Date.now() + 60_000)
      await store.insert({ ...session, id: 'b', expiresAt: soon, absoluteExpiresAt: soon })
      await store.rotate('b', 'h', {
        tokenHash: 'i',
        previousHash: 'h',
        rotatedAt: new Date(),
        expiresAt: soon,
      })
      const ttl = async (key: string) => Number(await redis.command('PTTL', `ttl:${key}`))
      expect(await ttl('a')).toBeGreaterThan(3500_000)
      expect(await ttl('a')).toBeLessThanOrEqual(3600_000)
      expect(await ttl('b')).toBeGreaterThan(50_000)
      expect(await ttl('b')).toBeLessThanOrEqual(60_000)
      expect(await ttl('of:u1')).toBeGreaterThan(7100_000)
      await redis.command('DEL', 'ttl:b')
      expect(await store.findBySubject('u1')).toHaveLength(1)
      expect(await redis.command('SMEMBERS', 'ttl:of:u1')).toEqual(['a'])
    })
  })

  describe('redisStateStore()', () => {
    for (const { name, run } of stateStoreContract(() => redisStateStore(redis.command))) it(name, run)

    it('leaves nothing behind that does not expire', async () => {
      await redisStateStore(redis.command).swap('k', undefined, 'v', new Date(Date.now() + 60_000))
      expect(await redis.command('PTTL', 'state:k')).toBeGreaterThan(50_000)
    })
  })

  it('refuses a client in the place of the command', () => {
    expect(() => redisStateStore(redis.client as never)).toThrow(/command is no function/)
    expect(() => redisSessionStore(redis.client as never)).toThrow(/command is no function/)
  })
})
