import type { Request } from 'express'
import { assertKnownKeys, assertWhole } from './options.js'
import type { LimitRule } from './rate-limit-store.js'

/**
 * What requests are counted by: the address of the client, the user (a guest: the address), or anything that can be
 * read from the request, such as an account in the body.
 */
export type RateLimitBy = 'address' | 'user' | ((req: Request) => string | undefined)

/** What happens to requests while a shared store does not answer. */
export type StoreOutageRule = 'memory' | 'allow' | 'deny'

/** One rule: who may have how much of what. */
export interface RateLimitPolicy {
  /** Names the policy in keys and headers: lower-case letters, digits and `-`. Two policies need two names. */
  name: string
  /** How many requests in any window. */
  limit: number
  windowSeconds: number
  /** One thing or several: `['address', (req) => req.body.email]` counts each pair for itself. @default 'address' */
  by?: RateLimitBy | readonly RateLimitBy[]
  /** What a request takes of the limit; 0 is free, and more than the limit is all of it. @default 1 */
  cost?: number | ((req: Request) => number)
  /** How long a key is refused that has asked for more than the limit; not less than the window. @default 0: no longer than needed */
  blockSeconds?: number
  /**
   * While a shared store does not answer, requests are counted in `memory`, `allow`ed, or refused with 503.
   * @default 'memory'
   */
  onStoreOutage?: StoreOutageRule
  /** Requests for which it returns true are not counted. */
  skip?: (req: Request) => boolean
}

/** A policy as it is used. */
export interface PreparedPolicy {
  rule: LimitRule
  by: readonly RateLimitBy[]
  cost: (req: Request) => number
  onStoreOutage: StoreOutageRule
  skip: (req: Request) => boolean
}

const policyKeys = [
  'name',
  'limit',
  'windowSeconds',
  'by',
  'cost',
  'blockSeconds',
  'onStoreOutage',
  'skip',
] as const satisfies readonly (keyof RateLimitPolicy)[]

const oneWeek = 604_800

/** Checks a policy. Throws a `TypeError` for one that makes no sense. */
export function preparePolicy(policy: RateLimitPolicy): PreparedPolicy {
  assertKnownKeys('rateLimit', policy, policyKeys)
  const { name, limit, windowSeconds, blockSeconds = 0, onStoreOutage = 'memory' } = policy
  const { by = 'address', cost = 1, skip = () => false } = policy
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]{0,39}$/.test(name))
    throw new TypeError('rateLimit: name is needed, of lower-case letters, digits and "-".')
  assertWhole(`rateLimit "${name}": limit`, limit, 1, 1_000_000_000)
  assertWhole(`rateLimit "${name}": windowSeconds`, windowSeconds, 1, oneWeek)
  if (blockSeconds !== 0)
    assertWhole(`rateLimit "${name}": blockSeconds`, blockSeconds, windowSeconds, 4 * oneWeek)
  if (!['memory', 'allow', 'deny'].includes(onStoreOutage))
    throw new TypeError(`rateLimit "${name}": onStoreOutage is "memory", "allow" or "deny".`)
  const parts = typeof by === 'object' ? by : [by]
  if (parts.length === 0 || !parts.every((part) => isKnownPart(part)))
    throw new TypeError(`rateLimit "${name}": by is "address", "user", a function, or a list of these.`)
  if (typeof cost === 'number') assertWhole(`rateLimit "${name}": cost`, cost, 0, limit)

  return {
    rule: { name, limit, windowMs: windowSeconds * 1000, blockMs: blockSeconds * 1000 },
    by: parts,
    cost: typeof cost === 'number' ? () => cost : (req) => wholeCost(name, cost(req), limit),
    onStoreOutage,
    skip,
  }
}

function isKnownPart(part: RateLimitBy): boolean {
  return part === 'address' || part === 'user' || typeof part === 'function'
}

function wholeCost(name: string, cost: number, limit: number): number {
  if (Number.isSafeInteger(cost) && cost >= 0) return Math.min(cost, limit)
  throw new TypeError(`rateLimit "${name}": a request costs ${cost}. It must be a whole number from 0.`)
}
