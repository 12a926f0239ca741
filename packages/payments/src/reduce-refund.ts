import { createHash } from 'node:crypto'
import type { Effect } from './draft.js'
import type { Money } from './money.js'
import type { Evidence } from './observation.js'
import type { PaymentRecord } from './payment.js'
import type { Reduced } from './reduce.js'
import { refundsOf, type RefundReason, type RefundRecord, type RefundStatus } from './refund.js'

/** One fact about one refund, ready for `reduceRefund`. */
export interface RefundFact {
  at: Date
  evidence: Evidence
  attemptId: string
  /** Ours; absent for one that the provider shows and that does not name us. */
  refundId?: string
  /** The provider's name for it; the provider's word about it counts only with one. */
  providerRef?: string
  /**
   * `submitting`: we call, or have called and do not know what became of it · `not_executed`: our call provably did
   * nothing · `review`: no final answer until the deadline.
   */
  status: Exclude<RefundStatus, 'created'> | 'not_executed'
  amount?: Money
  /** `submitting`: goes with the call. Another one than before replaces a key that is spent. */
  idempotencyKey?: string
  /** `not_executed`: trying again makes no sense. */
  final?: boolean
  receipt?: string
  code?: string
  reason?: RefundReason
  /** Who decided (`operator`). */
  note?: string
}

const KEPT = 64

/**
 * How far a refund has come at the provider. It never goes back, so that of all answers, in whatever order they
 * arrive, the latest counts. Money that was sent may come back: `failed` is after `succeeded`.
 */
const PROGRESS: Readonly<Record<RefundStatus, number>> = {
  created: 0,
  submitting: 0,
  review: 1,
  pending: 1,
  succeeded: 2,
  failed: 3,
  canceled: 3,
}

/**
 * What a payment becomes when something is learnt of one of its refunds; one that the provider shows and that nobody
 * here asked for is adopted. Pure and total like `reduce`; the payment's own status is never touched.
 */
export function reduceRefund(payment: PaymentRecord, fact: RefundFact): Reduced {
  const nothing: Reduced = { next: payment, effects: [] }
  if (fact.amount !== undefined && fact.amount.currency !== payment.amount.currency) return nothing
  const refunds = refundsOf(payment)
  const before = find(refunds, fact) ?? adopted(fact)
  if (!before) return nothing
  const after = refundAfter(before, fact)
  if (after === before) return nothing

  const changed = { ...after, updatedAt: fact.at }
  const isKnown = refunds.includes(before)
  const { id, status, attemptId, amount, code } = changed
  const note = [id, fact.note].filter(Boolean).join(' ')
  const entry = {
    at: fact.at,
    attemptId,
    evidence: fact.evidence,
    observed: `refund ${status}`,
    amount,
    note,
  }
  const move = { from: payment.status, to: payment.status }
  return {
    next: {
      ...payment,
      refunds: isKnown
        ? refunds.map((refund) => (refund === before ? changed : refund))
        : [...refunds, changed],
      history: [...payment.history, { ...entry, ...move, ...(code !== undefined && { code }) }].slice(-KEPT),
      version: payment.version + 1,
      updatedAt: fact.at,
    },
    effects: status === before.status ? [] : effectsOf(payment, changed),
  }
}

/** By the provider's name; else by ours, as long as no other name is bound to it. */
function find(refunds: RefundRecord[], { refundId, providerRef }: RefundFact): RefundRecord | undefined {
  const bound = refunds.find((refund) => providerRef !== undefined && refund.providerRef === providerRef)
  if (bound) return bound
  const named = refunds.find(({ id }) => id === refundId)
  return providerRef === undefined || named?.providerRef === null ? named : undefined
}

/** Made in the provider's dashboard, or by another program. */
function adopted({
  at,
  attemptId,
  providerRef,
  status,
  amount,
  reason,
}: RefundFact): RefundRecord | undefined {
  const isAnswer =
    status === 'pending' || status === 'succeeded' || status === 'failed' || status === 'canceled'
  if (providerRef === undefined || amount === undefined || !isAnswer) return undefined
  return {
    id: `ref_${createHash('sha256').update(providerRef).digest('hex').slice(0, 24)}`,
    attemptId,
    amount,
    status: 'created',
    ...(reason !== undefined && { reason }),
    providerRef: null,
    requestHash: null,
    idempotencyKey: '',
    keyedAt: at,
    nextCheckAt: null,
    checks: 0,
    createdAt: at,
    updatedAt: at,
  }
}

function refundAfter(before: RefundRecord, fact: RefundFact): RefundRecord {
  const isUnanswered = before.status === 'created' || before.status === 'submitting'
  const { code, ...codeless } = before
  const explained = fact.code === undefined ? {} : { code: fact.code }

  switch (fact.status) {
    case 'submitting': {
      if (!isUnanswered) return before
      const { idempotencyKey = before.idempotencyKey } = fact
      const isNewKey = idempotencyKey !== before.idempotencyKey
      if (!isNewKey && before.status === 'submitting' && (fact.code ?? code) === code) return before
      const keyed = isNewKey ? { idempotencyKey, keyedAt: fact.at } : {}
      return { ...codeless, ...keyed, status: 'submitting', ...explained }
    }
    case 'not_executed':
      if (before.status !== 'submitting') return before
      return { ...codeless, status: fact.final ? 'failed' : 'created', ...explained }
    case 'review': {
      // Asked again before somebody sends the money a second time.
      const isDenied = before.status === 'failed' && fact.evidence === 'callback'
      return isUnanswered || before.status === 'pending' || isDenied
        ? { ...before, status: 'review', ...explained }
        : before
    }
    default:
      return fact.evidence === 'operator'
        ? decided(before, fact, fact.status)
        : answered(before, fact, fact.status)
  }
}

/** The provider's word. */
function answered(before: RefundRecord, fact: RefundFact, status: RefundStatus): RefundRecord {
  const { providerRef, amount = before.amount, receipt, code } = fact
  // Refused is not failed: what was never seen at the provider may yet be found there.
  const progress = before.providerRef === null && before.status !== 'succeeded' ? 0 : PROGRESS[before.status]
  if (providerRef === undefined || PROGRESS[status] <= progress) return before
  const { code: _, ...codeless } = before
  return {
    ...codeless,
    status,
    providerRef,
    amount,
    ...(receipt !== undefined && { receipt }),
    ...(code !== undefined && { code }),
  }
}

/** A person settles a review; nothing else is theirs to move. */
function decided(before: RefundRecord, { receipt }: RefundFact, status: RefundStatus): RefundRecord {
  if (before.status !== 'review') return before
  return { ...before, status, ...(receipt !== undefined && { receipt }) }
}

function effectsOf(payment: PaymentRecord, { id: refundId, attemptId, status }: RefundRecord): Effect[] {
  const { id, outbox } = payment
  const told = { attemptId, refundId }
  const effects: Partial<Record<RefundStatus, Effect>> = {
    succeeded: { ...told, type: 'refunded', key: `${id}:refunded:${refundId}` },
    failed: { ...told, type: 'refundFailed', key: `${id}:refundFailed:${refundId}` },
    canceled: { ...told, type: 'refundFailed', key: `${id}:refundFailed:${refundId}` },
    review: { ...told, type: 'review', key: `${id}:review:refund:${refundId}` },
  }
  const effect = effects[status]
  return effect && !outbox.some(({ key }) => key === effect.key) ? [effect] : []
}
