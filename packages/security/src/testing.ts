import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createRefreshTokens } from './refresh-tokens.js'
import { rotate } from './session-rotation.js'
import type { SessionStore, StoredSession } from './session-store.js'
import type { StateStore } from './state-store.js'

export { rateLimitStoreContract } from './rate-limit-contract.js'

/** One test of a contract, for any test runner: `for (const { name, run } of contract) it(name, run)`. */
export interface ContractTest {
  name: string
  run(): Promise<void>
}

/** What every session store must do. `createStore` is called for each test; the tests do not mind what it already holds. */
export function sessionStoreContract(
  createStore: () => SessionStore | Promise<SessionStore>,
): ContractTest[] {
  return Object.entries(contract).map(([name, check]) => ({
    name,
    run: async () => check(await createStore()),
  }))
}

/** What every state store must do. `createStore` is called for each test; the tests do not mind what it already holds. */
export function stateStoreContract(createStore: () => StateStore | Promise<StateStore>): ContractTest[] {
  return Object.entries(stateContract).map(([name, check]) => ({
    name,
    run: async () => check(await createStore(), `contract:${randomUUID()}`),
  }))
}

const later = () => new Date(Date.now() + 60_000)

const stateContract: Record<string, (store: StateStore, key: string) => Promise<void>> = {
  async 'holds nothing under a new key'(store, key) {
    assert.equal(await store.get(key), undefined)
    assert.equal(await store.swap(key, 'something', 'else', later()), false)
    assert.equal(await store.swap(key, undefined, undefined, later()), true)
    assert.equal(await store.get(key), undefined)
  },

  async 'writes, replaces and removes what is as expected'(store, key) {
    assert.equal(await store.swap(key, undefined, 'one', later()), true)
    assert.equal(await store.get(key), 'one')
    assert.equal(await store.swap(key, undefined, 'two', later()), false)
    assert.equal(await store.swap(key, 'other', 'two', later()), false)
    assert.equal(await store.swap(key, 'other', undefined, later()), false)
    assert.equal(await store.get(key), 'one')
    assert.equal(await store.swap(key, 'one', '', later()), true)
    assert.equal(await store.get(key), '')
    assert.equal(await store.swap(key, '', undefined, later()), true)
    assert.equal(await store.get(key), undefined)
  },

  async 'takes what has expired for nothing'(store, key) {
    assert.equal(await store.swap(key, undefined, 'old', new Date(Date.now() - 1)), true)
    assert.equal(await store.get(key), undefined)
    assert.equal(await store.swap(key, 'old', 'new', later()), false)
    assert.equal(await store.swap(key, undefined, 'new', later()), true)
    assert.equal(await store.get(key), 'new')
  },

  async 'lets exactly one of 50 racers write, and exactly one remove'(store, key) {
    const racers = Array.from({ length: 50 }, (_, index) => `racer-${index}`)
    const written = await Promise.all(racers.map((racer) => store.swap(key, undefined, racer, later())))
    assert.equal(written.filter(Boolean).length, 1)
    const winner = racers[written.indexOf(true)]
    assert.equal(await store.get(key), winner)
    const removed = await Promise.all(racers.map(() => store.swap(key, winner, undefined, later())))
    assert.equal(removed.filter(Boolean).length, 1)
  },
}

const contract: Record<string, (store: SessionStore) => Promise<void>> = {
  async 'returns a session as it was inserted'(store) {
    const { session } = newSession()
    await store.insert(session)
    assert.deepEqual(await store.find(session.id), session)
  },

  async 'knows no session that was never inserted'(store) {
    const { session } = newSession()
    assert.equal(await store.find(session.id), undefined)
    assert.equal(await store.rotate(session.id, session.tokenHash, rotationTo('other')), false)
    assert.equal(await store.delete(session.id), false)
  },

  async 'rotates a session whose hash is the expected one'(store) {
    const { session } = newSession()
    await store.insert(session)
    const rotation = rotationTo('next')
    assert.equal(await store.rotate(session.id, session.tokenHash, rotation), true)
    assert.deepEqual(await store.find(session.id), { ...session, ...rotation })
  },

  async 'leaves a session alone whose hash is another'(store) {
    const { session } = newSession()
    await store.insert(session)
    assert.equal(await store.rotate(session.id, 'another', rotationTo('next')), false)
    assert.deepEqual(await store.find(session.id), session)
  },

  async 'lets exactly one of 50 racing rotations win'(store) {
    const { session } = newSession()
    await store.insert(session)
    const racers = Array.from({ length: 50 }, (_, index) => rotationTo(`racer-${index}`))
    const won = await Promise.all(
      racers.map((rotation) => store.rotate(session.id, session.tokenHash, rotation)),
    )
    assert.equal(won.filter(Boolean).length, 1)
    assert.deepEqual(await store.find(session.id), { ...session, ...racers[won.indexOf(true)] })
  },

  async 'gives 50 racing refreshes one and the same successor'(store) {
    const { session, token } = newSession()
    await store.insert(session)
    const context = { store, refreshTokens, graceSeconds: 10, idleTtlSeconds: 3600 }
    const results = await Promise.all(Array.from({ length: 50 }, () => rotate(token, session, context)))
    const successors = results.map((result) => (typeof result === 'string' ? result : result.token.value))
    assert.equal(new Set(successors).size, 1)
    assert.notEqual(successors[0], token.value)
    assert.equal((await store.find(session.id))?.tokenHash, refreshTokens.read(successors[0])?.hash)
  },

  async 'forgets a deleted session, and rotates it no more'(store) {
    const { session } = newSession()
    await store.insert(session)
    assert.equal(await store.delete(session.id), true)
    assert.equal(await store.find(session.id), undefined)
    assert.equal(await store.rotate(session.id, session.tokenHash, rotationTo('next')), false)
    assert.equal(await store.find(session.id), undefined)
  },

  async 'finds and deletes the sessions of one user, and of no other'(store) {
    const [first, second, other] = [newSession().session, newSession().session, newSession().session]
    second.sub = first.sub
    for (const session of [first, second, other]) await store.insert(session)
    const found = await store.findBySubject(first.sub)
    assert.deepEqual(found.map(({ id }) => id).sort(), [first.id, second.id].sort())
    assert.equal(await store.deleteBySubject(first.sub), 2)
    assert.deepEqual(await store.findBySubject(first.sub), [])
    assert.deepEqual(await store.find(other.id), other)
  },
}

const refreshTokens = createRefreshTokens(['the secret of the contract, which protects nothing'])

function newSession() {
  const token = refreshTokens.issue()
  const now = Date.now()
  const session: StoredSession = {
    id: token.id,
    sub: `user-of-${token.id}`,
    tokenHash: token.hash,
    previousHash: null,
    rotatedAt: new Date(now),
    createdAt: new Date(now),
    expiresAt: new Date(now + 3_600_000),
    absoluteExpiresAt: new Date(now + 7_200_000),
    userAgent: null,
  }
  return { session, token }
}

function rotationTo(tokenHash: string) {
  const now = Date.now()
  return { tokenHash, previousHash: 'before', rotatedAt: new Date(now), expiresAt: new Date(now + 3_600_000) }
}
