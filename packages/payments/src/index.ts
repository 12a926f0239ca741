export { createPayments, type Payments, type PaymentsOptions, type Resolution } from './create-payments.js'
export type {
  DeadLetter,
  DeadLetterDetails,
  DeadLetters,
  ListedDeadLetter,
  ListOptions,
  ReceivedCallback,
} from './dead-letters.js'
export type { InboxListOptions, InboxView, ListedCallback } from './inbox-view.js'
export type { RetryPolicy } from './backoff.js'
export { ISO_EXPONENTS } from './currencies.js'
export {
  PaymentsError,
  type CallOutcome,
  type PaymentsErrorCode,
  type PaymentsErrorOptions,
} from './errors.js'
export type { Logger } from './logger.js'
export { memoryInbox } from './memory-inbox.js'
export { memoryPaymentStore, type MemoryStoreOptions } from './memory.js'
export {
  addMoney,
  compareMoney,
  equalMoney,
  formatMoney,
  fromMinor,
  money,
  toDecimal,
  type Money,
} from './money.js'
export type { CallbackArrival } from './arrival.js'
export type { CreateRequest } from './new-payment.js'
export type { Dispute, DisputeStatus } from './dispute.js'
export type { Evidence, Observation } from './observation.js'
export type {
  Attempt,
  AttemptStatus,
  Discard,
  EffectType,
  Failure,
  HistoryEntry,
  NextStep,
  OutboxEntry,
  Payer,
  PayerMessage,
  Payment,
  PaymentFlags,
  PaymentRecord,
  PaymentStatus,
  ReviewReason,
} from './payment.js'
export type { DisputeList, ProviderDisputes, ShownDispute } from './provider-disputes.js'
export type {
  ActionResult,
  CallbackRefund,
  ProviderRefunds,
  RefundedAttempt,
  RefundList,
  RefundRequest,
  RefundResult,
  ShownRefund,
  ShownRefundStatus,
} from './provider-refunds.js'
export type {
  CallbackFacts,
  CallbackIdentity,
  CallbackNews,
  CallbackRefusal,
  CallbackRequest,
  CaptureRequest,
  FindResult,
  LocateResult,
  Provider,
  ProviderCallbacks,
  ProviderEvent,
  ProviderEvents,
  ProviderResume,
  ProviderTiming,
  ProviderTransaction,
  ReadResult,
  StartRequest,
  StartResult,
} from './provider.js'
export type { Effect } from './draft.js'
export { reduce, type Reduced } from './reduce.js'
export { reduceDispute, type DisputeFact } from './reduce-dispute.js'
export { reduceRefund, type RefundFact } from './reduce-refund.js'
export type { Refund, RefundMethod, RefundReason, RefundRecord, RefundStatus } from './refund.js'
export type { RefundRequestOptions } from './refund-payment.js'
export type { LedgerEntry } from './ledger-entries.js'
export type { Difference, ReconcileOptions, Reconciliation } from './reconcile.js'
export type { EffectContext, EffectHandler, EffectHandlers } from './run-effects.js'
export type { SignatureHeaders, SignatureOptions, SignatureResult } from './signature.js'
export { standardWebhooks, type StandardWebhook } from './standard-webhooks.js'
export { TRANSITIONS } from './states.js'
export type {
  ClaimOptions,
  DeadEntry,
  EntryState,
  Inbox,
  InboxClaim,
  InboxEntry,
  Lease,
  ListedEntry,
  PaymentStore,
  StoredEntry,
  SweepClaim,
} from './store.js'
export type { Worker, WorkerOptions } from './worker.js'
