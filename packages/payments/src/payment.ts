import { disputedSum, type Dispute } from './dispute.js'
import type { Money } from './money.js'
import { refundsOf, refundSums, toRefund, type Refund, type RefundRecord } from './refund.js'

/**
 * Where a payment stands.
 *
 * - `created`: stored, the provider not called yet
 * - `submitting`: the call was sent and its outcome is unknown; a crash or a time-out here loses nothing
 * - `pending`: the provider has it and waits for the payer
 * - `requires_action`: the payer must act now (a PIN prompt)
 * - `processing`: the provider works on it, or its success is still being confirmed
 * - `authorized`: funds held, not captured
 * - `succeeded`: money taken, amount and currency checked; final
 * - `failed`: the provider said no; `start()` may try again
 * - `expired`: our deadline passed and nothing showed success; a late success is still accepted
 * - `canceled`: the provider confirmed the cancellation; final
 * - `review`: the evidence contradicts itself or does not match; never fulfilled without a person
 */
export type PaymentStatus =
  | 'created'
  | 'submitting'
  | 'pending'
  | 'requires_action'
  | 'processing'
  | 'authorized'
  | 'succeeded'
  | 'failed'
  | 'expired'
  | 'canceled'
  | 'review'

/** Where one attempt stands. `not_executed`: proven that the provider never acted on it. */
export type AttemptStatus = Exclude<PaymentStatus, 'created' | 'review'> | 'not_executed'

/** Why a payment is in `review`. */
export type ReviewReason =
  /** Amount or currency is not what was asked for. */
  | 'mismatch'
  /** Success under a reference that is not this payment's. */
  | 'reference'
  /** The provider reported success and denies it when asked. */
  | 'contradiction'
  /** The provider reported success and could not be asked until the deadline. */
  | 'unconfirmed'
  /** No final answer until the deadline. */
  | 'unresolved'
  /** Success after a confirmed cancellation. */
  | 'late_after_cancel'

/** Text to show to the payer. */
export interface PayerMessage {
  readonly en: string
  readonly sw: string
}

/** Who pays, as far as the provider needs to know: M-Pesa needs the phone; Stripe sends its receipt to the e-mail. */
export interface Payer {
  readonly phone?: string
  readonly email?: string
}

/** What the application must show to the payer next: a page to send the browser to, or a secret for the provider's form. */
export type NextStep = { readonly url: string } | { readonly clientSecret: string }

/** One object at the provider: one M-Pesa prompt, one Stripe Checkout Session or Payment Intent. */
export interface Attempt {
  id: string
  status: AttemptStatus
  /** The provider's name for it (CheckoutRequestID, `cs_...`, `pi_...`); null until we have learnt it. */
  providerRef: string | null
  startedAt: Date
  /** Sent with the call, so that it can be repeated; absent where the provider knows no such key. */
  idempotencyKey?: string
  /** When that key was first used. */
  keyedAt?: Date
  /** The provider's code, verbatim, or a `PAYMENTS_...` code for failures before the provider answered. */
  code?: string
  payerMessage?: PayerMessage
  receipt?: string
  /** A success told by an unsigned callback, not (yet) confirmed by asking the provider. */
  claim?: { amount: Money | null; at: Date; contradicted: boolean }
  /** What is to be taken of the money that is held, under which key; stored before the call. */
  capture?: { amount: Money; idempotencyKey: string }
  /** Minor units taken. */
  captured?: number
}

/** Things worth knowing about a payment that its status does not say. */
export interface PaymentFlags {
  /** Success came after we had given the attempt up. */
  late: boolean
  /** More than one attempt took money: refund all but one. */
  overpaid: boolean
  /** Some evidence named another amount, currency or reference. */
  mismatch: boolean
}

/** One observed fact and what it did; facts that changed nothing are kept too. */
export interface HistoryEntry {
  at: Date
  attemptId: string
  evidence: string
  observed: string
  from: PaymentStatus
  to: PaymentStatus
  code?: string
  amount?: Money
  note?: string
}

/** Why something did not work, at one try. */
export interface Failure {
  at: Date
  message: string
}

/** Who put an end to a dead letter, and why. */
export interface Discard {
  at: Date
  reason: string
  actor: string
}

/** What there is to tell. */
export type EffectType =
  | 'paid'
  | 'failed'
  | 'expired'
  | 'canceled'
  | 'review'
  | 'overpaid'
  | 'refunded'
  | 'refundFailed'
  | 'disputed'
  | 'disputeClosed'

/** What the application must be told, at least once, under a key that never changes. */
export interface OutboxEntry {
  key: string
  type: EffectType
  attemptId: string
  refundId?: string
  disputeId?: string
  state: 'pending' | 'done' | 'dead' | 'discarded'
  tries: number
  /** When it is dead: since when. */
  nextRunAt: Date
  lastError?: string
  /** Last 5. */
  errors?: Failure[]
  discarded?: Discard
}

/** A payment as it is stored. Applications see {@link Payment}. */
export interface PaymentRecord {
  id: string
  reference: string
  /** SHA-256 of what `create()` was asked for: the same key with other content is refused. */
  requestHash: string
  provider: string
  amount: Money
  payer: Payer
  description: string
  metadata: Record<string, string>
  status: PaymentStatus
  reviewReason?: ReviewReason
  /** Grows by one with every write: the compare-and-set is on it. */
  version: number
  attempts: Attempt[]
  /** Minor units taken, over all attempts. */
  captured: number
  /** Absent where there are none. */
  refunds?: RefundRecord[]
  /** Absent where there are none. */
  disputes?: Dispute[]
  flags: PaymentFlags
  /** Receipts of money for the same reference that is a payment of its own: here it does not count. Last 64. */
  elsewhere?: string[]
  /** Ids of the inbox entries that changed this payment, last 64. */
  appliedEvents: string[]
  outbox: OutboxEntry[]
  /** Last 64. */
  history: HistoryEntry[]
  /** When the provider is to be asked next, and how often it has been asked. */
  nextCheckAt: Date | null
  checks: number
  createdAt: Date
  updatedAt: Date
}

/** A payment as applications see it; plain JSON but for the dates. */
export interface Payment {
  id: string
  reference: string
  status: PaymentStatus
  reviewReason?: ReviewReason
  amount: Money
  provider: string
  description: string
  metadata: Record<string, string>
  attempts: Pick<Attempt, 'id' | 'providerRef' | 'status' | 'code' | 'receipt' | 'payerMessage'>[]
  /** Taken, over all attempts. */
  captured: Money
  /** Given back. */
  refunded: Money
  /** On its way back, or perhaps: it cannot be refunded a second time. */
  refundPending: Money
  /** Taken away by disputes that are open or lost. */
  disputed: Money
  refunds: Refund[]
  disputes: Dispute[]
  flags: PaymentFlags
  /** Only in what `start()` gives, and only while the payer has something to do. Never stored: it may be a secret. */
  next?: NextStep
  createdAt: Date
  updatedAt: Date
}

/** The application's view of a stored payment: no phone number, no bookkeeping. */
export function toPayment(record: PaymentRecord): Payment {
  const { id, reference, status, reviewReason, amount, provider, description, metadata, flags } = record
  const { refunded, pending } = refundSums(record)
  const moneyOf = (minor: number): Money => ({ minor, currency: amount.currency })
  return structuredClone({
    id,
    reference,
    status,
    ...(reviewReason && { reviewReason }),
    amount,
    provider,
    description,
    metadata,
    attempts: record.attempts.map(({ id, providerRef, status, code, receipt, payerMessage }) => ({
      id,
      providerRef,
      status,
      ...(code !== undefined && { code }),
      ...(receipt !== undefined && { receipt }),
      ...(payerMessage && { payerMessage }),
    })),
    captured: moneyOf(record.captured),
    refunded: moneyOf(refunded),
    refundPending: moneyOf(pending),
    disputed: moneyOf(disputedSum(record)),
    refunds: refundsOf(record).map(toRefund),
    disputes: record.disputes ?? [],
    flags,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
  })
}
