import { randomUUID } from 'node:crypto'
import { connectRealtime } from '@ementech/realtime/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxAt } from '../support/sandbox.js'
import { startSystem, until } from '../support/shop.js'

let system: Awaited<ReturnType<typeof startSystem>>
beforeAll(async () => {
  system = await startSystem()
}, 180_000)
afterAll(() => system[Symbol.asyncDispose]())

const password = 'a long enough password'

/** One request; what it says of itself is for the test to choose. */
async function post(path: string, body: object, headers: Record<string, string> = {}) {
  const answer = await fetch(`${system.url}/api/auth${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  const json = (text.startsWith('{') ? JSON.parse(text) : {}) as { code?: string; accessToken?: string }
  const cookies = Object.fromEntries(
    answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]!.split('=') as [string, string]),
  )
  return { status: answer.status, ...json, cookies }
}

async function register() {
  const email = `${randomUUID()}@example.com`
  return { email, ...(await post('/register', { name: 'Wanjiku', email, password })) }
}

// Each of these is red as soon as the part that it names is taken out of the shop.
describe('the shop uses every part of identity', () => {
  it('csrf: a request with a session cookie and nothing to show for it is refused', async () => {
    const { cookies } = await register()
    const Cookie = `refresh=${cookies['refresh']}; csrf=${cookies['csrf']}`
    expect((await post('/refresh', {}, { Cookie })).code).toBe('SECURITY_CSRF_HEADER')
    expect((await post('/refresh', {}, { Cookie: `refresh=${cookies['refresh']}` })).code).toBe(
      'SECURITY_CSRF_COOKIE',
    )
    expect((await post('/refresh', {}, { Cookie, 'Sec-Fetch-Site': 'cross-site' })).code).toBe(
      'SECURITY_CSRF_CROSS_SITE',
    )
    expect((await post('/refresh', {}, { Cookie, 'X-CSRF-Token': cookies['csrf']! })).status).toBe(200)
  })

  it('tokens: an access token that was changed is refused', async () => {
    const { accessToken = '' } = await register()
    const me = (token: string) =>
      fetch(`${system.url}/api/auth/me`, { headers: { Authorization: `Bearer ${token}` } })
    expect((await me(accessToken)).status).toBe(200)
    const [header, payload, signature = ''] = accessToken.split('.')
    const other = signature.startsWith('A') ? 'B' : 'A'
    expect((await me(`${header}.${payload}.${other}${signature.slice(1)}`)).status).toBe(401)
  })

  it('sessions: a log-out counts at once, also for the access token', async () => {
    const { accessToken = '', cookies } = await register()
    const Authorization = `Bearer ${accessToken}`
    await post('/logout-everywhere', {}, { Authorization })
    for (const path of ['auth/me', 'orders'])
      expect((await fetch(`${system.url}/api/${path}`, { headers: { Authorization } })).status).toBe(401)
    const headers = { Cookie: `refresh=${cookies['refresh']}`, 'Sec-Fetch-Site': 'same-origin' }
    expect((await post('/refresh', {}, headers)).code).toBe('SECURITY_SESSION_INVALID')
  })

  it('sessions: a device that was signed out elsewhere is cut off at once, also from the live news', async () => {
    const { email, accessToken = '' } = await register()
    const seen: string[] = []
    const socket = connectRealtime(system.url, { token: () => accessToken })
    socket.onStatus((status) => seen.push(status))
    await until('the socket to be connected', async () => seen.includes('connected'))

    const other = await post('/login', { email, password })
    const headers = { Authorization: `Bearer ${other.accessToken}` }
    const list = await fetch(`${system.url}/api/auth/sessions`, { headers })
    const { sessions } = (await list.json()) as { sessions: { id: string; current: boolean }[] }
    const lost = sessions.find(({ current }) => !current)!
    const revoked = await fetch(`${system.url}/api/auth/sessions/${lost.id}`, { method: 'DELETE', headers })
    expect([sessions.length, revoked.status]).toEqual([2, 204])
    await until('the socket to be cut off', async () => seen.at(-1) !== 'connected')
    socket.close()
  })

  it('passwords: the common and the obvious are not taken', async () => {
    for (const bad of ['password1', 'Wanjiku!']) {
      const refused = await post('/register', {
        name: 'Wanjiku',
        email: `${randomUUID()}@example.com`,
        password: bad,
      })
      expect(refused).toMatchObject({ status: 400, code: 'SECURITY_PASSWORD_COMMON' })
    }
  })

  it('lockout: guessing is slowed down, for an unknown address as for a known one, and not for the known browser', async () => {
    const { email, cookies } = await register()
    const known = await post('/login', { email, password })
    expect([cookies['device'], known.cookies['device']]).toEqual([undefined, expect.any(String)])
    for (const account of [email, `${randomUUID()}@example.com`]) {
      const guesses = []
      for (let guess = 0; guess < 6; guess++)
        guesses.push(await post('/login', { email: account, password: 'wrong' }))
      expect(guesses.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429])
      expect(guesses[5]!.code).toBe('SECURITY_LOCKED_OUT')
    }
    const headers = { Cookie: `device=${known.cookies['device']}`, 'Sec-Fetch-Site': 'same-origin' }
    expect((await post('/login', { email, password }, headers)).status).toBe(200)
  })

  it('passwordReset: nobody learns who has an account, and a made-up token is worth nothing', async () => {
    const { email } = await register()
    const answers = [await post('/forgot', { email }), await post('/forgot', { email: 'nobody@example.com' })]
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]!.status).toBe(202)
    expect(await post('/reset', { token: 'A'.repeat(43), password })).toMatchObject({
      status: 400,
      code: 'SECURITY_RESET_INVALID',
    })
  })

  it('passwordReset: ends the lock-out for the browser that has reset', async () => {
    const { email } = await register()
    for (let guess = 0; guess < 6; guess++) await post('/login', { email, password: 'wrong' })
    expect((await post('/login', { email, password })).code).toBe('SECURITY_LOCKED_OUT')

    await post('/forgot', { email })
    const [, token] = /reset#([\w-]{43})/.exec(await sandboxAt(system.sandboxUrl).letter(email))!
    const next = 'another long password'
    const { status, cookies } = await post('/reset', { token, password: next })
    expect(status).toBe(200)
    expect((await post('/reset', { token, password })).code).toBe('SECURITY_RESET_INVALID')
    const headers = { Cookie: `device=${cookies['device']}`, 'Sec-Fetch-Site': 'same-origin' }
    expect((await post('/login', { email, password: next }, headers)).status).toBe(200)
    expect((await post('/login', { email, password }, headers)).status).toBe(401)
  })

  it('authorize: the office is closed to whoever is no administrator', async () => {
    const { accessToken } = await register()
    const ask = async (path: string, headers: Record<string, string> = {}) => {
      const answer = await fetch(`${system.url}/api/admin${path}`, { headers })
      return [answer.status, ((await answer.json()) as { code?: string }).code]
    }
    for (const path of ['/orders', '/payments', '/products', '/comments', '/online', '/anything']) {
      expect(await ask(path)).toEqual([401, 'SECURITY_TOKEN_MISSING'])
      const Authorization = `Bearer ${accessToken}`
      expect(await ask(path, { Authorization })).toEqual([403, 'SECURITY_FORBIDDEN'])
    }
  })
})
