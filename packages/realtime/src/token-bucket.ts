/** @internal Takes one and returns 0, or returns in how many milliseconds the next one is there. */
export type TokenBucket = () => number

/** @internal Lets `burst` through at once and `perSecond` in the long run. */
export function createTokenBucket(perSecond: number, burst: number): TokenBucket {
  let tokens = burst
  let filledAt = performance.now()
  return function take() {
    const now = performance.now()
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond)
    filledAt = now
    if (tokens < 1) return Math.ceil(((1 - tokens) / perSecond) * 1000)
    tokens -= 1
    return 0
  }
}
