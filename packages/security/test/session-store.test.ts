import { describe, expect, it, vi } from 'vitest'
import { memorySessionStore, type Rotation, type StoredSession } from '../src/index.js'
import { sessionStoreContract } from '../src/testing.js'

describe('memorySessionStore()', () => {
  for (const { name, run } of sessionStoreContract(memorySessionStore)) it(name, run)

  it('forgets sessions that have expired', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const store = memorySessionStore()
    const session = (id: string): StoredSession => ({
      id,
      sub: 'u1',
      tokenHash: id,
      previousHash: null,
      rotatedAt: new Date(),
      createdAt: new Date(),
      expiresAt: new Date(Date.now() + 1000),
      absoluteExpiresAt: new Date(Date.now() + 1000),
      userAgent: null,
    })
    await store.insert(session('old'))
    vi.setSystemTime(Date.now() + 1000)
    await store.insert(session('new'))
    vi.useRealTimers()
    expect((await store.findBySubject('u1')).map(({ id }) => id)).toEqual(['new'])
  })
})

describe('sessionStoreContract()', () => {
  it('finds a store whose rotation is not one step', async () => {
    const careless = () => {
      const store = memorySessionStore()
      return {
        ...store,
        async rotate(id: string, expectedHash: string, rotation: Rotation) {
          const session = await store.find(id)
          if (session?.tokenHash !== expectedHash) return false
          await store.insert({ ...session, ...rotation })
          return true
        },
      }
    }
    const race = sessionStoreContract(careless).find(({ name }) => name.startsWith('lets exactly one'))!
    await expect(race.run()).rejects.toThrow()
  })
})
