import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { ContractTest } from './testing.js'
import type { LimitRule, RateLimitStore } from './rate-limit-store.js'

/** What every rate limit store must do. `createStore` is called for each test; the tests do not mind what it already holds. */
export function rateLimitStoreContract(
  createStore: () => RateLimitStore | Promise<RateLimitStore>,
): ContractTest[] {
  return Object.entries(contract).map(([name, check]) => ({
    name,
    run: async () => check(await createStore()),
  }))
}

const rule: LimitRule = { name: 'contract', limit: 5, windowMs: 60_000, blockMs: 0 }

const contract: Record<string, (store: RateLimitStore) => Promise<void>> = {
  async 'allows as many as the limit, and says what is used and for how long'(store) {
    const key = randomUUID()
    for (let used = 1; used <= rule.limit; used++) {
      const taken = await store.take(key, 1, rule)
      assert.equal(taken.isAllowed, true)
      assert.equal(taken.used, used)
      assert.ok(taken.resetMs > 0 && taken.resetMs <= rule.windowMs * 1.1)
    }
    const refused = await store.take(key, 1, rule)
    assert.equal(refused.isAllowed, false)
    assert.ok(refused.resetMs > 0 && refused.resetMs <= rule.windowMs * 1.1)
  },

  async 'lets exactly as many of 50 racing requests pass as the limit allows'(store) {
    const key = randomUUID()
    const taken = await Promise.all(Array.from({ length: 50 }, async () => store.take(key, 1, rule)))
    assert.equal(taken.filter(({ isAllowed }) => isAllowed).length, rule.limit)
  },

  async 'counts what a request costs'(store) {
    const key = randomUUID()
    assert.equal((await store.take(key, 3, rule)).used, 3)
    assert.equal((await store.take(key, 3, rule)).isAllowed, false)
  },

  async 'counts keys and policies apart'(store) {
    const key = randomUUID()
    await store.take(key, 5, rule)
    assert.equal((await store.take(randomUUID(), 1, rule)).isAllowed, true)
    assert.equal((await store.take(key, 1, { ...rule, name: 'contract-2' })).isAllowed, true)
  },

  async 'takes by force what does not fit'(store) {
    const key = randomUUID()
    await store.take(key, 4, rule)
    await store.take(key, 4, rule, true)
    assert.equal((await store.take(key, 1, rule)).isAllowed, false)
  },

  async 'refuses for as long as the policy blocks'(store) {
    const key = randomUUID()
    const blocking = { ...rule, name: 'contract-block', blockMs: 3_600_000 }
    await store.take(key, 5, blocking)
    const refused = await store.take(key, 1, blocking)
    assert.equal(refused.isAllowed, false)
    assert.ok(refused.resetMs > 3_500_000 && refused.resetMs <= 3_600_000)
  },

  async 'forgets a key'(store) {
    const key = randomUUID()
    await store.take(key, 5, rule)
    await store.reset(key, rule)
    assert.equal((await store.take(key, 5, rule)).isAllowed, true)
  },

  async 'lets a key in again when it has said that it would'(store) {
    const key = randomUUID()
    const short = { ...rule, name: 'contract-short', windowMs: 1000 }
    await store.take(key, 5, short)
    const { resetMs } = await store.take(key, 1, short)
    // The promise is about time, so time must pass.
    await new Promise((resolve) => setTimeout(resolve, resetMs + 5))
    assert.equal((await store.take(key, 1, short)).isAllowed, true)
  },
}
