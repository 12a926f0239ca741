import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { authenticate, authorize, bodyParsers, errorHandler, findAuth, getAuth } from '../src/index.js'
import { testTokens } from './fixtures.js'
import { expressVersions, rawRequest, serve } from './serve.js'

const tokens = testTokens()
const bearer = async (roles?: string[]) =>
  `Bearer ${await tokens.sign({ sub: 'u1', ...(roles && { roles }) })}`

describe.each(expressVersions)('authenticate() on %s', (_name, express) => {
  function privateApp() {
    const app = express()
    app.use(bodyParsers())
    app.all('/me', authenticate({ verify: tokens.verify }), (req, res) => void res.json(getAuth(req)))
    app.get('/cart', authenticate({ verify: tokens.verify, optional: true }), (req, res) => {
      res.json({ sub: findAuth(req)?.sub ?? 'guest' })
    })
    app.get('/forgotten', (req, res) => void res.json(getAuth(req)))
    app.use(errorHandler({ production: false }))
    return app
  }

  it('lets in who sends a valid token, and tells the handler who it is', async () => {
    await using server = await serve(privateApp())
    const answer = await fetch(`${server.url}/me`, { headers: { Authorization: await bearer(['admin']) } })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ sub: 'u1', roles: ['admin'] })
  })

  it('asks for a token with a bare challenge', async () => {
    await using server = await serve(privateApp())
    for (const headers of [
      {},
      { Authorization: 'Basic dTpw' },
      { Authorization: 'Bearerx abc' },
      { Cookie: 'access_token=x' },
    ]) {
      const answer = await rawRequest(`${server.url}/me`, { headers: headers as Record<string, string> })
      expect(answer.status).toBe(401)
      expect(answer.headers['www-authenticate']).toBe('Bearer')
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'SECURITY_TOKEN_MISSING' })
    }
  })

  it('answers 401 invalid_token to a token that is none of ours', async () => {
    await using server = await serve(privateApp())
    const answer = await rawRequest(`${server.url}/me`, { headers: { Authorization: 'Bearer abc.def.ghi' } })
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"')
    expect(answer.body).not.toContain('canonical')
  })

  it('takes the scheme in any case, and exactly one space (attack 16)', async () => {
    await using server = await serve(privateApp())
    const token = await tokens.sign({ sub: 'u1' })
    const statusOf = async (authorization: string) =>
      (await rawRequest(`${server.url}/me`, { headers: { Authorization: authorization } })).status
    expect(await statusOf(`bearer ${token}`)).toBe(200)
    for (const malformed of [
      `Bearer  ${token}`,
      `Bearer\t${token}`,
      `Bearer ${token} x`,
      'Bearer',
      `Bearer "${token}"`,
      `Bearer ${token}, Bearer ${token}`,
    ]) {
      const answer = await rawRequest(`${server.url}/me`, { headers: { Authorization: malformed } })
      expect([answer.status, answer.headers['www-authenticate']], malformed).toEqual([
        401,
        'Bearer error="invalid_token"',
      ])
    }
  })

  it('refuses a token in the address, in a form, and twice (attack 16)', async () => {
    await using server = await serve(privateApp())
    const authorization = await bearer()
    const token = authorization.slice(7)
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const answers = await Promise.all([
      rawRequest(`${server.url}/me?access_token=${token}`, {}),
      rawRequest(`${server.url}/me?access_token=${token}`, { headers: { Authorization: authorization } }),
      rawRequest(`${server.url}/me`, { method: 'POST', headers: { ...form }, body: `access_token=${token}` }),
      rawRequest(`${server.url}/me`, {
        method: 'POST',
        headers: { ...form, Authorization: authorization },
        body: `access_token=${token}`,
      }),
      rawRequest(`${server.url}/me`, { headers: { Authorization: [authorization, authorization] } }),
      rawRequest(`${server.url}/me`, { headers: { Authorization: [authorization, 'Bearer other'] } }),
    ])
    for (const answer of answers) {
      expect(answer.status).toBe(400)
      expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_request"')
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'SECURITY_AUTHORIZATION_MALFORMED' })
    }
  })

  it('lets a JSON body have a member of that name', async () => {
    await using server = await serve(privateApp())
    const headers = { 'Content-Type': 'application/json', Authorization: await bearer() }
    const answer = await fetch(`${server.url}/me`, {
      method: 'POST',
      headers,
      body: '{"access_token":"of another service"}',
    })
    expect(answer.status).toBe(200)
  })

  it('lets guests pass where it is optional, but no wrong token', async () => {
    await using server = await serve(privateApp())
    const cart = async (headers: Record<string, string>) => {
      const answer = await fetch(`${server.url}/cart`, { headers })
      return [answer.status, ((await answer.json()) as { sub?: string }).sub]
    }
    expect(await cart({})).toEqual([200, 'guest'])
    expect(await cart({ Authorization: await bearer() })).toEqual([200, 'u1'])
    expect(await cart({ Authorization: 'Bearer abc.def.ghi' })).toEqual([401, undefined])
  })

  it('says which middleware is missing', async () => {
    await using server = await serve(privateApp())
    const answer = await fetch(`${server.url}/forgotten`)
    expect(answer.status).toBe(500)
    expect(await answer.json()).toMatchObject({
      detail: expect.stringContaining('Mount authenticate()') as string,
    })
  })
})

describe.each(expressVersions)('authorize() on %s', (_name, express) => {
  async function statusOf(handler: ReturnType<typeof authorize>, roles?: string[]) {
    const app = express()
    app.get('/', authenticate({ verify: tokens.verify }), handler, (_req, res) => void res.send('ok'))
    app.use(errorHandler())
    await using server = await serve(app)
    const answer = await fetch(server.url, { headers: { Authorization: await bearer(roles) } })
    return [answer.status, answer.headers.get('www-authenticate')]
  }
  const forbidden = [403, 'Bearer error="insufficient_scope"']
  const passed = [200, null]

  it('lets in who has one of the roles', async () => {
    expect(await statusOf(authorize('admin', 'clerk'), ['clerk'])).toEqual(passed)
    expect(await statusOf(authorize('admin', 'clerk'), ['customer'])).toEqual(forbidden)
    expect(await statusOf(authorize('admin'))).toEqual(forbidden)
    expect(await statusOf(authorize('admin'), ['Admin', 'administrator'])).toEqual(forbidden)
  })

  it('lets in whom the predicate accepts, now or later, with true and nothing else', async () => {
    expect(await statusOf(authorize(({ sub }) => sub === 'u1'))).toEqual(passed)
    expect(await statusOf(authorize(async ({ sub }, req) => sub === 'u1' && req.path === '/'))).toEqual(
      passed,
    )
    expect(await statusOf(authorize(() => false))).toEqual(forbidden)
    expect(await statusOf(authorize((() => 'yes') as never))).toEqual(forbidden)
    expect(await statusOf(authorize(async () => Promise.reject(new Error('no database'))))).toEqual([
      500,
      null,
    ])
  })

  it('lets nobody in when authenticate() is missing', async () => {
    const app = express()
    app.get('/', authorize('admin'), (_req, res) => void res.send('ok'))
    app.use(errorHandler())
    await using server = await serve(app)
    expect((await fetch(server.url)).status).toBe(500)
  })
})

describe('authorize() and getAuth()', () => {
  it('refuse to be called without sense', () => {
    expect(() => (authorize as (...roles: unknown[]) => unknown)()).toThrow(/at least one role/)
    expect(() => authorize('')).toThrow(/at least one role/)
    expect(() => authorize('admin', (() => true) as never)).toThrow(/at least one role/)
    expect(() => authenticate({ verify: tokens.verify, optinal: true } as never)).toThrow(
      /Did you mean "optional"/,
    )
    expect(() => getAuth(new IncomingMessage(new Socket()))).toThrow(TypeError)
  })
})
