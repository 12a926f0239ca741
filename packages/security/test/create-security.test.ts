import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  createSecurity,
  memorySessionStore,
  type Csrf,
  type Passwords,
  type Sessions,
  type Tokens,
} from '../src/index.js'
import { expressVersions, rawRequest, serve } from './serve.js'

const tokens = {
  issuer: 'https://shop.example',
  audience: 'shop-api',
  keys: [{ kid: 'k1', alg: 'HS256', key: 'a secret of the tests, which protects nothing' }],
} as const
const sessions = {
  store: memorySessionStore(),
  secret: 'a secret of the tests for refresh tokens',
  loadUser: async (_sub: string) => ({ roles: ['customer'] }),
}
const passwords = { dangerouslyLowCost: true }

describe.each(expressVersions)('createSecurity() on %s', (_name, express) => {
  it('runs headers, CORS and body parsing in this order, each for the answers of the next', async () => {
    const security = createSecurity({
      cors: { origins: ['https://shop.example'] },
      body: { maxJsonBytes: 64 },
    })
    const app = express()
    app.use(security.middleware)
    app.post('/', (req, res) => void res.json(req.body))
    app.use(security.notFound, security.errorHandler)
    await using server = await serve(app)
    const post = (origin: string, body: string) =>
      rawRequest(server.url, {
        method: 'POST',
        headers: { Origin: origin, 'Content-Type': 'application/json' },
        body,
      })

    const good = await post('https://shop.example', '{"a":1}')
    expect([good.status, good.body]).toEqual([200, '{"a":1}'])
    const large = await post('https://shop.example', JSON.stringify({ a: 'x'.repeat(64) }))
    expect(large.status).toBe(413)
    expect(large.headers['access-control-allow-origin']).toBe('https://shop.example')
    const foreign = await post('https://evil.example', JSON.stringify({ a: 'x'.repeat(64) }))
    expect(foreign.status).toBe(403)
    expect(foreign.headers['x-content-type-options']).toBe('nosniff')
  })

  it('is a whole application: sign up, sign in, be let in, renew, be turned away', async () => {
    const security = createSecurity({ tokens, sessions, passwords, production: false })
    const hash = await security.passwords.hash('correct horse')
    const app = express()
    app.use(security.middleware)
    app.post('/login', (req, res, next) => {
      const { password } = req.body as { password: string }
      security.passwords
        .verify(hash, password)
        .then((isSame) =>
          isSame ? security.sessions.start(req, res, { sub: 'u1' }) : Promise.reject(new Error('no')),
        )
        .then((grant) => res.json(grant))
        .catch(next)
    })
    app.post(
      '/refresh',
      (req, res, next) => void security.sessions.renew(req, res).then((grant) => res.json(grant), next),
    )
    app.get('/me', security.authenticate(), (_req, res) => void res.send('you'))
    app.get(
      '/admin',
      security.authenticate(),
      security.authorize('admin'),
      (_req, res) => void res.send('admin'),
    )
    app.use(security.notFound, security.errorHandler)
    await using server = await serve(app)

    const login = await fetch(`${server.url}/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"password":"correct horse"}',
    })
    const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!
    const refreshed = await fetch(`${server.url}/refresh`, {
      method: 'POST',
      headers: { Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' },
    })
    const { accessToken } = (await refreshed.json()) as { accessToken: string }
    const get = async (path: string) =>
      (await fetch(`${server.url}${path}`, { headers: { Authorization: `Bearer ${accessToken}` } })).status
    expect([await get('/me'), await get('/admin'), await get('/nothing')]).toEqual([200, 403, 404])
    await security.close()
    await security.close()
  })

  it('lets the pages of a pattern of origins send cookies, and no other', async () => {
    const security = createSecurity({
      tokens,
      sessions,
      cors: { origins: ['https://*.shop.example'], credentials: true },
    })
    const app = express()
    app.use(security.middleware)
    app.post('/', (_req, res) => void res.send('ok'))
    app.use(security.errorHandler)
    await using server = await serve(app)
    const post = async (origin: string) =>
      (
        await rawRequest(server.url, {
          method: 'POST',
          headers: { Origin: origin, Cookie: 'a=1', 'Sec-Fetch-Site': 'same-site' },
        })
      ).status
    expect([await post('https://www.shop.example'), await post('https://evil.example')]).toEqual([200, 403])
  })

  it('runs each part where it belongs: each refusal comes before those of all later parts', async () => {
    const security = createSecurity({
      tokens,
      sessions,
      cors: { origins: ['https://shop.example'], credentials: true },
      rateLimit: { general: { limit: 5 } },
      body: { maxJsonBytes: 64 },
      errors: { requestId: () => 'r1' },
    })
    const app = express()
    app.use(security.middleware)
    app.post('/', (_req, res) => void res.send('ok'))
    app.use(security.notFound, security.errorHandler)
    await using server = await serve(app)
    const long = JSON.stringify({ $ne: 'x'.repeat(64) })
    const send = async (headers: Record<string, string>, body: string) => {
      const all = { 'Content-Type': 'application/json', Cookie: 'session=1', ...headers }
      const answer = await rawRequest(server.url, { method: 'POST', headers: all, body })
      expect(answer.headers['x-content-type-options']).toBe('nosniff')
      expect(answer.headers.vary).toContain('Origin')
      expect(answer.headers['content-type']).toBe('application/problem+json')
      return JSON.parse(answer.body) as { code: string; requestId: string }
    }
    const page = { Origin: 'https://shop.example' }
    const forged = { 'Sec-Fetch-Site': 'cross-site' }
    expect((await send({ Origin: 'https://evil.example' }, long)).code).toBe('SECURITY_ORIGIN_DENIED')
    expect((await send({ ...forged }, long)).code).toBe('SECURITY_BODY_TOO_LARGE')
    expect((await send({ ...forged }, '{"$ne":1}')).code).toBe('SECURITY_INPUT_REFUSED')
    expect((await send({ ...forged }, '{"a":1}')).code).toBe('SECURITY_CSRF_CROSS_SITE')
    for (let i = 0; i < 2; i++) await send(page, '{"$ne":1}')
    const limited = await rawRequest(server.url, { method: 'POST', headers: page, body: long })
    expect(limited.status).toBe(429)
    expect(limited.headers['access-control-allow-origin']).toBe('https://shop.example')
    expect(limited.headers['access-control-expose-headers']).toContain('Retry-After')
    expect(JSON.parse(limited.body)).toMatchObject({ code: 'SECURITY_RATE_LIMITED', requestId: 'r1' })
  })

  it('leaves headers and bodies to an application that wants them', async () => {
    const app = express()
    app.use(createSecurity({ headers: false, body: false }).middleware)
    app.post('/', (req, res) => void res.json({ body: req.body as unknown }))
    await using server = await serve(app)
    const answer = await fetch(server.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"a":1}',
    })
    expect(answer.headers.has('content-security-policy')).toBe(false)
    expect(await answer.json()).toEqual({})
  })
})

describe('createSecurity()', () => {
  it('has the parts that are configured, in value and in type, and no others', () => {
    const bare = createSecurity({})
    expect(Object.keys(bare).sort()).toEqual([
      'close',
      'errorHandler',
      'middleware',
      'notFound',
      'passwords',
      'validate',
    ])
    expectTypeOf(bare).not.toHaveProperty('tokens')
    expectTypeOf(bare).not.toHaveProperty('authenticate')
    expectTypeOf(bare).not.toHaveProperty('authorize')
    expectTypeOf(bare).not.toHaveProperty('sessions')
    expectTypeOf(bare.passwords).toEqualTypeOf<Passwords>()

    const identity = createSecurity({ tokens })
    expect(Object.keys(identity)).toEqual(expect.arrayContaining(['tokens', 'authenticate', 'authorize']))
    expect(identity).not.toHaveProperty('sessions')
    expectTypeOf(identity.tokens).toEqualTypeOf<Tokens>()
    expectTypeOf(identity).not.toHaveProperty('sessions')

    const full = createSecurity({
      tokens,
      sessions: {
        ...sessions,
        loadUser: async (sub: string) => (sub ? { roles: ['customer'], name: 'Wanjiku' } : null),
      },
    })
    expectTypeOf(full.sessions).toEqualTypeOf<Sessions<{ roles: string[]; name: string }>>()
    expect(full).toHaveProperty('sessions')
    expectTypeOf(full.csrf).toEqualTypeOf<Csrf>()
    expect(full).toHaveProperty('csrf')
    const withoutCsrf = createSecurity({ tokens, sessions, csrf: false })
    expect(withoutCsrf).not.toHaveProperty('csrf')
    expectTypeOf(withoutCsrf).not.toHaveProperty('csrf')
  })

  it('does not give out sessions without tokens', () => {
    // @ts-expect-error sessions need tokens
    expect(() => createSecurity({ sessions })).toThrow(/sessions need tokens/)
  })

  it('has limits when they are configured', () => {
    const limited = createSecurity({ rateLimit: {}, production: false })
    expectTypeOf(limited.rateLimit).toBeFunction()
    expect(limited.rateLimit({ name: 'a', limit: 1, windowSeconds: 1 })).toBeTypeOf('function')
    expectTypeOf(createSecurity({})).not.toHaveProperty('rateLimit')
    expect(createSecurity({})).not.toHaveProperty('rateLimit')
  })

  it('refuses misspelt options, of the parts too', () => {
    expect(() => createSecurity({ header: {} } as never)).toThrow(/Did you mean "headers"/)
    expect(() => createSecurity({ cors: { orgins: [] } } as never)).toThrow(/Did you mean "origins"/)
    expect(() => createSecurity({ headers: { presett: 'web' } } as never)).toThrow(/Did you mean "preset"/)
  })

  it('is strict unless it is told that this is no production', () => {
    const cors = { origins: ['http://localhost:5173'] }
    expect(() => createSecurity({ cors })).toThrow(/plain http/)
    expect(() => createSecurity({ cors, production: false })).not.toThrow()
  })
})
