import { assertKnownKeys, assertWhole } from './options.js'
import type { RateLimitStore } from './rate-limit-store.js'
import { blockUsage, emptyUsage, takeFromWindow, type Usage } from './sliding-window.js'

/** Options of `memoryRateLimitStore()`. */
export interface MemoryRateLimitStoreOptions {
  /** The most keys that are remembered; then the one that was seen longest ago is forgotten. @default 100000 */
  maxKeys?: number
}

/** Counts in the memory of this process. Each process of a cluster counts for itself. */
export function memoryRateLimitStore(options: MemoryRateLimitStoreOptions = {}): RateLimitStore {
  assertKnownKeys('memoryRateLimitStore', options, ['maxKeys'])
  const { maxKeys = 100_000 } = options
  assertWhole('memoryRateLimitStore: maxKeys', maxKeys, 1, 10_000_000)
  // In the order in which they were last seen.
  const usages = new Map<string, Usage>()

  return {
    isShared: false,
    take(key, cost, rule, isForced) {
      return takeFromWindow(touch(`${rule.name}:${key}`), cost, performance.now(), rule, isForced)
    },
    block(key, blockMs, rule) {
      blockUsage(touch(`${rule.name}:${key}`), performance.now(), blockMs)
    },
    reset(key, rule) {
      usages.delete(`${rule.name}:${key}`)
    },
  }

  function touch(key: string): Usage {
    const known = usages.get(key)
    if (known) usages.delete(key)
    else makeRoom()
    const usage = known ?? emptyUsage()
    usages.set(key, usage)
    return usage
  }

  /** Two of those that were seen longest ago go with every new one, if they have expired; one in any case, when it is full. */
  function makeRoom(): void {
    const now = performance.now()
    let looked = 0
    for (const [key, { expiresAt }] of usages) {
      if (expiresAt > now && usages.size < maxKeys) return
      usages.delete(key)
      if (++looked === 2) return
    }
  }
}
