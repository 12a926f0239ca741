import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  authenticate,
  createSessions,
  errorHandler,
  getAuth,
  memorySessionStore,
  type SessionsOptions,
  type SessionUser,
} from '../src/index.js'
import { testTokens } from './fixtures.js'
import { expressVersions, rawRequest, recordingLogger, serve } from './serve.js'

type Express = (typeof expressVersions)[number][1]

const tokens = testTokens()
const secret = 'a secret of the tests for refresh tokens'
const start = 1_800_000_000_000

afterEach(() => void vi.useRealTimers())

/** An application with a login, and a browser that keeps its cookie. */
async function shop(express: Express, options: Partial<SessionsOptions> = {}) {
  vi.useFakeTimers({ toFake: ['Date'], now: start })
  const store = memorySessionStore()
  const logger = recordingLogger()
  const users = new Map<string, SessionUser>([['u1', { roles: ['customer'] }]])
  const sessions = createSessions({
    tokens,
    store,
    secret,
    loadUser: async (sub) => users.get(sub),
    production: false,
    logger,
    ...options,
  })
  const app = express()
  app.post('/login', (req, res, next) => {
    sessions.start(req, res, { sub: 'u1', roles: ['customer'] }).then((grant) => res.json(grant), next)
  })
  app.post(
    '/refresh',
    (req, res, next) => void sessions.renew(req, res).then((grant) => res.json(grant), next),
  )
  app.post('/logout', (req, res, next) => void sessions.end(req, res).then(() => res.sendStatus(204), next))
  app.get(
    '/me',
    authenticate({ verify: tokens.verify, fromCookie: sessions.fromCookie }),
    (req, res) => void res.json(getAuth(req)),
  )
  app.use(errorHandler({ production: false }))
  const server = await serve(app)

  async function post(path: string, cookie?: string, headers: Record<string, string> = {}) {
    const answer = await rawRequest(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'User-Agent': 'Firefox', ...headers, ...(cookie !== undefined && { Cookie: cookie }) },
    })
    const setCookie = answer.headers['set-cookie'] ?? []
    const body = (answer.body.startsWith('{') ? JSON.parse(answer.body) : {}) as Record<string, string>
    return {
      status: answer.status,
      body,
      headers: answer.headers,
      setCookie,
      cookie: setCookie[0]?.split(';')[0] ?? '',
    }
  }
  const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)
  return {
    post,
    pass,
    store,
    sessions,
    users,
    logger,
    server,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

describe.each(expressVersions)('createSessions() on %s', (_name, express) => {
  it('starts a session: an access token for the page, a refresh token that no script can read', async () => {
    await using app = await shop(express)
    const login = await app.post('/login')
    expect(login.setCookie).toEqual([
      expect.stringMatching(/^refresh=[\w.-]{110}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/),
    ])
    expect(login.headers['cache-control']).toBe('no-store')
    const claims = await tokens.verify(login.body['accessToken']!)
    expect(claims).toMatchObject({ sub: 'u1', roles: ['customer'], sid: expect.any(String) as string })
    expect(new Date(login.body['expiresAt']!).getTime()).toBe(claims.exp * 1000)
  })

  it('keeps no token in the store', async () => {
    await using app = await shop(express)
    const login = await app.post('/login')
    const [, key] = login.cookie.split('=')[1]!.split('.')
    const stored = await app.store.findBySubject('u1')
    expect(stored).toHaveLength(1)
    expect(JSON.stringify(stored)).not.toContain(key)
    expect(stored[0]).toMatchObject({ sub: 'u1', userAgent: 'Firefox', previousHash: null })
  })

  it('exchanges the refresh token, and lets changed roles take effect', async () => {
    await using app = await shop(express)
    const login = await app.post('/login')
    app.users.set('u1', { roles: ['customer', 'admin'] })
    const renewed = await app.post('/refresh', login.cookie)
    expect(renewed.status).toBe(200)
    expect(renewed.cookie).not.toBe(login.cookie)
    expect(renewed.body).toMatchObject({ user: { roles: ['customer', 'admin'] } })
    const [before, after] = await Promise.all(
      [login, renewed].map(({ body }) => tokens.verify(body['accessToken']!)),
    )
    expect(after).toMatchObject({ sub: 'u1', roles: ['customer', 'admin'], sid: before!.sid })
  })

  it('ends the session of a user who is gone', async () => {
    await using app = await shop(express)
    const login = await app.post('/login')
    app.users.delete('u1')
    expect(await app.post('/refresh', login.cookie)).toMatchObject({
      status: 401,
      body: { code: 'SECURITY_SESSION_INVALID' },
    })
    expect(await app.store.findBySubject('u1')).toEqual([])
  })

  it('keeps the session when the user cannot be loaded just now', async () => {
    let fails = true
    await using app = await shop(express, {
      loadUser: async () => {
        if (fails) throw new Error('no database')
        return {}
      },
    })
    const login = await app.post('/login')
    expect((await app.post('/refresh', login.cookie)).status).toBe(500)
    fails = false
    app.pass(3600)
    expect((await app.post('/refresh', login.cookie)).status).toBe(200)
  })

  it('gives 50 racing refreshes one and the same successor, and logs nobody out', async () => {
    await using app = await shop(express)
    const login = await app.post('/login')
    const renewals = await Promise.all(Array.from({ length: 50 }, () => app.post('/refresh', login.cookie)))
    expect(new Set(renewals.map(({ status }) => status))).toEqual(new Set([200]))
    const cookies = new Set(renewals.map(({ cookie }) => cookie))
    expect(cookies.size).toBe(1)
    app.pass(60)
    expect((await app.post('/refresh', [...cookies][0])).status).toBe(200)
    expect(app.logger.entries).toEqual([])
  })

  it('gives a late tab the same successor within the grace, however often the others have renewed', async () => {
    await using app = await shop(express)
    const login = await app.post('/login')
    const first = await app.post('/refresh', login.cookie)
    app.pass(5)
    const second = await app.post('/refresh', first.cookie)
    expect(second.cookie).toBe(first.cookie)
    app.pass(4)
    expect((await app.post('/refresh', login.cookie)).cookie).toBe(first.cookie)
  })

  it('ends the session when a replaced token comes back after the grace', async () => {
    await using app = await shop(express)
    const login = await app.post('/login')
    const renewed = await app.post('/refresh', login.cookie)
    app.pass(10)
    expect(await app.post('/refresh', login.cookie)).toMatchObject({
      status: 401,
      body: { code: 'SECURITY_SESSION_REUSED' },
    })
    expect(await app.post('/refresh', renewed.cookie)).toMatchObject({
      status: 401,
      body: { code: 'SECURITY_SESSION_INVALID' },
    })
    expect(app.logger.entries).toEqual([
      {
        level: 'warn',
        message: 'refresh token used twice, session ended',
        fields: { sub: 'u1', sid: expect.any(String) as string },
      },
    ])
  })

  it('knows a replaced token however long the chain has grown since', async () => {
    await using app = await shop(express)
    const login = await app.post('/login')
    let cookie = login.cookie
    for (let round = 0; round < 5; round++) {
      app.pass(60)
      cookie = (await app.post('/refresh', cookie)).cookie
    }
    expect(await app.post('/refresh', login.cookie)).toMatchObject({
      body: { code: 'SECURITY_SESSION_REUSED' },
    })
    expect((await app.post('/refresh', cookie)).status).toBe(401)
  })

  it('ends nothing for a token that was made up, even with the id of a session', async () => {
    await using app = await shop(express)
    const login = await app.post('/login')
    const value = login.cookie.split('=')[1]!
    const [id, key, seal] = value.split('.') as [string, string, string]
    const turn = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1)
    for (const forged of [
      `${id}.${turn(key)}.${seal}`,
      `${id}.${key}.${turn(seal)}`,
      `${turn(id)}.${key}.${seal}`,
      id,
      `${value}.x`,
      '{"$ne":1}',
    ]) {
      expect(await app.post('/refresh', `refresh=${forged}`)).toMatchObject({
        status: 401,
        body: { code: 'SECURITY_SESSION_INVALID' },
      })
      expect((await app.post('/logout', `refresh=${forged}`)).status).toBe(204)
    }
    expect((await app.post('/refresh', login.cookie)).status).toBe(200)
    expect(app.logger.entries).toEqual([])
  })

  it('asks who has no cookie to sign in', async () => {
    await using app = await shop(express)
    for (const cookie of [undefined, 'other=1', 'refresh=']) {
      expect(await app.post('/refresh', cookie)).toMatchObject({
        status: 401,
        body: { code: 'SECURITY_SESSION_MISSING' },
      })
    }
  })

  it('ends with a logout, for tokens in grace too', async () => {
    await using app = await shop(express)
    const login = await app.post('/login')
    const renewed = await app.post('/refresh', login.cookie)
    const logout = await app.post('/logout', renewed.cookie)
    expect(logout.status).toBe(204)
    expect(logout.setCookie).toEqual([
      'refresh=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Strict',
    ])
    for (const cookie of [login.cookie, renewed.cookie]) {
      expect(await app.post('/refresh', cookie)).toMatchObject({
        status: 401,
        body: { code: 'SECURITY_SESSION_INVALID' },
      })
    }
    expect((await app.post('/logout')).status).toBe(204)
  })

  it('ends with a logout by a token that has been replaced', async () => {
    await using app = await shop(express)
    const login = await app.post('/login')
    const renewed = await app.post('/refresh', login.cookie)
    await app.post('/logout', login.cookie)
    expect((await app.post('/refresh', renewed.cookie)).status).toBe(401)
  })

  it('replaces the session that the browser had, when somebody signs in again', async () => {
    await using app = await shop(express)
    const first = await app.post('/login')
    const second = await app.post('/login', first.cookie)
    expect(second.cookie).not.toBe(first.cookie)
    expect(await app.sessions.list('u1')).toHaveLength(1)
    expect((await app.post('/refresh', first.cookie)).status).toBe(401)
  })

  it('ends when it is idle, and at its absolute end however often it is renewed', async () => {
    await using app = await shop(express, { idleTtlSeconds: 3600, absoluteTtlSeconds: 7200 })
    const login = await app.post('/login')
    const expires = (answer: { setCookie: string[] }) =>
      Date.parse(/Expires=([^;]+)/.exec(answer.setCookie[0]!)![1]!)
    expect(expires(login)).toBe(start + 3600_000)
    app.pass(3599)
    const second = await app.post('/refresh', login.cookie)
    expect(expires(second)).toBe(start + 7199_000)
    app.pass(3599)
    const third = await app.post('/refresh', second.cookie)
    expect(expires(third)).toBe(start + 7200_000)
    app.pass(2)
    expect(await app.post('/refresh', third.cookie)).toMatchObject({
      status: 401,
      body: { code: 'SECURITY_SESSION_INVALID' },
    })

    const again = await app.post('/login')
    app.pass(3600)
    expect((await app.post('/refresh', again.cookie)).status).toBe(401)
  })

  it('lists and ends the sessions of a user', async () => {
    await using app = await shop(express)
    const logins = [await app.post('/login'), await app.post('/login'), await app.post('/login')]
    const sid = (await tokens.verify(logins[0]!.body['accessToken']!)).sid!
    expect(await app.sessions.list('u1')).toHaveLength(3)
    expect(Object.keys((await app.sessions.list('u1'))[0]!)).toEqual([
      'id',
      'createdAt',
      'lastUsedAt',
      'expiresAt',
      'userAgent',
    ])
    expect(await app.sessions.revoke('u2', sid)).toBe(false)
    expect(await app.sessions.revoke('u1', sid)).toBe(true)
    expect(await app.sessions.revoke('u1', sid)).toBe(false)
    expect((await app.post('/refresh', logins[0]!.cookie)).status).toBe(401)
    expect(await app.sessions.endAll('u1')).toBe(2)
    expect(await app.sessions.list('u1')).toEqual([])
    await expect(app.sessions.endAll({ $ne: null } as never)).rejects.toThrow(TypeError)
    await expect(app.sessions.revoke('u1', { $ne: null } as never)).rejects.toThrow(TypeError)
  })

  it('ends at every race when the grace is 0', async () => {
    await using app = await shop(express, { graceSeconds: 0 })
    const login = await app.post('/login')
    expect((await app.post('/refresh', login.cookie)).status).toBe(200)
    expect(await app.post('/refresh', login.cookie)).toMatchObject({
      body: { code: 'SECURITY_SESSION_REUSED' },
    })
  })

  it('keeps sessions while the secret is replaced, and gives racers one successor whichever secret they know', async () => {
    const next = 'the next secret of the tests for refresh tokens'
    await using old = await shop(express, { secret: [secret, next] })
    await using young = await shop(express, { secret: [next, secret], store: old.store })
    const login = await old.post('/login')
    const [one, two] = await Promise.all([
      old.post('/refresh', login.cookie),
      young.post('/refresh', login.cookie),
    ])
    expect([one.status, two.status]).toEqual([200, 200])
    expect(one.cookie).toBe(two.cookie)
    old.pass(60)
    expect((await young.post('/refresh', one.cookie)).status).toBe(200)
    await using without = await shop(express, { secret: next, store: old.store })
    expect((await without.post('/refresh', login.cookie)).body).toMatchObject({
      code: 'SECURITY_SESSION_INVALID',
    })
  })
})

describe.each(expressVersions)('the transport of sessions on %s', (_name, express) => {
  it('puts both tokens into cookies, and takes the access token from there, or from the header, but not from both', async () => {
    await using app = await shop(express, { transport: 'cookie' })
    const login = await app.post('/login')
    expect(login.body).not.toHaveProperty('accessToken')
    expect(login.setCookie).toEqual([
      expect.stringMatching(/^refresh=.*; HttpOnly; SameSite=Strict$/),
      expect.stringMatching(/^access=ey.*; HttpOnly; SameSite=Lax$/),
    ])
    const access = login.setCookie[1]!.split(';')[0]!
    const statusOf = async (headers: Record<string, string>) =>
      (await rawRequest(`${app.server.url}/me`, { headers })).status
    const token = access.slice('access='.length)
    expect(await statusOf({ Cookie: access })).toBe(200)
    expect(await statusOf({ Authorization: `Bearer ${token}` })).toBe(200)
    expect(await statusOf({ Cookie: access, Authorization: `Bearer ${token}` })).toBe(400)
    expect(await statusOf({ Cookie: 'access=x' })).toBe(401)
    expect(await statusOf({})).toBe(401)
    expect((await app.post('/logout', login.cookie)).setCookie).toEqual([
      expect.stringMatching(/^refresh=;/),
      expect.stringMatching(/^access=;/),
    ])
  })

  it('hands both tokens to a client that is no page, and sets no cookie', async () => {
    await using app = await shop(express, { transport: 'bearer' })
    const login = await app.post('/login')
    expect(login.setCookie).toEqual([])
    expect(login.headers['cache-control']).toBe('no-store')
    const asBearer = (token = '') => ({ Authorization: `Bearer ${token}` })
    const renewed = await app.post('/refresh', undefined, asBearer(login.body['refreshToken']))
    expect(renewed.status).toBe(200)
    expect(renewed.body['refreshToken']).not.toBe(login.body['refreshToken'])
    expect((await app.post('/refresh', `refresh=${login.body['refreshToken']}`)).status).toBe(401)
    await app.post('/logout', undefined, asBearer(renewed.body['refreshToken']))
    expect((await app.post('/refresh', undefined, asBearer(renewed.body['refreshToken']))).status).toBe(401)
  })

  it.each(['split', 'bearer'] as const)(
    'refuses two ways at once, and the address: %s',
    async (transport) => {
      await using app = await shop(express, { transport })
      const login = await app.post('/login')
      const token = login.body['refreshToken'] ?? login.cookie.split('=')[1]!
      const bearer = { Authorization: `Bearer ${token}` }
      for (const answer of [
        await app.post('/refresh', `refresh=${token}`, bearer),
        await app.post('/logout', `refresh=${token}`, bearer),
        await app.post(`/refresh?refresh_token=${token}`),
      ]) {
        expect(answer).toMatchObject({ status: 400, body: { code: 'SECURITY_AUTHORIZATION_MALFORMED' } })
      }
      const access = { Authorization: `Bearer ${login.body['accessToken']}` }
      if (transport === 'split') expect((await app.post('/refresh', login.cookie, access)).status).toBe(200)
    },
  )

  it('lets a log-out count at once where the session is looked up', async () => {
    await using app = await shop(express)
    const login = await app.post('/login')
    const token = login.body['accessToken']!
    expect(await app.sessions.verify(token)).toMatchObject({ sub: 'u1' })
    await app.sessions.endAll('u1')
    expect((await tokens.verify(token)).sub).toBe('u1')
    await expect(app.sessions.verify(token)).rejects.toMatchObject({
      code: 'SECURITY_SESSION_INVALID',
      status: 401,
    })
    await expect(app.sessions.verify(await tokens.sign({ sub: 'u1' }))).rejects.toMatchObject({
      code: 'SECURITY_SESSION_INVALID',
    })
    const again = await app.post('/login')
    const sid = (await tokens.verify(again.body['accessToken']!)).sid!
    await expect(app.sessions.verify(await tokens.sign({ sub: 'u2', sid }))).rejects.toMatchObject({
      code: 'SECURITY_SESSION_INVALID',
    })
  })
})

describe.each(expressVersions)('the refresh cookie on %s', (_name, express) => {
  it('is bound to its host and to https in production, whatever the proxy says', async () => {
    await using app = await shop(express, { production: true })
    const login = await app.post('/login')
    expect(login.setCookie[0]).toMatch(
      /^__Host-refresh=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
    )
    expect((await app.post('/refresh', login.cookie)).status).toBe(200)
    expect((await app.post('/refresh', login.cookie.replace('__Host-', ''))).body).toMatchObject({
      code: 'SECURITY_SESSION_MISSING',
    })
  })

  it('has the prefix __Secure- when it has a path', async () => {
    await using app = await shop(express, { production: true, cookie: { name: 'rt', path: '/auth' } })
    expect((await app.post('/login')).setCookie[0]).toMatch(/^__Secure-rt=[^;]+; Path=\/auth; .*; Secure; /)
  })

  it('goes over plain http to this machine alone, and outside production alone', async () => {
    await using app = await shop(express)
    for (const host of ['localhost:5173', '127.0.0.1', '[::1]:3000', 'LOCALHOST']) {
      expect((await app.post('/login', undefined, { Host: host })).cookie, host).toMatch(/^refresh=/)
    }
    for (const host of [
      'shop.example',
      'localhost.evil.com',
      '192.168.1.7:3000',
      '127.0.0.1.evil.com',
      'localhost@evil',
    ]) {
      const login = await app.post('/login', undefined, { Host: host })
      expect(login, host).toMatchObject({
        status: 500,
        body: { code: 'SECURITY_COOKIE_INSECURE' },
        setCookie: [],
      })
    }
    expect(await app.sessions.list('u1')).toHaveLength(4)
  })
})

describe('createSessions()', () => {
  it.each<[Partial<SessionsOptions> | object, RegExp]>([
    [{ secret: 'short' }, /fewer than 32 bytes/],
    [{ secret: [secret, 'short'] }, /fewer than 32 bytes/],
    [{ secret: [] }, /secret is empty/],
    [{ secret: undefined }, /fewer than 32 bytes/],
    [{ loadUser: undefined }, /loadUser/],
    [{ graceSeconds: 61 }, /graceSeconds/],
    [{ idleTtlSeconds: 7200, absoluteTtlSeconds: 3600 }, /idleTtlSeconds/],
    [{ cookie: { name: '__Host-refresh' } }, /without a prefix/],
    [{ cookie: { path: 'auth' } }, /must start with/],
    [{ cookie: { path: '/; Domain=evil.com' } }, /must start with/],
    [{ cookie: { secure: false }, production: true }, /outside production/],
    [{ transport: 'both' }, /transport must be/],
    [{ cookie: { domain: 'shop.example' } }, /unknown option "domain"/],
    [{ grace: 10 }, /Did you mean "graceSeconds"|Did you mean/],
  ])('refuses %j', (options, message) => {
    const construct = () =>
      createSessions({
        tokens,
        store: memorySessionStore(),
        secret,
        loadUser: async () => ({}),
        ...options,
      } as SessionsOptions)
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(message)
  })
})
