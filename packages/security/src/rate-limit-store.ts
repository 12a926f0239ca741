/** The rule by which a store counts. */
export interface LimitRule {
  /** The name of the policy: counts of two policies are apart. */
  name: string
  /** What may be taken in any window. */
  limit: number
  windowMs: number
  /** For how long a key is refused once it has asked for more; 0: until enough of what it has taken is forgotten. */
  blockMs: number
}

/** What a store says of one request. */
export interface Taken {
  isAllowed: boolean
  /** What has been taken in the window, this request included if it is allowed. */
  used: number
  /** Allowed: when some of it is forgotten. Refused: when the same request will be allowed. In milliseconds from now. */
  resetMs: number
}

/** Counts requests. `memoryRateLimitStore()`, `redisRateLimitStore()`, `expressRateLimitStore()`, or your own. */
export interface RateLimitStore {
  /** Whether the counts are those of all processes. They are then asked for within a time limit. */
  readonly isShared: boolean
  /** Takes `cost` if it fits, all of it or nothing. With `isForced` it is taken even if it does not fit. */
  take(key: string, cost: number, rule: LimitRule, isForced?: boolean): Taken | Promise<Taken>
  /** Refuses the key for `blockMs`. */
  block(key: string, blockMs: number, rule: LimitRule): void | Promise<void>
  /** Forgets the key. */
  reset(key: string, rule: LimitRule): void | Promise<void>
}
