import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, registerCustomer, startSystem } from '../support/shop.js'

let system: Awaited<ReturnType<typeof startSystem>>
beforeAll(async () => {
  system = await startSystem()
}, 180_000)
afterAll(() => system[Symbol.asyncDispose]())

const password = 'a long enough password'
const post = (path: string, body: object) => call(system.url, 'POST', `/api/auth${path}`, body)

describe('accounts over HTTP', () => {
  it('keep an address without its spaces and in small letters, as its owner means it, and once', async () => {
    const name = randomUUID().slice(0, 8)
    const { user } = await post('/register', {
      name: '  Wanjiku   ',
      email: `  W.${name}+Shop@Gmail.com `,
      password,
    })
    expect(user).toMatchObject({ name: 'Wanjiku', email: `w.${name}+shop@gmail.com` })
    const again = post('/register', { name: 'Wanjiku', email: `W.${name}+shop@GMAIL.com`, password })
    await expect(again).rejects.toThrow('EMAIL_TAKEN')
    expect(await post('/login', { email: ` w.${name}+shop@gmail.com`, password })).toMatchObject({ user })
    for (const email of ['wanjiku', 'a@b', ['a@b.ke'], { $ne: '' }]) {
      await expect(post('/register', { name: 'Wanjiku', email, password })).rejects.toThrow(/answered 4\d\d/)
    }
  })

  it('tell who is signed in, and never a password or its hash', async () => {
    const { token, email } = await registerCustomer(system.url)
    const answers = [
      await call(system.url, 'GET', '/api/auth/me', undefined, { authorization: `Bearer ${token}` }),
      await post('/login', { email, password }),
    ]
    expect(answers[0]!.user).toEqual({
      ...{ id: expect.any(String) as string, name: 'Wanjiku', email, roles: ['customer'] },
    })
    expect(JSON.stringify(answers)).not.toMatch(/password|scrypt|argon|bcrypt|\$/)
    await expect(call(system.url, 'GET', '/api/auth/me')).rejects.toThrow('401')
  })
})
