import { createHash } from 'node:crypto'
import { PaymentsError } from './errors.js'
import type { Logger } from './logger.js'
import { fromMinor, toDecimal, type Money } from './money.js'
import { scheduleRefunds } from './observe-refunds.js'
import { assertKnownKeys } from './options.js'
import { toPayment, type Attempt, type Payment, type PaymentRecord } from './payment.js'
import type { Provider } from './provider.js'
import type { ProviderRefunds } from './provider-refunds.js'
import {
  capturedBy,
  leftOf,
  refundsOf,
  type RefundMethod,
  type RefundReason,
  type RefundRecord,
} from './refund.js'
import type { PaymentStore } from './store.js'
import { refundKey, refundOf, submitRefund, takeUpRefund, type Refunding } from './submit-refund.js'
import { update } from './transition.js'

/** What is to be given back. */
export interface RefundRequestOptions {
  /** Default all that is left. */
  amount?: Money
  /** Names this wish: the same key gives the same refund of this payment, however often it is asked for. */
  idempotencyKey: string
  /** M-Pesa: `reversal` (default) or `b2c`, which needs the payer's phone, KES 10 or more, and no receipt. */
  method?: RefundMethod
  reason?: RefundReason
  /** Who asks for it; kept with the refund. */
  actor?: string
  /** Why, in your words; kept with the refund, and sent to nobody. */
  note?: string
  /** Whose money: for payments that were paid twice (`flags.overpaid`). Default the only attempt with money left. */
  attemptId?: string
}

/** What refunding needs. */
export interface RefundPaymentDeps {
  store: PaymentStore
  providerOf: (name: string) => Provider
  logger: Logger
  /** Called after a refund has changed. */
  onChanged: () => void
}

/** A call without an answer for this long was left behind by a process that died. */
const ABANDONED_MS = 2 * 60 * 1000
const REASONS: readonly unknown[] = ['requested_by_customer', 'duplicate', 'fraudulent', undefined]
const REQUEST = 'amount idempotencyKey method reason actor note attemptId'.split(' ')

/** `payments.refund`: stored with its key, in one step with the check of the sum → called → the answer stored. */
export function createRefund({ store, providerOf, logger, onChanged }: RefundPaymentDeps) {
  return async function refund(id: string, request: RefundRequestOptions): Promise<Payment> {
    assertRequest(request)
    const refundId = `ref_${sha256(JSON.stringify([id, request.idempotencyKey])).slice(0, 24)}`
    let isNew = false
    // Stored before the call: whatever happens after this line, the payment knows that it may have been sent.
    const stored = await update(store, id, (record, now) => {
      const known = refundsOf(record).find((past) => past.id === refundId)
      isNew = known === undefined
      if (known && known.requestHash !== hashOf(request)) throw keyConflict(request.idempotencyKey)
      if (known) return record
      const provider = refunding(record, providerOf)
      const added = withRefund(record, newRefund(record, refundId, request, provider.refunds, now), now)
      return scheduleRefunds(added, provider.timing, now)
    })
    const deps = { store, provider: refunding(stored, providerOf), logger }
    try {
      if (isNew) return toPayment(await submitRefund(stored, refundId, deps))
      const { code, status, keyedAt } = refundOf(stored, refundId)
      const ageMs = (await store.now()).getTime() - keyedAt.getTime()
      // Somebody is calling at this moment.
      if (status === 'submitting' && code === undefined && ageMs < ABANDONED_MS) return toPayment(stored)
      return toPayment(await takeUpRefund(stored, refundId, deps))
    } finally {
      onChanged()
    }
  }
}

/** The provider of a payment, which must be able to give money back. */
function refunding({ provider: name }: PaymentRecord, providerOf: (name: string) => Provider): Refunding {
  const { refunds, timing } = providerOf(name)
  if (refunds) return { refunds, timing }
  const message = `provider "${name}" cannot give money back as it is configured; its options say what it needs`
  throw new PaymentsError('PAYMENTS_REFUND_UNSUPPORTED', message, { status: 409 })
}

/** Throws where it would give back more than there is: pending and succeeded refunds together. */
function newRefund(
  record: PaymentRecord,
  id: string,
  request: RefundRequestOptions,
  refunds: ProviderRefunds,
  now: Date,
): RefundRecord {
  const { method, reason, actor, note } = request
  if (method !== undefined && !refunds.methods?.includes(method)) throw unsupported(record, method)
  const attempt = attemptOf(record, request.attemptId)
  const left = fromMinor(leftOf(record, attempt), record.amount.currency)
  const amount = request.amount ?? left
  if (amount.currency !== left.currency) throw invalid(`payment ${record.id} is in ${left.currency}`)
  if (amount.minor > left.minor || left.minor === 0) throw tooMuch(record, left)
  refunds.prepare({
    amount,
    payer: record.payer,
    ...(attempt.receipt !== undefined && { receipt: attempt.receipt }),
    ...(method !== undefined && { method }),
  })
  return {
    id,
    attemptId: attempt.id,
    amount: fromMinor(amount.minor, amount.currency),
    status: 'submitting',
    ...(method !== undefined && { method }),
    ...(reason !== undefined && { reason }),
    ...(actor !== undefined && { actor }),
    ...(note !== undefined && { note }),
    providerRef: null,
    requestHash: hashOf(request),
    idempotencyKey: refundKey(record, id, 1),
    keyedAt: now,
    nextCheckAt: null,
    checks: 0,
    createdAt: now,
    updatedAt: now,
  }
}

function withRefund(record: PaymentRecord, refund: RefundRecord, now: Date): PaymentRecord {
  const refunds = [...refundsOf(record), refund]
  return { ...record, refunds, version: record.version + 1, updatedAt: now }
}

/** The attempt whose money is to be given back. */
function attemptOf(record: PaymentRecord, attemptId: string | undefined): Attempt {
  const paid = record.attempts.filter((attempt) => capturedBy(record, attempt) > 0)
  if (paid.length === 0) throw notRefundable(`payment ${record.id} is ${record.status}: nothing was taken`)
  const withRest = paid.filter((attempt) => leftOf(record, attempt) > 0)
  if (attemptId === undefined && withRest.length > 1) {
    throw notRefundable(`more than one attempt took money for payment ${record.id}; name the attemptId`)
  }
  const attempt =
    attemptId === undefined
      ? (withRest[0] ?? paid.at(-1))
      : paid.find((candidate) => candidate.id === attemptId)
  if (!attempt) throw notRefundable(`attempt ${attemptId} of payment ${record.id} took no money`)
  if (attempt.providerRef !== null) return attempt
  throw notRefundable(`the provider's name of attempt ${attempt.id} of payment ${record.id} is not known`)
}

function assertRequest(request: RefundRequestOptions): void {
  assertKnownKeys('payments.refund', request, REQUEST)
  const { idempotencyKey, amount, reason } = request
  if (typeof idempotencyKey !== 'string' || idempotencyKey === '')
    throw new TypeError('payments.refund: idempotencyKey is to be a text')
  if (!REASONS.includes(reason)) {
    throw new TypeError("payments.refund: reason is 'requested_by_customer', 'duplicate' or 'fraudulent'")
  }
  if (amount && fromMinor(amount.minor, amount.currency).minor <= 0) {
    throw invalid('a refund is of more than nothing')
  }
}

/** The request as it was made: "all that is left" stays the same request when nothing is left any more. */
function hashOf({ amount, reason, attemptId, method }: RefundRequestOptions): string {
  const wanted = [amount?.minor, amount?.currency, reason, attemptId]
  return sha256(JSON.stringify(method === undefined ? wanted : [...wanted, method]))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function unsupported({ provider }: PaymentRecord, method: RefundMethod): PaymentsError {
  const message = `provider "${provider}" has no ${method}; leave the method out`
  return new PaymentsError('PAYMENTS_REFUND_UNSUPPORTED', message, { status: 409 })
}

function tooMuch({ id }: PaymentRecord, left: Money): PaymentsError {
  const message = `${toDecimal(left)} ${left.currency} of payment ${id} can still be refunded`
  return new PaymentsError('PAYMENTS_REFUND_TOO_MUCH', message, { status: 409 })
}

function notRefundable(message: string): PaymentsError {
  return new PaymentsError('PAYMENTS_NOT_REFUNDABLE', message, { status: 409 })
}

function keyConflict(key: string): PaymentsError {
  const message = `the idempotency key "${key}" was used for a refund with other content; use a new key`
  return new PaymentsError('PAYMENTS_IDEMPOTENCY_CONFLICT', message, { status: 409 })
}

function invalid(message: string): PaymentsError {
  return new PaymentsError('PAYMENTS_MONEY_INVALID', message, { status: 400 })
}
