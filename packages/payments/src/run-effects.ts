import { backoffMs, type RetryPolicy } from './backoff.js'
import { describeError, type Logger } from './logger.js'
import { toPayment, type OutboxEntry, type Payment, type PaymentRecord } from './payment.js'
import type { Lease, PaymentStore } from './store.js'
import { update } from './transition.js'

/** What a handler is told besides the payment. */
export interface EffectContext {
  /** Stays the same however often the handler runs for this event: give it to whatever the handler writes to. */
  readonly key: string
  /** 1 the first time. */
  readonly attempt: number
  /** Which refund it is about. */
  readonly refundId?: string
  /** Which dispute it is about. */
  readonly disputeId?: string
  /** Aborted when the lease is lost or the worker closes: another worker may be at it already. */
  readonly signal: AbortSignal
}

/** Told at least once per event, under a key that never changes. To throw means: again, later. */
export type EffectHandler = (payment: Payment, context: EffectContext) => Promise<void> | void

/** What the application does when something happened to a payment. */
export interface EffectHandlers {
  /** Money was taken, amount and currency checked. `payment.flags.late` if it came after we had given up. */
  paid: EffectHandler
  failed?: EffectHandler
  expired?: EffectHandler
  canceled?: EffectHandler
  /**
   * A person must look: the evidence does not match (`payment.reviewReason`), or a refund (`context.refundId`) has no
   * final answer.
   */
  review?: EffectHandler
  /** A second attempt took money too: refund it. */
  overpaid?: EffectHandler
  /** Money was given back, by us or in the provider's dashboard: `context.refundId` of `payment.refunds`. */
  refunded?: EffectHandler
  /** A refund was refused, or its money has come back: the payer does not have it. */
  refundFailed?: EffectHandler
  /** The payer complains to the bank: `context.disputeId` of `payment.disputes`. */
  disputed?: EffectHandler
  /** A dispute was won, lost, or is over. */
  disputeClosed?: EffectHandler
}

/** What running effects needs. */
export interface EffectDeps {
  store: PaymentStore
  on: EffectHandlers
  retry: Required<RetryPolicy>
  logger: Logger
  leaseMs: number
  onDead: (letter: { id: string; paymentId: string; error: unknown }) => Promise<void>
}

/** Runs what is due in a payment's outbox, one after the other. Every write proves that the lease is still held. */
export async function runEffects(
  record: PaymentRecord,
  lease: Lease,
  signal: AbortSignal,
  deps: EffectDeps,
): Promise<void> {
  const now = await deps.store.now()
  const due = record.outbox.filter(({ state, nextRunAt }) => state === 'pending' && nextRunAt <= now)
  for (const { key } of due) {
    if (signal.aborted) return
    await runEffect(record.id, key, lease, signal, deps)
  }
}

async function runEffect(id: string, key: string, lease: Lease, signal: AbortSignal, deps: EffectDeps) {
  const { store, on, retry, logger, leaseMs, onDead } = deps
  const edit = (change: (entry: OutboxEntry, now: Date) => Partial<OutboxEntry>) =>
    update(store, id, (record, now) => editEntry(record, key, (entry) => change(entry, now)), lease)

  // Counted before it runs, so that a try that kills the process counts too.
  const begun = await edit((entry, now) =>
    entry.tries >= retry.maxAttempts
      ? { state: 'dead', nextRunAt: now, ...failed(entry, 'every try ended the process', now) }
      : { tries: entry.tries + 1, nextRunAt: new Date(now.getTime() + leaseMs) },
  )
  const { type, tries, state, refundId, disputeId } = begun.outbox.find((entry) => entry.key === key)!
  if (state === 'dead') return onDead({ id: key, paymentId: id, error: 'every try ended the process' })

  try {
    const about = {
      ...(refundId !== undefined && { refundId }),
      ...(disputeId !== undefined && { disputeId }),
    }
    await on[type]?.(toPayment(begun), { key, attempt: tries, signal, ...about })
  } catch (error) {
    const dead = tries >= retry.maxAttempts || (error as { retryable?: unknown } | null)?.retryable === false
    const lastError = String((error as Error | null)?.message ?? error).slice(0, 2000)
    logger[dead ? 'error' : 'warn']('payment handler failed', {
      key,
      attempt: tries,
      dead,
      err: describeError(error),
    })
    await edit((entry, now) => ({
      ...failed(entry, lastError, now),
      ...(dead
        ? { state: 'dead', nextRunAt: now }
        : { nextRunAt: new Date(now.getTime() + backoffMs(tries, retry)) }),
    }))
    if (dead) await onDead({ id: key, paymentId: id, error })
    return
  }
  await edit(() => ({ state: 'done' }))
}

function failed({ errors = [] }: OutboxEntry, message: string, at: Date): Partial<OutboxEntry> {
  return { lastError: message, errors: [...errors, { at, message }].slice(-5) }
}

function editEntry(
  record: PaymentRecord,
  key: string,
  change: (entry: OutboxEntry) => Partial<OutboxEntry>,
): PaymentRecord {
  const outbox = record.outbox.map((entry) => (entry.key === key ? { ...entry, ...change(entry) } : entry))
  return { ...record, outbox, version: record.version + 1 }
}
