import express from 'express'
import express4 from 'express4'
import { RedisStore } from 'rate-limit-redis'
import { describe, expect, it } from 'vitest'
import {
  errorHandler,
  expressRateLimitStore,
  rateLimit,
  redisRateLimitStore,
  type RateLimitOptions,
  type RedisCommand,
} from '../src/index.js'
import { connectRedis, redisServer, RedisServer } from './redis.js'
import { recordingLogger, serve } from './serve.js'

const policy = { name: 'test', limit: 5, windowSeconds: 600 }

const ours = (command: RedisCommand) => redisRateLimitStore(command)
const peers = (command: RedisCommand) =>
  expressRateLimitStore(
    (name) =>
      new RedisStore({
        sendCommand: (...args: string[]) => command(...args) as never,
        prefix: `limit:${name}:`,
      }),
  )

function limitedApp(options: RateLimitOptions, createApp = express) {
  const app = createApp()
  // Patient, unless a test is about patience: on a busy machine Redis may be slow too.
  app.use(rateLimit({ storeRetryMs: 100, storeTimeoutMs: 10_000, ...options }))
  app.get('/', (_req, res) => void res.send('ok'))
  app.use(errorHandler())
  return app
}

async function statusOf(url: string): Promise<number> {
  const answer = await fetch(url)
  await answer.arrayBuffer()
  return answer.status
}

async function statuses(url: string, count: number): Promise<number[]> {
  const all = []
  for (let i = 0; i < count; i++) all.push(await statusOf(url))
  return all
}

/** Asks until `isOver` holds: real traffic, and no sleep. */
async function trafficUntil(url: string, isOver: () => boolean | Promise<boolean>) {
  const answers: { status: number; ms: number }[] = []
  while (!(await isOver())) {
    const start = performance.now()
    answers.push({ status: await statusOf(url), ms: performance.now() - start })
    // Let timers and sockets have their turn.
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return answers
}

describe.skipIf(!redisServer)('rateLimit() with a real Redis', () => {
  it('counts for all processes together', async () => {
    await using server = await RedisServer.start()
    using one = connectRedis(server)
    using two = connectRedis(server)
    await using first = await serve(limitedApp({ policy, store: ours(one.command) }))
    await using second = await serve(limitedApp({ policy, store: ours(two.command) }, express4))
    expect(await statuses(first.url, 3)).toEqual([200, 200, 200])
    expect(await statuses(second.url, 3)).toEqual([200, 200, 429])
    expect(await statusOf(first.url)).toBe(429)
  })

  it('lets exactly the limit of racing requests pass, through two processes', async () => {
    await using server = await RedisServer.start()
    using one = connectRedis(server)
    using two = connectRedis(server)
    await using first = await serve(limitedApp({ policy, store: ours(one.command) }))
    await using second = await serve(limitedApp({ policy, store: ours(two.command) }))
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, index) => statusOf(index % 2 ? first.url : second.url)),
    )
    expect(all.filter((status) => status === 200)).toHaveLength(policy.limit)
  })

  it('sends one command a request, and none for a client that is known to be refused', async () => {
    await using server = await RedisServer.start()
    using redis = connectRedis(server)
    await using app = await serve(
      limitedApp({ policy: { ...policy, blockSeconds: 3600 }, store: ours(redis.command) }),
    )
    await statuses(app.url, 6)
    // The script is sent once, with the first request.
    expect(redis.commands.map(([name]) => name)).toEqual([
      'EVALSHA',
      'EVAL',
      ...Array<string>(5).fill('EVALSHA'),
    ])
    redis.commands.length = 0
    const refused = await fetch(app.url)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(3500)
    expect(refused.headers.get('RateLimit')).toMatch(/^"test";r=0;t=\d{4}$/)
    expect(await statuses(app.url, 20)).toEqual(Array(20).fill(429))
    expect(redis.commands).toEqual([])
  })

  it('keeps what a route adds, blocks and forgives in Redis', async () => {
    await using server = await RedisServer.start()
    using one = connectRedis(server)
    using two = connectRedis(server)
    const limiter = rateLimit({ policy, store: ours(one.command) })
    const app = express()
    app.get('/penalize', (req, res) => limiter.penalize(req, 5).then(() => res.send('ok')))
    app.get('/block', (req, res) => limiter.block(req, 60).then(() => res.send('ok')))
    app.get('/reset', (req, res) => limiter.reset(req).then(() => res.send('ok')))
    await using acting = await serve(app)
    const elsewhere = async () => {
      // A process that has not refused the client itself.
      await using fresh = await serve(limitedApp({ policy, store: ours(two.command) }))
      return await statusOf(fresh.url)
    }
    for (const act of ['penalize', 'block']) {
      await statusOf(`${acting.url}/${act}`)
      expect(await elsewhere(), act).toBe(429)
      await statusOf(`${acting.url}/reset`)
      expect(await elsewhere(), act).toBe(200)
    }
  })

  it.each([
    ['redisRateLimitStore()', ours],
    ['rate-limit-redis', peers],
  ])(
    '%s: is stopped and started in the midst of traffic, without one failed request',
    async (_name, storeOf) => {
      await using server = await RedisServer.start()
      using redis = connectRedis(server)
      const logger = recordingLogger()
      const many = { ...policy, limit: 100_000 }
      await using app = await serve(limitedApp({ policy: many, store: storeOf(redis.command), logger }))
      const said = (message: string) => logger.entries.filter((entry) => entry.message === message).length
      const keys = () => redis.client.keys('limit:*').catch(() => [])
      const answers = await trafficUntil(app.url, async () => (await keys()).length > 0)

      await server.stop()
      answers.push(...(await trafficUntil(app.url, () => said('rate limit store does not answer') === 1)))
      let more = 20
      answers.push(...(await trafficUntil(app.url, () => more-- === 0)))
      await server.start()
      answers.push(...(await trafficUntil(app.url, () => said('rate limit store answers again') === 1)))
      answers.push(...(await trafficUntil(app.url, async () => (await keys()).length > 0)))

      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      expect(logger.entries.find(({ level }) => level === 'error')).toMatchObject({
        fields: { code: 'SECURITY_LIMITS_UNAVAILABLE', err: { name: expect.any(String) as string } },
      })
    },
  )

  it.each([
    ['redisRateLimitStore()', ours, { enableOfflineQueue: true }],
    ['redisRateLimitStore()', ours, { enableOfflineQueue: false }],
    ['rate-limit-redis', peers, { enableOfflineQueue: true }],
    ['rate-limit-redis', peers, { enableOfflineQueue: false }],
  ])(
    '%s %o: was down when the application started, and is used as soon as it is there',
    async (_name, storeOf, options) => {
      await using server = await RedisServer.reserve()
      using redis = connectRedis(server, options)
      const logger = recordingLogger()
      await using app = await serve(limitedApp({ policy, store: storeOf(redis.command), logger }))
      // Limited all the same, in memory.
      expect(await statuses(app.url, 6)).toEqual([200, 200, 200, 200, 200, 429])
      await server.start()
      await trafficUntil(app.url, () =>
        logger.entries.some(({ message }) => message.endsWith('answers again')),
      )
      await using second = await serve(limitedApp({ policy, store: storeOf(redis.command) }))
      expect((await statuses(second.url, 6)).at(-1)).toBe(429)
      expect(await redis.client.keys('limit:*')).not.toEqual([])
    },
  )

  it('waits no longer than it may for a Redis that hangs, and comes back to it', async () => {
    await using server = await RedisServer.start()
    using redis = connectRedis(server)
    const logger = recordingLogger()
    const many = { ...policy, limit: 100_000 }
    const patience = { storeTimeoutMs: 1_000 }
    await using app = await serve(
      limitedApp({ policy: many, store: ours(redis.command), logger, ...patience }),
    )
    await statusOf(app.url)

    server.freeze()
    const hanging = await trafficUntil(app.url, () => logger.entries.some(({ level }) => level === 'error'))
    expect(hanging.map(({ status }) => status)).toEqual([200])
    expect(hanging[0]!.ms).toBeGreaterThanOrEqual(999)
    // 20 concurrent ones: at most one of them asks Redis, the others do not wait at all.
    redis.commands.length = 0
    const all = await Promise.all(Array.from({ length: 20 }, () => statusOf(app.url)))
    expect(all).toEqual(Array(20).fill(200))
    expect(redis.commands.length).toBeLessThan(20)

    server.thaw()
    const back = await trafficUntil(app.url, () =>
      logger.entries.some(({ message }) => message === 'rate limit store answers again'),
    )
    expect(new Set(back.map(({ status }) => status))).toEqual(new Set([200]))
    expect(logger.entries.filter(({ level }) => level === 'error')).toHaveLength(1)
  })

  it('waits 150 ms unless it is told otherwise', async () => {
    const store = ours(() => new Promise(() => {}))
    await using app = await serve(express().use(rateLimit({ policy, store })))
    const start = performance.now()
    await statusOf(app.url)
    expect(performance.now() - start).toBeGreaterThanOrEqual(149)
    await statusOf(app.url)
  })

  it('does as each policy says while Redis is down', async () => {
    await using server = await RedisServer.start()
    using redis = connectRedis(server)
    const store = ours(redis.command)
    const app = express()
    for (const onStoreOutage of ['memory', 'allow', 'deny'] as const) {
      const limiter = rateLimit({
        policy: { ...policy, name: onStoreOutage, limit: 2, onStoreOutage },
        store,
      })
      app.get(`/${onStoreOutage}`, limiter, (_req, res) => void res.send('ok'))
    }
    app.use(errorHandler())
    await using served = await serve(app)
    await server.stop()
    expect(await statuses(`${served.url}/memory`, 3)).toEqual([200, 200, 429])
    expect(await statuses(`${served.url}/allow`, 3)).toEqual([200, 200, 200])
    expect(await statuses(`${served.url}/deny`, 3)).toEqual([503, 503, 503])
    const denied = await fetch(`${served.url}/deny`)
    expect(denied.headers.get('Retry-After')).toBe('5')
    expect(await denied.json()).toMatchObject({ code: 'SECURITY_LIMITS_UNAVAILABLE' })
    expect((await fetch(`${served.url}/allow`)).headers.has('RateLimit')).toBe(false)
  })
})
