import { Draft, type Effect } from './draft.js'
import { historyEntry, sameFact } from './history.js'
import { equalMoney, type Money } from './money.js'
import { MONEY_EVIDENCE, type Observation } from './observation.js'
import type { Attempt, PaymentRecord } from './payment.js'
import { GIVEN_UP, IN_FLIGHT, SETTLED_BY_READ } from './states.js'

/** The payment after an observation. `next === payment` when nothing at all has changed. */
export interface Reduced {
  next: PaymentRecord
  effects: Effect[]
}

const KEPT = 64

/**
 * What a payment becomes when a fact is observed. Pure and total: the same arguments give the same result, no
 * input is changed, nothing is thrown, and every order of the same facts that contains a genuine success ends in
 * `succeeded` (or `review`, if the facts do not match) with exactly one `paid` effect.
 */
export function reduce(payment: PaymentRecord, observation: Observation): Reduced {
  const nothing: Reduced = { next: payment, effects: [] }
  if (observation.evidence === 'redirect') return nothing
  if (observation.id !== undefined && payment.appliedEvents.includes(observation.id)) return nothing

  const draft = new Draft(structuredClone(payment), observation)
  observe(draft)

  const entry = historyEntry(payment, draft)
  const known = payment.history.some((past) => sameFact(past, entry))
  if (known && !draft.differsFrom(payment)) return nothing
  if (!known) draft.payment.history = [...payment.history, entry].slice(-KEPT)
  if (observation.id !== undefined) {
    draft.payment.appliedEvents = [...payment.appliedEvents, observation.id].slice(-KEPT)
  }
  draft.payment.version = payment.version + 1
  draft.payment.updatedAt = observation.at
  return { next: draft.payment, effects: draft.effects }
}

function observe(draft: Draft): void {
  const { payment, fact } = draft
  if (fact.status === 'submitting') return begin(draft)
  if (fact.status === 'canceled' && fact.evidence === 'operator' && payment.status === 'created') {
    return void draft.move('canceled', 'canceled')
  }

  const attempt = payment.attempts.find(({ id }) => id === fact.attemptId)
  if (!attempt || !bindReference(attempt, fact)) return observeStranger(draft)
  if (fact.evidence === 'operator') return decide(draft, attempt)
  if (fact.receipt !== undefined && payment.elsewhere?.includes(fact.receipt)) {
    draft.note = 'ignored: this money is a payment of its own'
    return
  }

  switch (fact.status) {
    case 'not_executed':
      return notExecuted(draft, attempt)
    case 'pending':
    case 'requires_action':
    case 'processing':
      return progress(draft, attempt, fact.status)
    case 'authorized':
      return authorized(draft, attempt)
    case 'succeeded':
      return MONEY_EVIDENCE.has(fact.evidence) ? succeeded(draft, attempt) : claimed(draft, attempt)
    case 'failed':
      return failed(draft, attempt)
    case 'canceled':
      return canceled(draft, attempt)
    case 'expired':
      return expired(draft, attempt)
    case 'unresolved':
      return unresolved(draft, attempt)
  }
}

/** Our own call is about to be made: the attempt exists before anything is sent. */
function begin(draft: Draft): void {
  const { payment, fact } = draft
  const attempt = payment.attempts.find(({ id }) => id === fact.attemptId)
  if (attempt) return answerLost(attempt, fact)
  if (!draft.move('submitting')) return
  payment.attempts.push({
    id: fact.attemptId,
    status: 'submitting',
    providerRef: null,
    startedAt: fact.at,
    ...(fact.idempotencyKey !== undefined && { idempotencyKey: fact.idempotencyKey, keyedAt: fact.at }),
  })
}

/** The call was made and nobody knows what became of it: it may be repeated, under its key or after a look-up a new one. */
function answerLost(attempt: Attempt, fact: Observation): void {
  if (attempt.status !== 'submitting' || attempt.idempotencyKey === undefined) return
  if (fact.idempotencyKey === undefined || fact.idempotencyKey === attempt.idempotencyKey) {
    return explain(attempt, fact)
  }
  attempt.idempotencyKey = fact.idempotencyKey
  attempt.keyedAt = fact.at
  delete attempt.code
}

/** An attempt without a reference adopts the one observed; a different one is a stranger's. */
function bindReference(attempt: Attempt, fact: Observation): boolean {
  if (fact.foreign) return false
  if (fact.providerRef === undefined) return true
  attempt.providerRef ??= fact.providerRef
  return attempt.providerRef === fact.providerRef
}

/** Somebody else's reference changes nothing, unless it says that money was taken: then a person must look. */
function observeStranger(draft: Draft): void {
  draft.note = 'not an attempt of this payment'
  if (draft.fact.status === 'succeeded') draft.review('reference')
}

function notExecuted(draft: Draft, attempt: Attempt): void {
  const { fact } = draft
  if (attempt.status !== 'submitting') return
  attempt.status = 'not_executed'
  explain(attempt, fact)
  if (!draft.isCurrent(attempt) || draft.payment.status !== 'submitting') return
  if (fact.final) draft.move('failed', 'failed', attempt.id)
  else draft.move('created')
}

function progress(
  draft: Draft,
  attempt: Attempt,
  status: 'pending' | 'requires_action' | 'processing',
): void {
  if (!IN_FLIGHT.has(attempt.status) || attempt.claim) return
  attempt.status = status
  if (attempt.idempotencyKey !== undefined) {
    // A card may be refused and another one tried within the same attempt.
    delete attempt.code
    delete attempt.payerMessage
    explain(attempt, draft.fact)
  }
  if (draft.isCurrent(attempt) && IN_FLIGHT.has(draft.payment.status)) draft.move(status)
}

function authorized(draft: Draft, attempt: Attempt): void {
  if (!MONEY_EVIDENCE.has(draft.fact.evidence) || !IN_FLIGHT.has(attempt.status)) return
  if (!amountMatches(draft, draft.payment.amount)) return draft.review('mismatch')
  attempt.status = 'authorized'
  delete attempt.code
  delete attempt.payerMessage
  if (draft.isCurrent(attempt)) draft.move('authorized')
}

/** An unsigned callback says "paid": remembered, never counted. The provider must be asked. */
function claimed(draft: Draft, attempt: Attempt): void {
  const { payment, fact } = draft
  if (!amountMatches(draft, payment.amount)) return draft.review('mismatch')
  if (fact.receipt !== undefined) attempt.receipt ??= fact.receipt
  if (attempt.status === 'succeeded') return
  attempt.claim ??= { amount: fact.amount ?? null, at: fact.at, contradicted: false }
  if (!IN_FLIGHT.has(attempt.status)) return
  attempt.status = 'processing'
  if (draft.isCurrent(attempt) && IN_FLIGHT.has(payment.status)) draft.move('processing')
}

function succeeded(draft: Draft, attempt: Attempt): void {
  const { payment, fact } = draft
  const wanted = expected(draft, attempt)
  if (!amountMatches(draft, wanted)) return draft.review('mismatch')
  if (fact.receipt !== undefined) attempt.receipt ??= fact.receipt
  if (attempt.status === 'succeeded') return

  const late = GIVEN_UP.has(attempt.status)
  attempt.status = 'succeeded'
  delete attempt.code
  delete attempt.payerMessage
  take(draft, attempt, wanted)

  if (payment.status === 'succeeded') {
    payment.flags.overpaid = true
    return draft.emit('overpaid', attempt.id)
  }
  if (payment.status === 'canceled') return draft.review('late_after_cancel')
  if (payment.status === 'review' && !SETTLED_BY_READ.has(payment.reviewReason ?? 'mismatch')) return
  payment.flags.late ||= late
  draft.move('succeeded', 'paid')
}

function failed(draft: Draft, attempt: Attempt): void {
  const { payment, fact } = draft
  if (attempt.status === 'succeeded') {
    draft.note = 'ignored: this attempt has succeeded'
  } else if (attempt.claim) {
    // Queries lag behind callbacks: a success that was told is never overwritten by a query. We ask again.
    attempt.claim.contradicted = true
    draft.note = 'contradicts the success that was reported'
  } else if (
    IN_FLIGHT.has(attempt.status) ||
    attempt.status === 'authorized' ||
    attempt.status === 'expired'
  ) {
    attempt.status = 'failed'
    explain(attempt, fact)
    const settled = payment.status !== 'review' || SETTLED_BY_READ.has(payment.reviewReason ?? 'mismatch')
    if (draft.isCurrent(attempt) && settled) draft.move('failed', 'failed', attempt.id)
  }
}

function canceled(draft: Draft, attempt: Attempt): void {
  if (!MONEY_EVIDENCE.has(draft.fact.evidence) || attempt.claim) return
  if (!IN_FLIGHT.has(attempt.status) && attempt.status !== 'authorized' && attempt.status !== 'expired')
    return
  attempt.status = 'canceled'
  explain(attempt, draft.fact)
  if (draft.isCurrent(attempt) && draft.payment.status !== 'review') draft.move('canceled', 'canceled')
}

/** Our deadline. Without a conclusive answer it counts only where no question can be asked: no reference. */
function expired(draft: Draft, attempt: Attempt): void {
  const open = IN_FLIGHT.has(attempt.status) || attempt.status === 'authorized'
  if (!open || attempt.claim || !(draft.fact.conclusive || attempt.providerRef === null)) return
  attempt.status = 'expired'
  explain(attempt, draft.fact)
  if (draft.isCurrent(attempt) && draft.payment.status !== 'review') {
    draft.move('expired', 'expired', attempt.id)
  }
}

function unresolved(draft: Draft, attempt: Attempt): void {
  if (attempt.status === 'succeeded') return
  if (attempt.claim) return draft.review(attempt.claim.contradicted ? 'contradiction' : 'unconfirmed')
  if (draft.isCurrent(attempt) && IN_FLIGHT.has(attempt.status)) draft.review('unresolved')
}

/** A person settles a review; nothing else is theirs to move. */
function decide(draft: Draft, attempt: Attempt): void {
  const { payment, fact } = draft
  if (payment.status !== 'review') return
  if (fact.status !== 'succeeded' && fact.status !== 'failed' && fact.status !== 'canceled') return
  if (fact.status === 'succeeded' && attempt.status !== 'succeeded') {
    take(draft, attempt, fact.amount ?? expected(draft, attempt))
  }
  if (attempt.status !== 'succeeded') attempt.status = fact.status
  // What was looked up replaces what an unsigned callback has named: refunds go by it.
  if (fact.receipt !== undefined) attempt.receipt = fact.receipt
  delete attempt.claim
  const effect = { succeeded: 'paid', failed: 'failed', canceled: 'canceled' } as const
  draft.move(fact.status, effect[fact.status], fact.status === 'failed' ? attempt.id : undefined)
}

function take({ payment }: Draft, attempt: Attempt, { minor }: Money): void {
  attempt.captured = minor
  payment.captured += minor
}

/** What is expected of an attempt: the payment's amount, or the part of it that was to be captured. */
function expected({ payment }: Draft, { capture }: Attempt): Money {
  return capture?.amount ?? payment.amount
}

function amountMatches({ fact }: Draft, wanted: Money): boolean {
  return fact.amount === undefined || equalMoney(fact.amount, wanted)
}

function explain(attempt: Attempt, fact: Observation): void {
  if (fact.code !== undefined) attempt.code = fact.code
  if (fact.payerMessage !== undefined) attempt.payerMessage = fact.payerMessage
}
