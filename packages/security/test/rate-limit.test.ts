import type { Request } from 'express'
import { describe, expect, it } from 'vitest'
import {
  authenticate,
  authLimit,
  bodyParsers,
  errorHandler,
  generalLimit,
  loginLimit,
  rateLimit,
  type RateLimitOptions,
  type RateLimitPolicy,
} from '../src/index.js'
import { testTokens } from './fixtures.js'
import { expressVersions, rawRequest, recordingLogger, serve } from './serve.js'

const policy: RateLimitPolicy = { name: 'test', limit: 3, windowSeconds: 60 }

describe.each(expressVersions)('rateLimit() on %s', (_name, express) => {
  function limitedApp(options: Partial<RateLimitOptions> = {}, trustProxy: unknown = 1) {
    const app = express()
    app.set('trust proxy', trustProxy)
    app.use(bodyParsers())
    const limiter = rateLimit({ policy, ...options })
    app.get('/free', (_req, res) => void res.send('ok'))
    app.use(limiter)
    app.get('/penalty', (req, res, next) => void limiter.penalize(req, 2).then(() => res.send('ok'), next))
    app.get('/block', (req, res, next) => void limiter.block(req, 300).then(() => res.send('ok'), next))
    app.get('/reset', (req, res, next) => void limiter.reset(req).then(() => res.send('ok'), next))
    app.all('/', (_req, res) => void res.send('ok'))
    app.use(errorHandler())
    return app
  }

  it('lets the limit pass and refuses the rest, as a problem, with the headers of draft 8', async () => {
    await using server = await serve(limitedApp({ policy: { ...policy, windowSeconds: 90 } }))
    const first = await fetch(server.url)
    expect(first.status).toBe(200)
    expect(first.headers.get('RateLimit')).toMatch(/^"test";r=2;t=(90|9[1-9])$/)
    expect(first.headers.get('RateLimit-Policy')).toMatch(/^"test";q=3;w=90;pk=:[A-Za-z0-9+/]{12}:$/)
    await fetch(server.url)
    expect((await fetch(server.url)).headers.get('RateLimit')).toMatch(/^"test";r=0;/)

    const refused = await fetch(server.url)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('Content-Type')).toBe('application/problem+json')
    expect(refused.headers.get('RateLimit')).toMatch(/^"test";r=0;t=9\d$/)
    const retryAfter = Number(refused.headers.get('Retry-After'))
    expect(retryAfter).toBeGreaterThan(80)
    expect(retryAfter).toBeLessThanOrEqual(99)
    expect(await refused.json()).toEqual({
      type: 'about:blank',
      title: 'Too Many Requests',
      status: 429,
      detail: 'Too many requests. Wait as long as Retry-After says.',
      code: 'SECURITY_RATE_LIMITED',
    })
    expect((await fetch(`${server.url}/free`)).status).toBe(200)
  })

  it('answers by itself when told to, as the error handler would, and asks none', async () => {
    const answers = []
    for (const refuseWith of ['error', 'problem'] as const) {
      await using server = await serve(
        limitedApp({ secret: 'same', policy: { ...policy, limit: 1 }, refuseWith }),
      )
      await fetch(server.url)
      const answer = await fetch(server.url)
      const { date: _, 'retry-after': wait, ratelimit, ...headers } = Object.fromEntries(answer.headers)
      expect(ratelimit).toBe(`"test";r=0;t=${wait}`)
      answers.push({ status: answer.status, headers, body: await answer.text() })
    }
    expect(answers[1]).toEqual(answers[0])

    const app = express()
    app.use(
      rateLimit({ policy: { ...policy, limit: 1 }, refuseWith: 'problem' }),
      (_req, res) => void res.send('ok'),
    )
    await using server = await serve(app)
    await fetch(server.url)
    expect(await (await fetch(server.url)).json()).toMatchObject({ code: 'SECURITY_RATE_LIMITED' })
    expect((await fetch(server.url, { method: 'HEAD' })).status).toBe(429)
    expect(() => rateLimit({ policy, refuseWith: 'html' as never })).toThrow(/^rateLimit: refuseWith is/)
  })

  it('does not show whom it counts: the partition key is keyed', async () => {
    const partition = async (secret?: string) => {
      await using server = await serve(limitedApp(secret === undefined ? {} : { secret }))
      return (await fetch(server.url)).headers.get('RateLimit-Policy')!.split('pk=')[1]
    }
    expect(await partition('a')).toBe(await partition('a'))
    expect(await partition('a')).not.toBe(await partition('b'))
    expect(await partition()).not.toBe(await partition())
  })

  it('counts each client for itself, by the address that the trusted proxy has seen', async () => {
    await using server = await serve(limitedApp({ policy: { ...policy, limit: 1 } }))
    const from = async (address: string) =>
      (await rawRequest(server.url, { headers: { 'X-Forwarded-For': address } })).status
    expect([await from('203.0.113.1'), await from('203.0.113.2'), await from('203.0.113.1')]).toEqual([
      200, 200, 429,
    ])
    // What the client itself writes stands further left.
    expect(await from('9.9.9.9, 203.0.113.1')).toBe(429)
    const other = await rawRequest(server.url, {
      headers: {
        'X-Forwarded-For': '203.0.113.1',
        'X-Real-IP': '9.9.9.9',
        'CF-Connecting-IP': '9.9.9.9',
        Forwarded: 'for=9.9.9.9',
      },
    })
    expect(other.status).toBe(429)
  })

  it.each([
    ['203.0.113.7', '203.0.113.7:50123'],
    ['203.0.113.7', '::ffff:203.0.113.7'],
    ['203.0.113.7', '::ffff:cb00:7107'],
    ['203.0.113.7', '::FFFF:203.0.113.7'],
    ['2001:db8:1:100::1', '2001:db8:1:1ff:ffff::2'],
    ['2001:db8:1:100::1', '2001:0db8:0001:0100::0001'],
    ['2001:db8:1:100::1', '[2001:db8:1:100::1]:443'],
    ['fe80::1', 'fe80::1%eth0'],
  ])('takes %s and %s for one client', async (one, other) => {
    await using server = await serve(limitedApp({ policy: { ...policy, limit: 1 } }))
    const from = async (address: string) =>
      (await rawRequest(server.url, { headers: { 'X-Forwarded-For': address } })).status
    expect([await from(one), await from(other)]).toEqual([200, 429])
  })

  it.each([
    ['203.0.113.7', '203.0.113.8'],
    ['::ffff:203.0.113.7', '::ffff:203.0.113.8'],
    ['2001:db8:1:100::1', '2001:db8:1:200::1'],
  ])('takes %s and %s for two clients', async (one, other) => {
    await using server = await serve(limitedApp({ policy: { ...policy, limit: 1 } }))
    const from = async (address: string) =>
      (await rawRequest(server.url, { headers: { 'X-Forwarded-For': address } })).status
    expect([await from(one), await from(other)]).toEqual([200, 200])
  })

  it('takes the network of the size that it is told', async () => {
    await using server = await serve(limitedApp({ policy: { ...policy, limit: 1 }, ipv6PrefixBits: 64 }))
    const from = async (address: string) =>
      (await rawRequest(server.url, { headers: { 'X-Forwarded-For': address } })).status
    expect([await from('2001:db8:1:100::1'), await from('2001:db8:1:101::1')]).toEqual([200, 200])
  })

  it('counts a user wherever the requests come from, and a guest by address', async () => {
    const tokens = testTokens()
    const app = express()
    app.set('trust proxy', 1)
    app.use(authenticate({ verify: tokens.verify, optional: true }))
    app.use(rateLimit({ policy: { ...policy, limit: 1, by: 'user' } }))
    app.get('/', (_req, res) => void res.send('ok'))
    app.use(errorHandler())
    await using server = await serve(app)
    const from = async (address: string, sub?: string) => {
      const token = sub && { Authorization: `Bearer ${await tokens.sign({ sub })}` }
      return (await rawRequest(server.url, { headers: { 'X-Forwarded-For': address, ...token } })).status
    }
    expect([await from('203.0.113.1', 'amina'), await from('203.0.113.2', 'amina')]).toEqual([200, 429])
    expect([await from('203.0.113.1', 'brian'), await from('203.0.113.1')]).toEqual([200, 200])
    // A user whose id looks like an address is not that address.
    expect(await from('203.0.113.9', '203.0.113.1')).toBe(200)
  })

  it('keeps keys of several parts apart, whatever the parts hold', async () => {
    const header = (name: string) => (req: Request) => req.get(name)
    const by = [header('one'), header('two')]
    await using server = await serve(limitedApp({ policy: { ...policy, limit: 1, by } }))
    const send = async (one: string, two?: string) =>
      (await rawRequest(server.url, { headers: { one, ...(two !== undefined && { two }) } })).status
    const pairs: [string, string?][] = [
      ['a', 'b|c'],
      ['a|b', 'c'],
      ['a","b', 'c'],
      ['a', 'b","c'],
      ['x:a', 'b'],
      ['x'.repeat(500), 'a'],
      ['x'.repeat(500), 'b'],
      ['a'],
    ]
    for (const [one, two] of pairs) expect(await send(one, two), `${one} ${two}`).toBe(200)
    expect(await send('x'.repeat(500), 'b')).toBe(429)
  })

  it('limits logins by account and address: others cannot lock an account, nor one address try them all', async () => {
    const app = express()
    app.set('trust proxy', 1)
    app.use(bodyParsers())
    const login = rateLimit({
      policy: loginLimit((req) => (req.body as { email?: unknown }).email, { limit: 2 }),
    })
    app.post('/login', login, (_req, res) => void res.send('ok'))
    app.use(errorHandler())
    await using server = await serve(app)
    const attempt = async (email: unknown, address = '203.0.113.1', path = '/login') =>
      (
        await rawRequest(`${server.url}${path}`, {
          method: 'POST',
          headers: { 'X-Forwarded-For': address, 'Content-Type': 'application/json' },
          body: JSON.stringify({ email }),
        })
      ).status
    expect([await attempt('a@shop.example'), await attempt('A@shop.example ')]).toEqual([200, 200])
    for (const spelt of ['a@shop.example', 'a@shop.example\u0000', '\u00a0a@SHOP.example', 'ａ@shop.example'])
      expect(await attempt(spelt), spelt).toBe(429)
    expect(await attempt('a@shop.example', '203.0.113.1', '/LOGIN/')).toBe(429)
    expect(await attempt('a@shop.example', '203.0.113.2')).toBe(200)
    // 4 × 2 from one address: seven and more have been made above.
    expect(await attempt('b@shop.example')).toBe(200)
    expect(await attempt({ $ne: null })).toBe(429)
    expect(await attempt('c@shop.example', '203.0.113.3')).toBe(200)
  })

  it('counts what a request costs, and not what is skipped or free', async () => {
    const app = limitedApp({
      policy: {
        ...policy,
        cost: (req) => Number(req.query['cost'] ?? 1),
        skip: (req) => req.query['skip'] === 'yes',
      },
    })
    await using server = await serve(app)
    const send = async (query: string) => (await fetch(`${server.url}/?${query}`)).status
    expect([
      await send('skip=yes'),
      await send('cost=0'),
      await send('cost=2'),
      await send('cost=2'),
    ]).toEqual([200, 200, 200, 429])
    expect([await send('cost=1'), await send('cost=1')]).toEqual([200, 429])
    expect(await send('cost=0.5')).toBe(500)
  })

  it('charges no more than the limit for what costs more', async () => {
    await using server = await serve(limitedApp({ policy: { ...policy, cost: () => 99 } }))
    expect([(await fetch(server.url)).status, (await fetch(server.url)).status]).toEqual([200, 429])
  })

  it('refuses for as long as it blocks', async () => {
    await using server = await serve(limitedApp({ policy: { ...policy, limit: 1, blockSeconds: 3600 } }))
    await fetch(server.url)
    expect((await fetch(server.url)).headers.get('Retry-After')).toBe('3600')
  })

  it('lets a route punish, block and forgive its client', async () => {
    await using server = await serve(limitedApp({ policy: { ...policy, limit: 4 } }))
    const get = async (path: string) => (await fetch(`${server.url}${path}`)).status
    expect([await get('/penalty'), await get('/'), await get('/')]).toEqual([200, 200, 429])
    await using other = await serve(limitedApp())
    expect([(await fetch(`${other.url}/block`)).status, (await fetch(other.url)).status]).toEqual([200, 429])
    expect(Number((await fetch(other.url)).headers.get('Retry-After'))).toBe(300)
    await using third = await serve(limitedApp({ policy: { ...policy, limit: 2 } }))
    for (const path of ['/', '/reset', '/', '/'])
      expect((await fetch(`${third.url}${path}`)).status).toBe(200)
  })

  it('lets exactly the limit of racing requests pass', async () => {
    await using server = await serve(limitedApp({ policy: { ...policy, limit: 10 } }))
    const answers = await Promise.all(Array.from({ length: 40 }, () => fetch(server.url)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
  })

  it('counts every method, and adds the headers of several limiters up', async () => {
    const app = limitedApp()
    app.use(rateLimit({ policy: { name: 'second', limit: 9, windowSeconds: 10 } }))
    app.use((_req, res) => void res.send('ok'))
    await using server = await serve(app)
    const statuses = []
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'TRACE'])
      statuses.push((await rawRequest(server.url, { method })).status)
    expect(statuses.slice(3)).toEqual([429, 429])
    await using fresh = await serve(app)
    const answer = await fetch(`${fresh.url}/second`)
    expect(answer.headers.get('RateLimit') ?? '').toMatch(/^"test";r=0/)
  })

  it('says which policies a request has met, in one list', async () => {
    const two = [policy, { name: 'burst', limit: 1, windowSeconds: 1 }]
    await using server = await serve(limitedApp({ policy: two }))
    const { headers } = await fetch(server.url)
    expect(headers.get('RateLimit')).toMatch(/^"test";r=2;t=\d+, "burst";r=0;t=\d+$/)
    expect(headers.get('RateLimit-Policy')).toMatch(/^"test";q=3;w=60;pk=:.+:, "burst";q=1;w=1;pk=:.+:$/)
  })
})

describe.each(expressVersions)('what rateLimit() says of a deployment on %s', (_name, express) => {
  async function codesFor(trustProxy: unknown, headers: Record<string, string>) {
    const logger = recordingLogger()
    const app = express()
    app.set('trust proxy', trustProxy)
    for (const name of ['one', 'two']) app.use(rateLimit({ policy: { ...policy, name }, logger, store }))
    app.get('/', (_req, res) => void res.send('ok'))
    await using server = await serve(app)
    await rawRequest(server.url, { headers })
    await rawRequest(server.url, { headers })
    return logger.entries.map(({ fields }) => fields['code']).filter(Boolean)
  }
  let store: RateLimitOptions['store']
  const forwarded = { 'X-Forwarded-For': '203.0.113.1' }

  it.each([
    [false, forwarded, ['SECURITY_PROXY_NOT_TRUSTED']],
    [false, { Forwarded: 'for=203.0.113.1' }, ['SECURITY_PROXY_NOT_TRUSTED']],
    ['10.0.0.0/8', forwarded, ['SECURITY_PROXY_NOT_TRUSTED']],
    [true, forwarded, ['SECURITY_PROXY_TRUSTED_BLINDLY']],
    [true, {}, ['SECURITY_PROXY_TRUSTED_BLINDLY']],
    [1, forwarded, []],
    ['loopback', forwarded, []],
    [false, {}, []],
  ])('trust proxy %j and %j: %j, once', async (trustProxy, headers, codes) => {
    const { memoryRateLimitStore } = await import('../src/index.js')
    store = memoryRateLimitStore()
    expect(await codesFor(trustProxy, headers as Record<string, string>)).toEqual(codes)
  })
})

describe('rateLimit()', () => {
  it('says once, in production, that the counts are those of the process', () => {
    const logger = recordingLogger()
    rateLimit({ policy, logger })
    rateLimit({ policy, logger, production: false })
    expect(logger.entries).toEqual([
      { level: 'info', message: 'rate limits are counted in the memory of this process', fields: {} },
    ])
  })

  it('has limits for all requests, for what can be guessed, and for logins', () => {
    expect(generalLimit()).toEqual({ name: 'general', limit: 600, windowSeconds: 900 })
    expect(authLimit({ limit: 9 })).toEqual({ name: 'auth', limit: 9, windowSeconds: 900 })
    expect(loginLimit(() => 'a').map(({ name, limit }) => [name, limit])).toEqual([
      ['login', 5],
      ['login-address', 20],
    ])
    expect(() => loginLimit('email' as never)).toThrow(/reads the account/)
  })

  it.each([
    [{}, /name is needed/],
    [{ ...policy, name: 'Log in' }, /name is needed/],
    [{ ...policy, limit: 0 }, /limit is 0/],
    [{ ...policy, windowSeconds: 0.5 }, /windowSeconds/],
    [{ ...policy, blockSeconds: 5 }, /blockSeconds/],
    [{ ...policy, by: 'ip' }, /by is "address"/],
    [{ ...policy, by: [] }, /by is "address"/],
    [{ ...policy, cost: 4 }, /cost/],
    [{ ...policy, onStoreOutage: 'open' }, /onStoreOutage/],
    [{ ...policy, windowSecs: 1 }, /Did you mean "windowSeconds"/],
    [[policy, policy], /two policies are named "test"/],
    [[], /policy is empty/],
  ])('refuses the policy %j', (wrong, message) => {
    expect(() => rateLimit({ policy: wrong as RateLimitPolicy })).toThrow(TypeError)
    expect(() => rateLimit({ policy: wrong as RateLimitPolicy })).toThrow(message)
  })

  it('refuses settings that make no sense', () => {
    expect(() => rateLimit({ policy, ipv6PrefixBits: 8 })).toThrow(/ipv6PrefixBits/)
    expect(() => rateLimit({ policy, storeTimeoutMs: 0 })).toThrow(/storeTimeoutMs/)
    expect(() => rateLimit({ policies: policy } as never)).toThrow(/Did you mean "policy"/)
  })
})
