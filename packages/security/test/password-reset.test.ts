import { afterEach, describe, expect, it, vi } from 'vitest'
import { createPasswordReset, memoryStateStore, type StateStore } from '../src/index.js'

afterEach(() => void vi.useRealTimers())

function setUp(store: StateStore = memoryStateStore()) {
  const ended: string[] = []
  const endAll = async (sub: string) => ended.push(sub)
  return { store, ended, reset: createPasswordReset({ store, sessions: { endAll }, ttlSeconds: 600 }) }
}
const invalid = { code: 'SECURITY_RESET_INVALID', status: 400 }

describe('createPasswordReset()', () => {
  it('runs the change with the user of the token, once, and ends all sessions', async () => {
    const { reset, ended } = setUp()
    const { token } = await reset.issue('u1')
    expect(token).toMatch(/^[\w-]{43}$/)
    const changed: string[] = []
    expect(await reset.redeem(token, async (sub) => changed.push(sub))).toBe(1)
    expect([changed, ended]).toEqual([['u1'], ['u1']])
    await expect(reset.redeem(token, async (sub) => changed.push(sub))).rejects.toMatchObject(invalid)
    expect(changed).toEqual(['u1'])
  })

  it('lets exactly one of 50 racers through', async () => {
    const { reset } = setUp()
    const { token } = await reset.issue('u1')
    let changes = 0
    await Promise.allSettled(Array.from({ length: 50 }, () => reset.redeem(token, async () => changes++)))
    expect(changes).toBe(1)
  })

  it('is over after its time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { reset } = setUp()
    const { token, expiresAt } = await reset.issue('u1')
    expect(expiresAt.getTime() - Date.now()).toBe(600_000)
    vi.setSystemTime(Date.now() + 599_999)
    const late = await reset.issue('u2')
    await expect(reset.redeem(token, async (sub) => sub)).resolves.toBe('u1')
    vi.setSystemTime(Date.now() + 600_001)
    await expect(reset.redeem(late.token, async (sub) => sub)).rejects.toMatchObject(invalid)
  })

  it('keeps several mails good side by side until one is used, for this user alone', async () => {
    const { reset } = setUp()
    const [first, second, other] = [await reset.issue('u1'), await reset.issue('u1'), await reset.issue('u2')]
    await reset.redeem(first.token, async () => {})
    await expect(reset.redeem(second.token, async () => {})).rejects.toMatchObject(invalid)
    await expect(reset.redeem(other.token, async (sub) => sub)).resolves.toBe('u2')
  })

  it('gives the token back when the change is refused, as for too short a password', async () => {
    const { reset, ended } = setUp()
    const { token } = await reset.issue('u1')
    await expect(reset.redeem(token, async () => Promise.reject(new Error('too short')))).rejects.toThrow(
      'too short',
    )
    expect(ended).toEqual([])
    await expect(reset.redeem(token, async (sub) => sub)).resolves.toBe('u1')
  })

  it('keeps no token and no name in the store', async () => {
    const seen: string[] = []
    const memory = memoryStateStore()
    const { reset } = setUp({
      ...memory,
      async swap(key, before, after, expiresAt) {
        seen.push(key, after ?? '')
        return memory.swap(key, before, after, expiresAt)
      },
    })
    const { token } = await reset.issue('u1')
    expect(seen.join(' ')).not.toContain(token)
  })

  it('knows no token that it has not made', async () => {
    const { reset } = setUp()
    for (const token of ['', 'x', undefined, { $ne: null }, ['a'], 'A'.repeat(43), 'x'.repeat(1_000_000)])
      await expect(reset.redeem(token as never, async () => {})).rejects.toMatchObject(invalid)
  })

  it('refuses options and users that make no sense', async () => {
    const { store, reset } = setUp()
    const sessions = { endAll: async () => 0 }
    expect(() => createPasswordReset({ sessions } as never)).toThrow(/store is missing/)
    expect(() => createPasswordReset({ store } as never)).toThrow(/sessions are missing/)
    expect(() => createPasswordReset({ store, sessions, ttlSeconds: 86_401 })).toThrow(/ttlSeconds/)
    await expect(reset.issue('')).rejects.toThrow(TypeError)
  })
})
