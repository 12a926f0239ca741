import { performance } from 'node:perf_hooks'
import type { Observation } from './observation.js'
import type { Attempt } from './payment.js'
import type { Provider, ProviderTiming, ReadResult } from './provider.js'
import { isOverdue } from './schedule.js'

/** Asks one provider, but not while it has told us to leave it alone. */
export interface Reader {
  read(attempt: { providerRef: string }): Promise<ReadResult>
}

/** A rate limit met by one question silences all of this process's questions to that provider for a while. */
export function createReader(provider: Provider, ticks = () => performance.now()): Reader {
  let silentUntil = 0
  let reason = ''
  return {
    async read(attempt) {
      const wait = silentUntil - ticks()
      if (wait > 0) return { status: 'unavailable', code: reason, retryAfterMs: wait }
      const result = await provider.read(attempt)
      if (result.status === 'unavailable' && result.retryAfterMs !== undefined) {
        silentUntil = ticks() + result.retryAfterMs
        reason = result.code
      }
      return result
    },
  }
}

/** The facts in the answer to a question about `providerRef`, and the deadlines that have passed with it. */
export function factsOf(
  attempt: Attempt,
  providerRef: string,
  result: ReadResult,
  timing: ProviderTiming,
  now: Date,
): Observation[] {
  const read = { at: now, evidence: 'read', attemptId: attempt.id, providerRef } as const
  const timer = { at: now, evidence: 'timer', attemptId: attempt.id } as const
  const overdue = isOverdue(attempt, timing, now) ? [{ ...timer, status: 'unresolved' } as const] : []

  switch (result.status) {
    case 'succeeded':
      return [{ ...read, ...result }]
    case 'failed':
      return [{ ...read, ...result }, ...overdue]
    case 'authorized':
    case 'canceled':
      return [{ ...read, ...result }]
    case 'pending':
    case 'requires_action':
      return [{ ...read, ...result }, ...expiryOf(attempt, timing, now, 'not paid in time')]
    case 'processing':
      // Not final, so it moves nothing: a prompt that is on the phone stays there.
      return [{ ...read, ...result, status: isWaiting(attempt) ? attempt.status : 'processing' }, ...overdue]
    case 'not_found':
      if (now.getTime() - attempt.startedAt.getTime() < timing.expireAfterMs) return []
      return [
        { ...timer, status: 'expired', conclusive: true, note: 'not known to the provider' },
        ...overdue,
      ]
    case 'unavailable':
      return overdue
  }
}

function isWaiting({ status }: Attempt): boolean {
  return status === 'pending' || status === 'requires_action'
}

/** An attempt that is known not to be paid, or cannot be asked about, is given up at the deadline. */
export function expiryOf(
  attempt: Attempt,
  timing: ProviderTiming,
  now: Date,
  note = 'its reference is not known',
): Observation[] {
  if (now.getTime() - attempt.startedAt.getTime() < timing.expireAfterMs) return []
  return [
    {
      at: now,
      evidence: 'timer',
      attemptId: attempt.id,
      status: 'expired',
      conclusive: attempt.providerRef !== null,
      note,
    },
  ]
}
