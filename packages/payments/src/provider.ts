import type { PaymentsErrorCode } from './errors.js'
import type { Money } from './money.js'
import type { Payer, PayerMessage } from './payment.js'

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
}

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
  readonly amount: Money
  readonly payer: Payer
  readonly reference: string
  readonly description: string
}

/** What `Provider.start` may answer. */
export type StartResult =
  | { outcome: 'accepted'; status: 'pending' | 'requires_action' | 'processing'; providerRef: string }
  /** Proven: the provider did nothing. `final`: asking again makes no sense. */
  | { outcome: 'not_executed'; final: boolean; code: string; payerMessage: PayerMessage; error: unknown }
  | { outcome: 'unknown'; code: string; error: unknown }

/** What `Provider.read` may answer. */
export type ReadResult =
  | { status: 'succeeded'; amount?: Money; receipt?: string }
  | { status: 'failed'; code: string; payerMessage: PayerMessage }
  /** Not final, or not understood; never a failure. */
  | { status: 'processing'; code?: string }
  /** The provider does not know the reference. */
  | { status: 'not_found' }
  /** It could not be asked. `retryAfterMs`: nobody is to ask it anything before that (rate limit). */
  | { status: 'unavailable'; code: string; retryAfterMs?: number; error?: unknown }

/** How a provider's callbacks are received. */
export interface ProviderCallbacks {
  /** Express path below the mount point of `payments.webhooks`. */
  readonly path: string
  /** Answered with status 200 once the callback is stored. */
  readonly reply: object
  /** Who sent this? Nothing is stored of what is not authentic. */
  authenticate(request: CallbackRequest): CallbackIdentity | CallbackRefusal
  /** Reads a stored callback. Throws a `PaymentsError` if it cannot be understood. */
  parse(raw: Uint8Array): CallbackFacts
}

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
  readonly attemptId: string
  readonly verifiedBy: string
}

/** The answer to a callback that is not authentic. */
export interface CallbackRefusal {
  readonly ok: false
  readonly status: 403 | 404
  readonly reason: string
  /** Given when the sender knows the secret: then it is probably a setting of ours that is wrong. */
  readonly code?: PaymentsErrorCode
}

/** What an unsigned or signed callback says. */
export interface CallbackFacts {
  readonly evidence: 'callback' | 'signed'
  readonly providerRef: string
  readonly status: 'succeeded' | 'failed' | 'processing'
  readonly amount?: Money
  readonly code?: string
  readonly receipt?: string
  readonly payerMessage?: PayerMessage
}
