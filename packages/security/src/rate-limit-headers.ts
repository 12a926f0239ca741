import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import type { Response } from 'express'
import type { LimitRule, Taken } from './rate-limit-store.js'

const maxPartitions = 10_000

/**
 * Makes the function that writes `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-08). The
 * partition key is keyed: a plain hash of an IPv4 address is undone in minutes.
 */
export function createLimitHeaders(rule: LimitRule, secret: string | undefined) {
  const key = createSecretKey(secret === undefined ? randomBytes(32) : Buffer.from(secret))
  const policy = `"${rule.name}";q=${rule.limit};w=${rule.windowMs / 1000};pk=:`
  const partitions = new Map<string, string>()

  return function writeLimitHeaders(
    res: Response,
    client: string,
    { isAllowed, used, resetMs }: Taken,
  ): void {
    const remaining = isAllowed ? Math.max(0, rule.limit - used) : 0
    append(res, 'RateLimit', `"${rule.name}";r=${remaining};t=${seconds(resetMs)}`)
    append(res, 'RateLimit-Policy', `${policy}${partition(client)}:`)
  }

  function partition(client: string): string {
    let hash = partitions.get(client)
    if (hash === undefined) {
      hash = createHmac('sha256', key).update(client).digest().subarray(0, 9).toString('base64')
      if (partitions.size >= maxPartitions) partitions.clear()
      partitions.set(client, hash)
    }
    return hash
  }
}

/** Whole seconds, rounded up: who waits that long is let in. */
export function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000))
}

/** Several limiters make one list. */
function append(res: Response, name: string, value: string): void {
  const before = res.getHeader(name)
  res.setHeader(name, before === undefined ? value : `${String(before)}, ${value}`)
}
