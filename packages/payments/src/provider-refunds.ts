import type { Money } from './money.js'
import type { Payer } from './payment.js'
import type { Refund, RefundMethod, RefundReason } from './refund.js'

/** How a provider gives money back. */
export interface ProviderRefunds {
  /**
   * A key younger than this may be sent again: it executes the call once, and gives its answer each time. Absent where
   * calls carry no key: then a lost answer is asked for, and the call is never repeated.
   */
  readonly keyLifetimeMs?: number
  /** Ways of giving back that may be asked for by name. Absent where there is one way. */
  readonly methods?: readonly RefundMethod[]
  /** Refuses, by throwing a `PaymentsError`, what could never be refunded. */
  prepare(request: { amount: Money; payer: Payer; receipt?: string; method?: RefundMethod }): void
  /** Gives money back. Must not throw, and not retry without the key. */
  create(request: RefundRequest): Promise<RefundResult>
  /** All refunds of what an attempt took, whoever made them. Must not throw. */
  list(attempt: RefundedAttempt): Promise<RefundList>
}

/** Whose refunds are wanted. */
export interface RefundedAttempt {
  readonly paymentId: string
  readonly attemptId: string
  readonly providerRef: string
  readonly receipt?: string
  /** Those of ours that are not final. */
  readonly open: readonly Pick<Refund, 'id' | 'providerRef' | 'code' | 'method'>[]
}

/** What `ProviderRefunds.create` is given. Everything follows from what is stored, so that a repetition is equal. */
export interface RefundRequest {
  readonly paymentId: string
  readonly attemptId: string
  readonly refundId: string
  readonly providerRef: string
  readonly receipt?: string
  readonly idempotencyKey: string
  readonly amount: Money
  readonly payer: Payer
  readonly method?: RefundMethod
  readonly reason?: RefundReason
}

/** A status in which a provider may show a refund. */
export type ShownRefundStatus = 'pending' | 'succeeded' | 'failed' | 'canceled'

/** What `ProviderRefunds.create` may answer. */
export type RefundResult =
  | { outcome: 'accepted'; status: ShownRefundStatus; providerRef: string; code?: string }
  /** Proven: the provider did nothing. `final`: asking again makes no sense. */
  | { outcome: 'not_executed'; final: boolean; code: string; error: unknown }
  /** `keyIsSpent`: this idempotency key will never give another answer. */
  | { outcome: 'unknown'; code: string; error: unknown; keyIsSpent?: boolean }

/** A refund as the provider shows it. */
export interface ShownRefund {
  readonly providerRef: string
  /** Ours, if it carries our name. */
  readonly refundId?: string
  readonly amount: Money
  readonly status: ShownRefundStatus
  readonly code?: string
  readonly reason?: RefundReason
}

/** What a callback says about one refund of ours. What it says must be of that refund, by an id that we were given. */
export interface CallbackRefund {
  readonly about: 'refund'
  readonly status: ShownRefundStatus | 'review'
  /** Default the one that is known. */
  readonly providerRef?: string
  readonly amount?: Money
  readonly receipt?: string
  readonly code?: string
}

/** What `ProviderRefunds.list` may answer. */
export type RefundList =
  | { status: 'listed'; refunds: readonly ShownRefund[] }
  /** The question was accepted; its answer comes as a callback. */
  | { status: 'asked' }
  /** It could not be asked. `retryAfterMs`: nobody is to ask it anything before that (rate limit). */
  | { status: 'unavailable'; code: string; retryAfterMs?: number; error?: unknown }

/** What `Provider.capture` and `Provider.cancel` may answer. Whatever it is, the provider is asked how the attempt stands. */
export type ActionResult =
  | { outcome: 'accepted' }
  /** Proven: the provider did nothing. `final`: asking again makes no sense. */
  | { outcome: 'not_executed'; final: boolean; code: string; error: unknown }
  | { outcome: 'unknown'; code: string; error: unknown; keyIsSpent?: boolean }
