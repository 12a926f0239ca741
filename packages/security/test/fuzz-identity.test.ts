import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import express from 'express'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSecurity, memorySessionStore, memoryStateStore } from '../src/index.js'
import { rawRequest, recordingLogger, serve } from './serve.js'

const secret = randomBytes(32).toString('hex')

/** What a header can hold: what Node lets a client send. */
const headerText = fc
  .stringMatching(/^[\t\x20-\x7e\x80-\xff]{0,300}$/)
  .map((text) => text.trim())
  .filter((text) => text !== '')
const base64url = fc.stringMatching(/^[\w-]{0,200}$/)
const jsonPart = fc.json().map((text) => Buffer.from(text).toString('base64url'))

describe('10,000 hostile requests', () => {
  const logger = recordingLogger()
  const security = createSecurity({
    tokens: { issuer: 'i', audience: 'a', keys: [{ kid: 'k', alg: 'HS256', key: secret }] },
    sessions: { store: memorySessionStore(), secret, loadUser: async () => ({}), transport: 'cookie' },
    lockout: { store: memoryStateStore() },
    production: false,
    logger,
  })
  let server: Awaited<ReturnType<typeof serve>>
  let token: string
  let refresh: string

  beforeAll(async () => {
    const app = express()
    app.use(security.middleware)
    app.post(
      '/login',
      async (req, res) => void res.json(await security.sessions.start(req, res, { sub: 'u1' })),
    )
    app.post('/refresh', async (req, res) => void res.json(await security.sessions.renew(req, res)))
    app.all('/me', security.authenticate(), (_req, res) => void res.send('in'))
    app.all(
      '/admin',
      security.authenticate(),
      security.authorize('admin'),
      (_req, res) => void res.send('in'),
    )
    app.use(security.notFound, security.errorHandler)
    server = await serve(app)
    token = await security.tokens.sign({ sub: 'u1' })
    const login = await rawRequest(`${server.url}/login`, { method: 'POST' })
    refresh = login.headers['set-cookie']![0]!.split(';')[0]!.split('=')[1]!
  })
  afterAll(() => server[Symbol.asyncDispose]())

  /** A good token with something done to it. */
  const mutant = () =>
    fc
      .tuple(
        fc.nat(token.length - 1),
        fc.constantFrom(...'AB_-.=+/ \u00e9'),
        fc.constantFrom('set', 'insert', 'cut'),
      )
      .map(([at, char, how]) => {
        if (how === 'cut') return token.slice(0, at)
        const changed = token.slice(0, at) + char + token.slice(how === 'set' ? at + 1 : at)
        return changed === token ? `${token}A` : changed
      })
  const tokens = () =>
    fc.oneof(
      mutant(),
      headerText,
      fc.tuple(base64url, base64url, base64url).map((parts) => parts.join('.')),
      fc.tuple(jsonPart, jsonPart, base64url).map((parts) => parts.join('.')),
    )

  async function ask(path: string, method: string, headers: Record<string, string>): Promise<void> {
    const { status, body } = await rawRequest(server.url + path, { method, headers })
    // A cookie called `__proto__` does not come as far as to identity.
    if (status === 400 && headers['Cookie'] && body.includes('SECURITY_INPUT_REFUSED')) return
    expect([401, 403], inspect({ path, method, headers, body })).toContain(status)
  }

  it('as Bearer tokens give 401', async () => {
    await fc.assert(
      fc.asyncProperty(tokens(), fc.constantFrom('/me', '/admin'), (hostile, path) =>
        ask(path, 'GET', { Authorization: `Bearer ${hostile}` }),
      ),
      { numRuns: 4000 },
    )
  }, 120_000)

  it('as Authorization headers of any kind give 401', async () => {
    await fc.assert(
      fc.asyncProperty(headerText, (hostile) => ask('/me', 'GET', { Authorization: hostile })),
      { numRuns: 2000 },
    )
  }, 120_000)

  it('as cookies give 401 or 403', async () => {
    const turned = refresh.startsWith('A') ? `B${refresh.slice(1)}` : `A${refresh.slice(1)}`
    const cookie = fc.oneof(
      headerText,
      tokens().map((value) => `access=${value}`),
      tokens().map((value) => `refresh=${value}`),
      fc.constantFrom(
        `refresh=${turned}`,
        `refresh=%; access=%`,
        'refresh; access',
        '__proto__=1; refresh=x',
      ),
    )
    const site = fc.constantFrom<Record<string, string>>(
      {},
      { 'Sec-Fetch-Site': 'same-origin' },
      { 'Sec-Fetch-Site': 'cross-site' },
    )
    await fc.assert(
      fc.asyncProperty(cookie, site, fc.constantFrom('/me', '/refresh'), (hostile, headers, path) =>
        ask(path, 'POST', { ...headers, Cookie: hostile }),
      ),
      { numRuns: 3000 },
    )
  }, 120_000)

  it('as headers about where they come from give 403', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('Origin', 'Sec-Fetch-Site'),
        headerText.filter((text) => text !== 'same-origin' && text !== 'none'),
        (name, hostile) => ask('/refresh', 'POST', { Cookie: `refresh=${refresh}`, [name]: hostile }),
      ),
      { numRuns: 1000 },
    )
  }, 120_000)

  it('leave no token and no secret in the log', () => {
    const log = inspect(logger.entries, { depth: 10, maxArrayLength: null, maxStringLength: null })
    for (const [, payload, signature] of [token.split('.'), refresh.split('.')]) {
      expect(log).not.toContain(payload!.slice(0, 20))
      expect(log).not.toContain(signature!.slice(0, 20))
    }
    expect(log).not.toContain(secret.slice(0, 12))
    expect(logger.entries.filter(({ level }) => level === 'error')).toEqual([])
  })
})
