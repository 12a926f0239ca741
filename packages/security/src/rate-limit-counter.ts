import type { Request, Response } from 'express'
import { memoryRateLimitStore } from './memory-rate-limit-store.js'
import { createLimitHeaders } from './rate-limit-headers.js'
import { createKeyReader, type KeyOptions } from './rate-limit-key.js'
import { preparePolicy, type RateLimitPolicy } from './rate-limit-policy.js'
import type { RateLimitStore, Taken } from './rate-limit-store.js'
import type { StoreGuard } from './store-guard.js'

/** What a policy says of a request; undefined when it has nothing to say. */
export type Verdict = Taken | 'unavailable' | undefined

/** Counts the requests of one policy. */
export interface Counter {
  /** Counts a request. Synchronous where the store is. */
  count(req: Request, res: Response): Verdict | Promise<Verdict>
  penalize(req: Request, cost: number): Promise<void>
  block(req: Request, blockMs: number): Promise<void>
  reset(req: Request): Promise<void>
}

/** Where a counter counts, and by what. */
export interface CounterOptions extends Omit<KeyOptions, 'by'> {
  store: RateLimitStore
  /** Of a shared store. */
  guard: StoreGuard | undefined
  secret: string | undefined
}

const maxRefused = 10_000

/** Makes the counter of a policy. */
export function createCounter(policy: RateLimitPolicy, options: CounterOptions): Counter {
  const { rule, by, cost: costOf, onStoreOutage, skip } = preparePolicy(policy)
  const { store, guard, secret } = options
  const keyOf = createKeyReader({ ...options, by })
  const writeHeaders = createLimitHeaders(rule, secret)
  const substitute = memoryRateLimitStore()
  const refusals = createRefusals()

  return {
    count(req, res) {
      if (skip(req)) return undefined
      const cost = costOf(req)
      if (cost === 0) return undefined
      const key = keyOf(req)
      if (!guard) return report(res, key, store.take(key, cost, rule) as Taken)
      const refused = refusals.find(key, cost)
      if (refused) return report(res, key, refused)
      return takeGuarded(guard, key, cost).then((verdict) =>
        typeof verdict === 'object' ? report(res, key, verdict) : verdict,
      )
    },

    async penalize(req, cost) {
      const key = keyOf(req)
      await onStore(
        () => store.take(key, cost, rule, true),
        () => substitute.take(key, cost, rule, true),
      )
    },

    async block(req, blockMs) {
      const key = keyOf(req)
      refusals.remember(key, 1, { isAllowed: false, used: rule.limit, resetMs: blockMs })
      await onStore(
        () => store.block(key, blockMs, rule),
        () => substitute.block(key, blockMs, rule),
      )
    },

    async reset(req) {
      const key = keyOf(req)
      refusals.forget(key)
      await substitute.reset(key, rule)
      await onStore(() => store.reset(key, rule))
    },
  }

  async function takeGuarded(guard: StoreGuard, key: string, cost: number): Promise<Verdict> {
    const taken = await guard.ask(async () => store.take(key, cost, rule))
    if (taken && !taken.isAllowed) refusals.remember(key, cost, taken)
    if (taken || onStoreOutage === 'allow') return taken
    return onStoreOutage === 'deny' ? 'unavailable' : substitute.take(key, cost, rule)
  }

  /** `instead` is done when the store does not answer. */
  async function onStore(work: () => unknown, instead: () => unknown = () => {}): Promise<void> {
    if (!guard) return void (await work())
    const done = await guard.ask(async () => {
      await work()
      return true
    })
    if (!done) await instead()
  }

  function report(res: Response, key: string, taken: Taken): Taken {
    writeHeaders(res, key, taken)
    return taken
  }
}

/**
 * Keys that a shared store has refused, until when: it need not be asked about them again. A request that costs less
 * than the refused one may pass, so it is asked for.
 */
function createRefusals() {
  const refusals = new Map<string, { until: number; cost: number; used: number }>()

  return {
    find(key: string, cost: number): Taken | undefined {
      const refusal = refusals.get(key)
      if (!refusal || cost < refusal.cost) return undefined
      const resetMs = refusal.until - performance.now()
      if (resetMs > 0) return { isAllowed: false, used: refusal.used, resetMs }
      refusals.delete(key)
      return undefined
    },
    remember(key: string, cost: number, { used, resetMs }: Taken): void {
      if (refusals.size >= maxRefused) refusals.delete(refusals.keys().next().value!)
      refusals.set(key, { until: performance.now() + resetMs, cost, used })
    },
    forget(key: string): void {
      refusals.delete(key)
    },
  }
}
