import { describeError, type Logger } from './logger.js'
import { observeRefunds } from './observe-refunds.js'
import type { Attempt, PaymentRecord } from './payment.js'
import type { ProviderTiming } from './provider.js'
import type { ProviderRefunds, RefundedAttempt, RefundList, RefundResult } from './provider-refunds.js'
import type { RefundFact } from './reduce-refund.js'
import { isOpenRefund, refundsOf, type RefundRecord } from './refund.js'
import type { PaymentStore } from './store.js'
import { update } from './transition.js'

/** What giving money back needs. */
export interface RefundDeps {
  store: PaymentStore
  provider: Refunding
  logger: Logger
}

/** The part of a provider that gives money back. */
export interface Refunding {
  timing: ProviderTiming
  refunds: ProviderRefunds
}

/** `anew`: after a look-up that found nothing. */
type CallTime = 'first' | 'repeated' | 'anew'

/**
 * Calls the provider for a refund that was just stored, and stores the answer: `submitting` is stored, and stored by
 * the caller, before this.
 */
export function submitRefund(
  record: PaymentRecord,
  refundId: string,
  deps: RefundDeps,
): Promise<PaymentRecord> {
  return call(record, refundOf(record, refundId), 'first', deps)
}

/**
 * Takes up a refund whose call was never made, or whose answer was lost. It is repeated under the key of the first call
 * while the provider knows that key; after that, only what a look-up does not find is asked for again. Where there are
 * no keys only a call that provably did nothing is made again.
 */
export async function takeUpRefund(
  record: PaymentRecord,
  refundId: string,
  deps: RefundDeps,
): Promise<PaymentRecord> {
  const { store, provider } = deps
  const { keyLifetimeMs } = provider.refunds
  const { status } = refundOf(record, refundId)
  if (!mayTakeUp(refundOf(record, refundId), provider.refunds)) return record

  let isMine = false
  const submitting = await update(store, record.id, (current, at) => {
    const { attemptId, status: now } = refundOf(current, refundId)
    isMine = now === status
    if (now !== 'created') return current
    const fact = { at, evidence: 'response', attemptId, refundId, status: 'submitting' } as const
    return observeRefunds(current, [fact], provider.timing, at)
  })
  if (!isMine) return submitting
  const refund = refundOf(submitting, refundId)
  if (keyLifetimeMs === undefined) return call(submitting, refund, 'first', deps)
  const ageMs = (await store.now()).getTime() - refund.keyedAt.getTime()
  return ageMs < keyLifetimeMs
    ? call(submitting, refund, 'repeated', deps)
    : callAnew(submitting, refund, deps)
}

/** True where calling (again) cannot give money back twice. */
export function mayTakeUp({ status }: RefundRecord, { keyLifetimeMs }: ProviderRefunds): boolean {
  return status === 'created' || (status === 'submitting' && keyLifetimeMs !== undefined)
}

async function call(
  record: PaymentRecord,
  refund: RefundRecord,
  time: CallTime,
  deps: RefundDeps,
): Promise<PaymentRecord> {
  const { id: refundId, attemptId, amount, idempotencyKey, method, reason } = refund
  const { providerRef, receipt } = record.attempts.find(({ id }) => id === attemptId)!
  const answer = await deps.provider.refunds.create({
    paymentId: record.id,
    attemptId,
    refundId,
    providerRef: providerRef!,
    idempotencyKey,
    amount,
    payer: record.payer,
    ...(method !== undefined && { method }),
    ...(receipt !== undefined && { receipt }),
    ...(reason !== undefined && { reason }),
  })
  const result = time === 'repeated' ? asRepeated(answer) : answer
  logResult(record.id, refundId, result, deps.logger)
  const kept = await keep(record, [{ ...factOf(result), evidence: 'response', attemptId, refundId }], deps)
  const isSpent = result.outcome === 'unknown' && result.keyIsSpent === true
  return isSpent && time !== 'anew' ? callAnew(kept, refund, deps) : kept
}

/** The key gives no answer any more: only what a look-up does not find is asked for again, under a new key. */
async function callAnew(
  record: PaymentRecord,
  refund: RefundRecord,
  deps: RefundDeps,
): Promise<PaymentRecord> {
  const { store, provider } = deps
  const { id: refundId, attemptId, idempotencyKey: spent } = refund
  const attempt = record.attempts.find(({ id }) => id === attemptId)!
  const listed = await provider.refunds.list(refundedAttempt(record, attempt))
  const seen = await keep(record, listedFacts(attemptId, listed), deps)
  if (listed.status !== 'listed' || !isUnanswered(refundOf(seen, refundId))) return seen
  const keyed = await update(store, record.id, (current, now) => {
    const { idempotencyKey, status } = refundOf(current, refundId)
    if (idempotencyKey !== spent || (status !== 'submitting' && status !== 'created')) return current
    const fact = { at: now, evidence: 'response', attemptId, refundId, status: 'submitting' } as const
    const next = refundKey(current, refundId, Number(spent.split(':').at(-1)) + 1)
    return observeRefunds(current, [{ ...fact, idempotencyKey: next }], provider.timing, now)
  })
  const now = refundOf(keyed, refundId)
  return isUnanswered(now) ? call(keyed, now, 'anew', deps) : keyed
}

/** If even this cannot be stored the outcome is unknown, as after a crash: the worker finds it out. */
async function keep(
  record: PaymentRecord,
  facts: Omit<RefundFact, 'at'>[],
  { store, provider, logger }: RefundDeps,
) {
  try {
    return await update(store, record.id, (current, at) =>
      observeRefunds(
        current,
        facts.map((fact) => ({ ...fact, at })),
        provider.timing,
        at,
      ),
    )
  } catch (error) {
    const { id } = record
    logger.error('what the provider said of a refund could not be stored', { id, err: describeError(error) })
    return record
  }
}

/** The facts in a list of refunds. */
export function listedFacts(attemptId: string, listed: RefundList): Omit<RefundFact, 'at'>[] {
  if (listed.status !== 'listed') return []
  return listed.refunds.map((shown) => ({ ...shown, evidence: 'read', attemptId }))
}

/** What a provider is told about an attempt whose refunds are wanted. */
export function refundedAttempt(record: PaymentRecord, attempt: Attempt): RefundedAttempt {
  const { id: attemptId, providerRef, receipt } = attempt
  const open = refundsOf(record).filter((refund) => refund.attemptId === attemptId && isOpenRefund(refund))
  return {
    paymentId: record.id,
    attemptId,
    providerRef: providerRef!,
    ...(receipt !== undefined && { receipt }),
    open: open.map(({ id, providerRef, code, method }) => ({
      ...{ id, providerRef },
      ...(code !== undefined && { code }),
      ...(method !== undefined && { method }),
    })),
  }
}

/** Derived from what is stored: the same after a crash, and in every process. */
export function refundKey({ id }: { id: string }, refundId: string, n: number): string {
  return `${id}:refund:${refundId}:${n}`
}

/** True while the provider has not been heard about this refund. */
function isUnanswered({ status }: RefundRecord): boolean {
  return status === 'created' || status === 'submitting'
}

/** The refund of this id, which is there. */
export function refundOf(record: PaymentRecord, refundId: string): RefundRecord {
  return refundsOf(record).find(({ id }) => id === refundId)!
}

/** A refusal of the repetition says nothing about the call that it repeats: that one is looked for. */
function asRepeated(result: RefundResult): RefundResult {
  if (result.outcome !== 'not_executed') return result
  return { outcome: 'unknown', code: result.code, error: result.error, keyIsSpent: true }
}

function factOf(result: RefundResult): Pick<RefundFact, 'status'> & Partial<RefundFact> {
  switch (result.outcome) {
    case 'accepted': {
      const { outcome: _, ...answer } = result
      return answer
    }
    case 'not_executed':
      return { status: 'not_executed', final: result.final, code: result.code }
    case 'unknown':
      return { status: 'submitting', code: result.code }
  }
}

function logResult(id: string, refundId: string, result: RefundResult, logger: Logger): void {
  if (result.outcome === 'accepted') return logger.info('refund submitted', { id, refundId })
  const { outcome, code, error } = result
  logger.warn('refund not accepted', { id, refundId, outcome, code, err: describeError(error) })
}
