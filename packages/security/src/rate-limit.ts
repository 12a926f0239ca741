import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { findAuth } from './authenticate.js'
import { SecurityError } from './errors.js'
import { silentLogger, type Logger } from './logger.js'
import { memoryRateLimitStore } from './memory-rate-limit-store.js'
import { assertKnownKeys, assertWhole } from './options.js'
import { problemOf } from './problem.js'
import { diagnosisOf } from './proxy-diagnosis.js'
import { createCounter, type Verdict } from './rate-limit-counter.js'
import { seconds } from './rate-limit-headers.js'
import type { RateLimitPolicy } from './rate-limit-policy.js'
import type { RateLimitStore, Taken } from './rate-limit-store.js'
import { guardOf } from './store-guard.js'

/** Options of `rateLimit()`. */
export interface RateLimitOptions {
  /** One rule, or several that must all allow a request. */
  policy: RateLimitPolicy | readonly RateLimitPolicy[]
  /** @default memoryRateLimitStore() */
  store?: RateLimitStore
  /** How long a shared store is waited for. @default 150 */
  storeTimeoutMs?: number
  /** While a shared store is down, it is asked once in this time whether it is back. @default 1000 */
  storeRetryMs?: number
  /** Who sends a request, for policies by `user`. @default what `authenticate()` has found */
  userId?: (req: Request) => string | undefined
  /** How many bits of an IPv6 address name a client; a customer is given a /48 to /64. @default 56 */
  ipv6PrefixBits?: number
  /** Makes the partition keys in the headers unreadable; the same in all processes. @default random */
  secret?: string
  /**
   * `error` hands a 429 to the application's error handler. `problem` sends it from here, as `errorHandler()` would, but
   * without a request id and past every error handler and its log: a flood then costs a fifth less. @default 'error'
   */
  refuseWith?: 'error' | 'problem'
  /** @default true */
  production?: boolean
  /** @default silent */
  logger?: Logger
}

/** A request handler that limits, with what routes may add to it. Each takes the key from `req`, as the handler does. */
export interface RateLimiter extends RequestHandler {
  /** Takes `cost` more, as after a wrong password. */
  penalize(req: Request, cost?: number): Promise<void>
  /** Refuses the client for this long. */
  block(req: Request, blockSeconds: number): Promise<void>
  /** Forgets what the client has taken. */
  reset(req: Request): Promise<void>
}

const optionKeys = [
  'policy',
  'store',
  'storeTimeoutMs',
  'storeRetryMs',
  'userId',
  'ipv6PrefixBits',
  'secret',
  'refuseWith',
  'production',
  'logger',
] as const satisfies readonly (keyof RateLimitOptions)[]

/**
 * Refuses with 429 and `Retry-After` who asks too often. In no window, wherever it begins, more than `limit` pass.
 * What has been taken is told in the headers of draft-ietf-httpapi-ratelimit-headers-08.
 */
export function rateLimit(options: RateLimitOptions): RateLimiter {
  assertKnownKeys('rateLimit', options, optionKeys)
  const { store = memoryRateLimitStore(), storeTimeoutMs = 150, storeRetryMs = 1000, secret } = options
  const { userId = signedInUser, ipv6PrefixBits = 56, production = true, logger = silentLogger } = options
  const refuse = waysToRefuse[options.refuseWith ?? 'error']
  if (!refuse) throw new TypeError("rateLimit: refuseWith is 'error' or 'problem'.")
  assertWhole('rateLimit: storeTimeoutMs', storeTimeoutMs, 1, 10_000)
  assertWhole('rateLimit: storeRetryMs', storeRetryMs, 1, 600_000)
  assertWhole('rateLimit: ipv6PrefixBits', ipv6PrefixBits, 32, 128)
  const guard = store.isShared
    ? guardOf(store, { timeoutMs: storeTimeoutMs, retryMs: storeRetryMs, logger })
    : undefined
  const counters = policiesOf(options).map((policy) =>
    createCounter(policy, { store, guard, secret, userId, ipv6PrefixBits }),
  )
  const diagnose = diagnosisOf(store, { production, logger })

  return Object.assign(rateLimitMiddleware as RequestHandler, {
    async penalize(req: Request, cost = 1) {
      await Promise.all(counters.map((counter) => counter.penalize(req, cost)))
    },
    async block(req: Request, blockSeconds: number) {
      await Promise.all(counters.map((counter) => counter.block(req, blockSeconds * 1000)))
    },
    async reset(req: Request) {
      await Promise.all(counters.map((counter) => counter.reset(req)))
    },
  })

  function rateLimitMiddleware(...[req, res, next]: Parameters<RequestHandler>): void {
    diagnose(req)
    const verdicts = countAll(req, res)
    if (verdicts instanceof Promise) verdicts.then((all) => decide(all, res, next), next)
    else decide(verdicts, res, next)
  }

  function decide(verdicts: readonly Verdict[], res: Response, next: NextFunction): void {
    const refused = verdicts.filter(isRefused)
    if (refused.length > 0) refuse!(Math.max(...refused.map(({ resetMs }) => resetMs)), res, next)
    else if (verdicts.includes('unavailable')) next(unavailable())
    else next()
  }

  /** All at once, so that a client of Redis sends them together. Without a promise where none is needed. */
  function countAll(req: Request, res: Response): Verdict[] | Promise<Verdict[]> {
    const verdicts = counters.map((counter) => counter.count(req, res))
    const isKnown = verdicts.every((verdict): verdict is Verdict => !(verdict instanceof Promise))
    return isKnown ? verdicts : Promise.all(verdicts)
  }
}

function policiesOf({ policy }: RateLimitOptions): readonly RateLimitPolicy[] {
  const policies = Array.isArray(policy) ? (policy as RateLimitPolicy[]) : [policy as RateLimitPolicy]
  const names = policies.map(({ name }) => name)
  if (names.length === 0) throw new TypeError('rateLimit: policy is empty. Give at least one.')
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw new TypeError(`rateLimit: two policies are named "${twice}". Give each its own name.`)
  return policies
}

function signedInUser(req: Request): string | undefined {
  return findAuth(req)?.sub
}

function isRefused(verdict: Verdict): verdict is Taken {
  return typeof verdict === 'object' && !verdict.isAllowed
}

/** The ways of a 429. */
const waysToRefuse: Record<string, (resetMs: number, res: Response, next: NextFunction) => void> = {
  error: (resetMs, _res, next) => next(limited(resetMs)),
  problem: (resetMs, res) => {
    res.writeHead(429, { ...limitedHeaders, 'Retry-After': retryAfter(resetMs) })
    res.end(limitedBody)
  },
}

/** RFC 6585, 4. */
function limited(resetMs: number): SecurityError {
  return withoutStack(
    () =>
      new SecurityError('SECURITY_RATE_LIMITED', 'Too many requests. Wait as long as Retry-After says.', {
        status: 429,
        headers: { 'Retry-After': retryAfter(resetMs) },
      }),
  )
}

const limitedBody = JSON.stringify(problemOf(limited(0), { production: true }).problem)
const limitedHeaders = {
  'Cache-Control': 'no-store',
  'Content-Type': 'application/problem+json',
  'Content-Length': Buffer.byteLength(limitedBody),
}

function retryAfter(resetMs: number): string {
  return String(seconds(resetMs))
}

/** Where a client was refused says nothing, and in a flood of requests the stack is a good part of what one costs. */
function withoutStack(create: () => SecurityError): SecurityError {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return create()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

function unavailable(): SecurityError {
  return new SecurityError(
    'SECURITY_LIMITS_UNAVAILABLE',
    'Requests cannot be counted at the moment, and this one may not pass uncounted. Try again soon.',
    { status: 503, headers: { 'Retry-After': '5' } },
  )
}
