import { afterEach, describe, expect, it, vi } from 'vitest'
import { createLockout, errorHandler, memoryStateStore, type LockoutOptions } from '../src/index.js'
import { expressVersions, rawRequest, serve } from './serve.js'

type Express = (typeof expressVersions)[number][1]

const secret = 'a secret of the tests for known devices'
afterEach(() => void vi.useRealTimers())

/** A login whose accounts all have the password "right"; "broken" fails as a database would. */
async function login(express: Express, options: Partial<LockoutOptions> = {}) {
  vi.useFakeTimers({ toFake: ['Date'] })
  const lockout = createLockout({ store: memoryStateStore(), secret, production: false, ...options })
  const app = express()
  app.set('trust proxy', 1)
  let checked = 0
  app.post('/login', (req, res, next) => {
    const { account, password } = req.query as Record<string, string>
    lockout
      .attempt(req, res, account!, async () => {
        checked++
        if (password === 'broken') throw new Error('no database')
        return password === 'right' && account
      })
      .then((user) => res.sendStatus(user ? 200 : 401), next)
  })
  app.use(errorHandler())
  const server = await serve(app)
  const attempt = async (password: string, { account = 'amina', ip = '203.0.113.1', cookie = '' } = {}) => {
    const url = `${server.url}/login?${new URLSearchParams({ account, password })}`
    const headers = { 'X-Forwarded-For': ip, ...(cookie && { Cookie: cookie }) }
    const answer = await rawRequest(url, { method: 'POST', headers })
    const device = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    return {
      status: answer.status,
      retryAfter: Number(answer.headers['retry-after']),
      device,
      body: answer.body,
    }
  }
  const fail = async (times: number, from: { account?: string; ip?: string; cookie?: string } = {}) => {
    const statuses = []
    for (let index = 0; index < times; index++) statuses.push((await attempt('wrong', from)).status)
    return statuses
  }
  const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)
  return { ...server, attempt, fail, pass, checked: () => checked }
}

describe.each(expressVersions)('createLockout() on %s', (_name, express) => {
  it('lets five attempts fail, then makes the next wait, twice as long each time, up to an hour', async () => {
    await using app = await login(express)
    expect(await app.fail(6)).toEqual([401, 401, 401, 401, 401, 429])
    const waits = []
    for (let round = 0; round < 9; round++) {
      const { retryAfter } = await app.attempt('right')
      waits.push(retryAfter)
      app.pass(retryAfter)
      expect(await app.fail(1)).toEqual([401])
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600])
  })

  it('does not look at the password while it waits, nor count the attempt', async () => {
    await using app = await login(express)
    await app.fail(5)
    expect((await app.fail(100)).every((status) => status === 429)).toBe(true)
    expect(app.checked()).toBe(5)
    app.pass(30)
    expect((await app.attempt('right')).status).toBe(200)
    expect(await app.fail(5)).toEqual([401, 401, 401, 401, 401])
  })

  it('is not fooled by a hundred attempts at once', async () => {
    await using app = await login(express)
    const answers = await Promise.all(Array.from({ length: 100 }, () => app.attempt('wrong')))
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5)
    expect(app.checked()).toBe(5)
  })

  it('counts an account however it is written, and one customer by the /64', async () => {
    await using app = await login(express)
    for (const account of ['Amina', ' amina', 'AMINA ', '\uff41mina', 'amina']) await app.fail(1, { account })
    expect(await app.fail(1)).toEqual([429])
    const address = (index: number) => `2001:db8:1:1::${index + 1}`
    for (let index = 0; index < 5; index++) await app.fail(1, { account: 'juma', ip: address(index) })
    expect(await app.fail(1, { account: 'juma', ip: address(9) })).toEqual([429])
    expect(await app.fail(1, { account: 'juma', ip: '2001:db8:1:2::1' })).toEqual([401])
  })

  it('slows down who guesses at one account from everywhere', async () => {
    await using app = await login(express)
    for (let index = 0; index < 20; index++) await app.fail(1, { ip: `198.51.100.${index}` })
    expect(await app.fail(1, { ip: '203.0.113.99' })).toEqual([429])
    expect(await app.fail(1, { ip: '203.0.113.99', account: 'juma' })).toEqual([401])
  })

  it('slows down who guesses at all accounts from one address, and a login of its own buys no guesses', async () => {
    await using app = await login(express)
    for (let index = 0; index < 49; index++) await app.fail(1, { account: `user-${index}` })
    expect((await app.attempt('right', { account: 'mallory' })).status).toBe(200)
    expect(await app.fail(2, { account: 'next' })).toEqual([401, 429])
  })

  it('cannot be turned against the owner, who signs in from a browser that is known', async () => {
    await using app = await login(express)
    const { device } = await app.attempt('right', { ip: '192.0.2.1' })
    expect(device).toMatch(/^device=[\w-]{22}\.[\w-]{43}$/)
    for (let index = 0; index < 60; index++) await app.fail(1, { ip: `198.51.100.${index}` })
    for (let round = 0; round < 3; round++) {
      expect((await app.attempt('right', { ip: '192.0.2.1', cookie: device })).status).toBe(200)
      expect((await app.attempt('right', { ip: '198.51.100.1', cookie: device })).status).toBe(200)
    }
    expect((await app.attempt('right', { ip: '192.0.2.2' })).status).toBe(429)
  })

  it('counts a known browser by itself, and knows it for its own account alone', async () => {
    await using app = await login(express)
    const { device } = await app.attempt('right')
    expect(await app.fail(6, { cookie: device })).toEqual([401, 401, 401, 401, 401, 429])
    await app.fail(5, { account: 'juma', ip: '192.0.2.7' })
    const { device: aminas } = await app.attempt('right', { ip: '192.0.2.8' })
    expect(await app.fail(1, { account: 'juma', ip: '192.0.2.7', cookie: aminas })).toEqual([429])
    expect(await app.fail(1, { account: 'juma', ip: '192.0.2.7', cookie: 'device=x' })).toEqual([429])
    expect(aminas).not.toBe(device)
  })

  it('does not count an attempt that the server failed', async () => {
    await using app = await login(express)
    for (let index = 0; index < 30; index++) expect((await app.attempt('broken')).status).toBe(500)
    expect((await app.attempt('right')).status).toBe(200)
  })

  it('answers for an account that does not exist as for one that does', async () => {
    await using app = await login(express)
    const answers = []
    for (const account of ['amina', 'nobody']) {
      await app.fail(5, { account, ip: `192.0.2.${account.length}` })
      answers.push(await app.attempt('x', { account, ip: `192.0.2.${account.length}` }))
    }
    expect(answers[0]).toEqual(answers[1])
    expect(JSON.parse(answers[0]!.body)).toMatchObject({ code: 'SECURITY_LOCKED_OUT', status: 429 })
  })

  it('forgets after a day', async () => {
    await using app = await login(express)
    await app.fail(4)
    app.pass(86_401)
    expect(await app.fail(5)).toEqual([401, 401, 401, 401, 401])
  })

  it('stores no account', async () => {
    const keys: string[] = []
    const memory = memoryStateStore()
    const store = { ...memory, get: (key: string) => (keys.push(key), memory.get(key)) }
    await using app = await login(express, { store })
    await app.fail(1)
    expect(keys.length).toBeGreaterThan(0)
    expect(keys.join(' ')).not.toContain('amina')
  })
})

describe('createLockout()', () => {
  it.each<[object, RegExp]>([
    [{ store: undefined }, /store is missing/],
    [{ secret: 'short' }, /fewer than 32 bytes/],
    [{ secret: [] }, /secret is empty/],
    [{ freeAttempts: 0 }, /freeAttempts/],
    [{ freeAttemptsPerAccount: 101 }, /freeAttemptsPerAccount/],
    [{ maxWaitSeconds: 10 }, /maxWaitSeconds/],
    [{ freeAttempt: 5 }, /Did you mean "freeAttempts"/],
  ])('refuses %j', (options, message) => {
    expect(() => createLockout({ store: memoryStateStore(), secret, ...options } as LockoutOptions)).toThrow(
      message,
    )
  })
})
