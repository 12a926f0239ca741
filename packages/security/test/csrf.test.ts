import { describe, expect, it } from 'vitest'
import {
  createCsrf,
  createSecurity,
  errorHandler,
  memorySessionStore,
  type CsrfOptions,
} from '../src/index.js'
import { expressVersions, rawRequest, serve } from './serve.js'

type Express = (typeof expressVersions)[number][1]

const secret = 'a secret of the tests for CSRF tokens'

/** An application whose session is what the cookie `sid` says. */
async function app(express: Express, options: Partial<CsrfOptions> = {}) {
  const csrf = createCsrf({
    secret,
    sessionId: (req) => /sid=(\w+)/.exec(req.headers.cookie ?? '')?.[1],
    production: false,
    ...options,
  })
  const application = express()
  application.use(csrf.protect)
  application.get('/token', (req, res) => void res.send(csrf.issue(req, res)))
  application.all('/', (_req, res) => void res.send('done'))
  application.use(errorHandler())
  const server = await serve(application)
  const ask = async (headers: Record<string, string> = {}, method = 'POST', path = '/') => {
    const answer = await rawRequest(`${server.url}${path}`, { method, headers })
    const code = answer.body.startsWith('{') ? (JSON.parse(answer.body) as { code: string }).code : undefined
    return { ...answer, code, outcome: code ?? answer.status }
  }
  const token = async (headers: Record<string, string> = {}) => (await ask(headers, 'GET', '/token')).body
  return { ...server, ask, token }
}

describe.each(expressVersions)('createCsrf() on %s', (_name, express) => {
  const crossSite = 'SECURITY_CSRF_CROSS_SITE'

  it.each([
    ['same-origin', 200],
    ['none', 200],
    ['same-site', crossSite],
    ['cross-site', crossSite],
    ['Same-Origin', crossSite],
    ['unknown', crossSite],
    ['', crossSite],
  ])('decides by Sec-Fetch-Site: %s', async (site, outcome) => {
    await using server = await app(express)
    for (const Origin of ['https://evil.example', `http://${server.host}`, 'null'])
      expect((await server.ask({ Cookie: 'sid=a', 'Sec-Fetch-Site': site, Origin })).outcome).toBe(outcome)
  })

  it('decides by Origin where the browser says no more', async () => {
    await using server = await app(express)
    const outcome = async (Origin: string) => (await server.ask({ Cookie: 'sid=a', Origin })).outcome
    expect(await outcome(`http://${server.host}`)).toBe(200)
    expect(await outcome(`https://${server.host}`)).toBe(200)
    for (const foreign of [
      'https://evil.example',
      'null',
      '',
      `http://${server.host}.evil.example`,
      `http://evil.example/${server.host}`,
      `http://${server.host}/`,
      `http://127.0.0.1`,
      `file://${server.host}`,
    ])
      expect(await outcome(foreign), foreign).toBe(crossSite)
  })

  it('lets pages of trusted origins through, by the exact name', async () => {
    await using server = await app(express, { trustedOrigins: ['https://admin.example'] })
    const outcome = async (Origin: string, site: Record<string, string>) =>
      (await server.ask({ Cookie: 'sid=a', Origin, ...site })).outcome
    for (const site of [{}, { 'Sec-Fetch-Site': 'cross-site' }] as Record<string, string>[]) {
      expect(await outcome('https://admin.example', site)).toBe(200)
      expect(await outcome('https://admin.example.evil', site)).toBe(crossSite)
      expect(await outcome('http://admin.example', site)).toBe(crossSite)
    }
  })

  it('does not let a token outweigh what the browser says', async () => {
    await using server = await app(express)
    const token = await server.token({ Cookie: 'sid=a' })
    const headers = { Cookie: `sid=a; csrf=${token}`, 'X-CSRF-Token': token }
    expect((await server.ask({ ...headers, 'Sec-Fetch-Site': 'cross-site' })).outcome).toBe(crossSite)
    expect((await server.ask({ ...headers, Origin: 'https://evil.example' })).outcome).toBe(crossSite)
  })

  it('asks a browser that says nothing for its token, and says which part failed', async () => {
    await using server = await app(express)
    const token = await server.token({ Cookie: 'sid=a' })
    const other = await server.token({ Cookie: 'sid=a' })
    const forged = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
    const outcome = async (Cookie: string, header?: string) => {
      const answer = await server.ask({ Cookie, ...(header !== undefined && { 'X-CSRF-Token': header }) })
      if (answer.status !== 200) expect(answer.status).toBe(403)
      return answer.outcome
    }
    expect(await outcome(`sid=a; csrf=${token}`, token)).toBe(200)
    expect(await outcome('sid=a', token)).toBe('SECURITY_CSRF_COOKIE')
    expect(await outcome('sid=a; csrf=', token)).toBe('SECURITY_CSRF_COOKIE')
    expect(await outcome(`sid=a; csrf=${token}`)).toBe('SECURITY_CSRF_HEADER')
    expect(await outcome(`sid=a; csrf=${token}`, other)).toBe('SECURITY_CSRF_HEADER')
    expect(await outcome(`sid=a; csrf=${token}`, `${token} `.repeat(2))).toBe('SECURITY_CSRF_HEADER')
    expect(await outcome(`sid=b; csrf=${token}`, token)).toBe('SECURITY_CSRF_SESSION')
    expect(await outcome(`sid=a; csrf=${forged}`, forged)).toBe('SECURITY_CSRF_SESSION')
    expect(await outcome('sid=a; csrf=x', 'x')).toBe('SECURITY_CSRF_SESSION')
    const anonymous = await server.token()
    expect(await outcome(`sid=a; csrf=${anonymous}`, anonymous)).toBe('SECURITY_CSRF_SESSION')
    expect(await outcome(`csrf=${token}`, token), 'after a log-out').toBe(200)
  })

  it('leaves alone what cannot be forged: reading, Bearer, and requests without cookies', async () => {
    await using server = await app(express)
    const hostile = { Cookie: 'sid=a', 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      expect((await server.ask(hostile, method)).status, method).toBe(200)
    expect((await server.ask({ ...hostile, Authorization: 'Bearer x' })).status).toBe(200)
    expect((await server.ask({ ...hostile, Authorization: 'Basic x' })).outcome).toBe(crossSite)
    expect((await server.ask()).status).toBe(200)
    for (const method of ['PUT', 'PATCH', 'DELETE'])
      expect((await server.ask(hostile, method)).outcome, method).toBe(crossSite)
  })

  it('sets a cookie that the page can read, bound to its host in production', async () => {
    await using server = await app(express, { production: true })
    const answer = await server.ask({}, 'GET', '/token')
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-csrf=[\w.-]{110}; Path=\/; Expires=[^;]+; Secure; SameSite=Strict$/),
    ])
    const cookie = `__Host-csrf=${answer.body}`
    expect((await server.ask({ Cookie: cookie, 'X-CSRF-Token': answer.body })).status).toBe(200)
    expect((await server.ask({ Cookie: `csrf=${answer.body}`, 'X-CSRF-Token': answer.body })).outcome).toBe(
      'SECURITY_CSRF_COOKIE',
    )
  })

  it('leaves the browser its token while the session is the same, so that other tabs go on', async () => {
    await using server = await app(express)
    const token = await server.token({ Cookie: 'sid=a' })
    expect(await server.token({ Cookie: `sid=a; csrf=${token}` })).toBe(token)
    expect(await server.token({ Cookie: `sid=b; csrf=${token}` })).not.toBe(token)
    expect(await server.token({ Cookie: `csrf=${token}` })).not.toBe(token)
    expect(await server.token({ Cookie: 'sid=a; csrf=x' })).not.toBe('x')
    await using rotated = await app(express, { secret: ['the next secret of the tests for CSRF', secret] })
    expect(await rotated.token({ Cookie: `sid=a; csrf=${token}` })).not.toBe(token)
  })

  it('takes tokens of the secret before, and of no other', async () => {
    await using before = await app(express)
    const token = await before.token({ Cookie: 'sid=a' })
    const headers = { Cookie: `sid=a; csrf=${token}`, 'X-CSRF-Token': token }
    await using rotated = await app(express, { secret: ['the next secret of the tests for CSRF', secret] })
    expect((await rotated.ask(headers)).status).toBe(200)
    await using after = await app(express, { secret: 'the next secret of the tests for CSRF' })
    expect((await after.ask(headers)).outcome).toBe('SECURITY_CSRF_SESSION')
  })
})

describe.each(expressVersions)('csrf of createSecurity() on %s', (_name, express) => {
  it('survives login and logout without a reload, in a browser that sends neither header', async () => {
    const security = createSecurity({
      tokens: { issuer: 'i', audience: 'a', keys: [{ kid: 'k', alg: 'HS256', key: secret }] },
      sessions: { store: memorySessionStore(), secret, loadUser: async () => ({}) },
      production: false,
    })
    const application = express()
    application.use(security.middleware)
    application.get('/', (req, res) => void res.send(security.csrf.issue(req, res)))
    application.post('/login', (req, res, next) => {
      security.sessions.start(req, res, { sub: 'u1' }).then((grant) => res.json(grant), next)
    })
    application.post('/logout', (req, res, next) => {
      security.sessions.end(req, res).then(() => res.sendStatus(204), next)
    })
    application.use(security.errorHandler)
    await using server = await serve(application)

    const jar = new Map<string, string>()
    const ask = async (method: string, path: string, token = jar.get('csrf')) => {
      const Cookie = [...jar].map((pair) => pair.join('=')).join('; ')
      const answer = await rawRequest(`${server.url}${path}`, {
        method,
        headers: { ...(Cookie && { Cookie }), ...(token && { 'X-CSRF-Token': token }) },
      })
      for (const cookie of answer.headers['set-cookie'] ?? []) {
        const [, name = '', value = ''] = /^(\w+)=([^;]*)/.exec(cookie) ?? []
        if (value) jar.set(name, value)
        else jar.delete(name)
      }
      return answer
    }
    await ask('GET', '/')
    const anonymous = jar.get('csrf')
    expect((await ask('POST', '/login')).status).toBe(200)
    expect(jar.get('csrf')).not.toBe(anonymous)
    expect((await ask('POST', '/login')).status).toBe(200)
    expect((await ask('POST', '/logout', anonymous)).status).toBe(403)
    expect((await ask('POST', '/logout')).status).toBe(204)
    expect(jar.has('refresh')).toBe(false)
    expect((await ask('POST', '/login')).status).toBe(200)
  })
})

describe('createCsrf()', () => {
  it.each<[object, RegExp]>([
    [{ secret: 'short' }, /fewer than 32 bytes/],
    [{ secret: [] }, /secret is empty/],
    [{ trustedOrigins: ['https://shop.example/'] }, /is no origin/],
    [{ trustedOrigins: ['null'] }, /is no origin/],
    [{ trustedOrigins: ['*'] }, /is no origin/],
    [{ cookie: { secure: false }, production: true }, /outside production/],
    [{ trustedOrigin: [] }, /Did you mean "trustedOrigins"/],
  ])('refuses %j', (options, message) => {
    expect(() => createCsrf({ secret, ...options } as CsrfOptions)).toThrow(message)
  })
})
