import type { PaymentsErrorCode } from './errors.js'
import type { Money } from './money.js'
import type { NextStep, Payer, PayerMessage } from './payment.js'
import type { ProviderDisputes } from './provider-disputes.js'
import type { CallbackArrival } from './arrival.js'
import type { Logger } from './logger.js'
import type { ActionResult, CallbackRefund, ProviderRefunds } from './provider-refunds.js'

/**
 * What `createPayments` needs of a payment provider. `createMpesa()` fits as it is; write your own for others.
 * None of the methods may retry a call whose outcome is unknown: that is decided by the payment's state.
 */
export interface Provider {
  readonly timing: ProviderTiming
  readonly callbacks: ProviderCallbacks
  /** Refuses, by throwing a `PaymentsError`, what could never be started; returns the payer as it is stored. */
  prepare(request: { amount: Money; payer: Payer; reference: string; description: string }): { payer: Payer }
  /** Asks for the money. Called once per attempt. Must not throw. */
  start(request: StartRequest): Promise<StartResult>
  /** Asks the provider, authenticated, how an attempt stands. Must not throw. */
  read(attempt: { providerRef: string }): Promise<ReadResult>
  /** Absent where calls carry no idempotency key: then a lost answer is waited for, and never fetched. */
  readonly resume?: ProviderResume
  /** Absent where the provider keeps no list of its events: then only open payments are asked about. */
  readonly events?: ProviderEvents
  /** Absent where money cannot be given back. */
  readonly refunds?: ProviderRefunds
  /** Absent where nobody tells of disputes. */
  readonly disputes?: ProviderDisputes
  /** Takes money that is held, all or a part of it. Absent where none is held. Must not throw. */
  capture?(request: CaptureRequest): Promise<ActionResult>
  /** Makes that an attempt can no longer be paid. Absent where that is not possible. Must not throw. */
  cancel?(attempt: { providerRef: string }): Promise<ActionResult>
  /** What moved money in this time, for `payments.reconcile()`. Absent where the provider has no list of it. */
  transactions?(range: { from: Date; to: Date }): AsyncIterable<ProviderTransaction>
}

/** What `Provider.capture` is given. */
export interface CaptureRequest {
  readonly providerRef: string
  readonly amount: Money
  readonly idempotencyKey: string
}

/** A movement of money, as the provider wrote it down. */
export interface ProviderTransaction {
  readonly id: string
  /** `adjusted`: neither a payer's payment nor a refund of ours, such as a dispute. */
  readonly kind: 'captured' | 'refunded' | 'adjusted'
  /** In the payer's currency. Negative only where `kind` is `adjusted`. */
  readonly amount: Money
  readonly at: Date
  /** What the attempt's receipt, or the refund's reference, is. */
  readonly ref: string
  /** Where the transaction names them. */
  readonly paymentId?: string
  readonly attemptId?: string
}

/** The list that a provider keeps of its events: what was sent while nobody listened is found in it. */
export interface ProviderEvents {
  /** How often it is looked through; `Infinity`: never. */
  readonly everyMs: number
  /**
   * Events made since then, and those whose delivery failed; only such that something follows from. Any order,
   * duplicates allowed. Throws if it cannot be read to its end.
   */
  list(since: Date): AsyncIterable<ProviderEvent>
}

/** An event in a provider's list, as its callback would have been stored. */
export interface ProviderEvent extends Pick<
  CallbackIdentity,
  'eventId' | 'paymentId' | 'attemptId' | 'type'
> {
  /** By the provider's clock. */
  readonly createdAt: Date
  readonly raw: Uint8Array
}

/** How a provider with idempotency keys takes up an attempt that was left half-way. */
export interface ProviderResume {
  /** A key younger than this may be sent again: it executes the call once, and gives its answer each time. */
  readonly keyLifetimeMs: number
  /** Looks for the object of an attempt whose reference never reached us. Must not throw. */
  find(attempt: { paymentId: string; attemptId: string; startedAt: Date }): Promise<FindResult>
  /** What the payer of an attempt on its way must be shown; undefined if nothing, or if it could not be asked. */
  next(attempt: { providerRef: string }): Promise<NextStep | undefined>
}

/** What `ProviderResume.find` may answer. */
export type FindResult =
  | { status: 'found'; providerRef: string }
  | { status: 'not_found' }
  | { status: 'unavailable'; code: string; error?: unknown }

/** When an attempt is asked about, and when it is given up. All in milliseconds. */
export interface ProviderTiming {
  /** Wait before the 1st, 2nd, ... question; the last one repeats. */
  readonly checkDelaysMs: readonly number[]
  /** An attempt that cannot be asked about, or is unknown to the provider, expires after this long. */
  readonly expireAfterMs: number
  /** A reported success that asking does not confirm for this long goes to `review`. */
  readonly confirmWithinMs: number
  /** No final answer after this long: the payment goes to `review`. It is still asked about, at the slowest pace. */
  readonly reviewAfterMs: number
  /** Nothing is asked any more after this long. */
  readonly stopAfterMs: number
  /** After a rate limit nothing at all is asked for this long. */
  readonly silenceMs: number
}

/** What `Provider.start` is given. */
export interface StartRequest {
  readonly paymentId: string
  readonly attemptId: string
  /** Stored before the call. The same one is given when a lost answer is fetched. */
  readonly idempotencyKey: string
  readonly amount: Money
  readonly payer: Payer
  readonly reference: string
  readonly description: string
}

/** What `Provider.start` may answer. */
export type StartResult =
  | {
      outcome: 'accepted'
      status: 'pending' | 'requires_action' | 'processing'
      providerRef: string
      next?: NextStep
    }
  /** Proven: the provider did nothing. `final`: asking again makes no sense. */
  | { outcome: 'not_executed'; final: boolean; code: string; payerMessage: PayerMessage; error: unknown }
  /** `keyIsSpent`: this idempotency key will never give another answer. */
  | { outcome: 'unknown'; code: string; error: unknown; keyIsSpent?: boolean }

/** What `Provider.read` may answer. */
export type ReadResult =
  | { status: 'succeeded'; amount?: Money; receipt?: string }
  | { status: 'failed'; code: string; payerMessage: PayerMessage }
  /** Conclusive: not paid so far, and the payer may still pay. Given up once it is older than `expireAfterMs`. */
  | { status: 'pending' | 'requires_action'; code?: string; payerMessage?: PayerMessage }
  /** Held, to be captured. */
  | { status: 'authorized'; amount?: Money }
  | { status: 'canceled'; code?: string }
  /** Not final, or not understood; never a failure. */
  | { status: 'processing'; code?: string }
  /** The provider does not know the reference. */
  | { status: 'not_found' }
  /** It could not be asked. `retryAfterMs`: nobody is to ask it anything before that (rate limit). */
  | { status: 'unavailable'; code: string; retryAfterMs?: number; error?: unknown }

/** How a provider's callbacks are received. */
export interface ProviderCallbacks {
  /** Express path, or several, below the mount point of `payments.webhooks`. */
  readonly path: string | readonly string[]
  /** Answered with status 200 once the callback is stored. */
  readonly reply: object
  /** Who sent this? Nothing is stored of what is not authentic. */
  authenticate(request: CallbackRequest): CallbackIdentity | CallbackRefusal
  /**
   * Whose callback it is, where `authenticate` could not tell: it then gives `attemptId: ''` and a `paymentId` of no
   * payment. Must not throw.
   */
  locate?(raw: Uint8Array): Promise<LocateResult>
  /** Reads a stored callback; null: it is none of ours. Throws a `PaymentsError` if it cannot be understood. */
  parse(
    raw: Uint8Array,
    entry: { readonly type?: string; readonly attemptId: string },
  ): CallbackFacts | CallbackNews | CallbackRefund | CallbackArrival | null
  /**
   * The answer to an authentic callback that is a question, such as whether a payment is to be taken: it is not stored.
   * undefined: it is none. Must not throw.
   */
  answer?(raw: Uint8Array, identity: CallbackIdentity, logger: Logger): Promise<object> | undefined
}

/** What `ProviderCallbacks.locate` may answer. */
export type LocateResult =
  | { status: 'found'; paymentId: string; attemptId: string }
  /** None of ours. */
  | { status: 'not_found' }
  | { status: 'unavailable'; code: string; error?: unknown }

/** One HTTP request to the callback path. */
export interface CallbackRequest {
  readonly params: Readonly<Record<string, string | undefined>>
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** `req.ip`: what the application's `trust proxy` setting makes of it. */
  readonly ip: string | undefined
  readonly raw: Uint8Array
}

/** An authentic callback: `eventId` is equal for duplicates and differs for everything else. */
export interface CallbackIdentity {
  readonly ok: true
  readonly eventId: string
  readonly paymentId: string
  /** Of what is said about a refund: the refund. */
  readonly attemptId: string
  readonly verifiedBy: string
  /** The provider's name for this kind of callback. */
  readonly type?: string
  /** Why nothing follows from it. It is kept all the same, and no worker gets it. */
  readonly ignored?: string
}

/** The answer to a callback that is not authentic. */
export interface CallbackRefusal {
  readonly ok: false
  readonly status: 400 | 403 | 404
  readonly reason: string
  /** Given when the sender knows the secret: then it is probably a setting of ours that is wrong. */
  readonly code?: PaymentsErrorCode
}

/** A callback that says that something has changed, and no more that we would believe: the provider is asked. */
export interface CallbackNews {
  readonly status: 'changed'
  /** What is to be asked about. Default the attempt's own reference. */
  readonly providerRef?: string
  /** It is about money that was taken before: that is asked about, not the attempt. */
  readonly about?: 'refunds' | 'disputes'
}

/** What a callback says. `read`: it is the answer to a question of ours, at a URL that was made for that question. */
export interface CallbackFacts {
  readonly evidence: 'callback' | 'signed' | 'read'
  readonly providerRef: string
  readonly status: 'succeeded' | 'failed' | 'processing'
  readonly amount?: Money
  readonly code?: string
  readonly receipt?: string
  readonly payerMessage?: PayerMessage
}
