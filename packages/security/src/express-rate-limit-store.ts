import type { Options, Store } from 'express-rate-limit'
import type { LimitRule, RateLimitStore, Taken } from './rate-limit-store.js'

/**
 * Takes any store of express-rate-limit, one for each policy, with a prefix of its own:
 *
 *     expressRateLimitStore((policy) => new RedisStore({ sendCommand, prefix: `limit:${policy}:` }))
 *
 * A store that has failed is initialised again before it is next used: rate-limit-redis loads its scripts at
 * construction, and does not get over a Redis that was down then. Its windows are fixed, so that up to twice the limit
 * passes around the edge of one; what it refuses it counts, too; and it cannot block, so a block holds in the process
 * that has set it.
 */
export function expressRateLimitStore(create: (policy: string) => Store): RateLimitStore {
  if (typeof create !== 'function')
    throw new TypeError('expressRateLimitStore: give a function that makes a store for a policy.')
  const stores = new Map<string, { store: Store; needsInit: boolean }>()

  return {
    isShared: true,
    async take(key, cost, rule, isForced = false) {
      return use(rule, async (store) => {
        // There is no other way to take more than one.
        const hits = await Promise.all(Array.from({ length: cost }, () => store.increment(key)))
        return toTaken(hits, rule, isForced)
      })
    },
    async block() {},
    async reset(key, rule) {
      await use(rule, async (store) => store.resetKey(key))
    },
  }

  async function use<T>(rule: LimitRule, work: (store: Store) => Promise<T>): Promise<T> {
    const entry = stores.get(rule.name) ?? { store: create(rule.name), needsInit: true }
    stores.set(rule.name, entry)
    try {
      if (entry.needsInit) {
        entry.needsInit = false
        await entry.store.init?.({ windowMs: rule.windowMs, limit: rule.limit } as Options)
      }
      return await work(entry.store)
    } catch (error) {
      entry.needsInit = true
      throw error
    }
  }
}

function toTaken(
  hits: readonly { totalHits: number; resetTime: Date | undefined }[],
  { limit, windowMs, blockMs }: LimitRule,
  isForced: boolean,
): Taken {
  const used = Math.max(...hits.map(({ totalHits }) => totalHits))
  const resetMs = (hits[0]?.resetTime?.getTime() ?? Date.now() + windowMs) - Date.now()
  const isAllowed = isForced || used <= limit
  return { isAllowed, used, resetMs: isAllowed ? resetMs : Math.max(resetMs, blockMs) }
}
