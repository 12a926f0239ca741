import type { Money } from '../money.js'
import type { StkCallback } from './callback.js'
import type { Accepted } from './initiated.js'
import type { StkResult } from './result-codes.js'
import type { ReversalResult, ReverseRequest } from './reversal.js'
import type { TransactionStatusRequest, TransactionStatusResult } from './transaction-status.js'

/** A prompt to be sent. */
export interface StkPushRequest {
  /** Whole shillings, 1 to 250 000. */
  amount: Money
  /** Any usual way of writing a Kenyan number. */
  phone: string
  /** What the payer sees as account. Daraja takes 12 letters and digits: the rest is dropped. */
  reference: string
  /** Daraja takes 13 letters and digits: the rest is dropped. */
  description: string
  /** Default the client's `callbackUrl`. */
  callbackUrl?: string
}

/** Daraja has accepted the request; nothing is paid yet. */
export interface StkPush {
  readonly checkoutRequestId: string
  readonly merchantRequestId: string
  readonly customerMessage: string
}

/** How a prompt stands. `unknown` is neither paid nor failed: ask again later. */
export interface StkStatus {
  readonly status: 'paid' | 'failed' | 'pending' | 'unknown'
  readonly result: StkResult
  readonly resultDesc: string
}

/** A Daraja client: no server and no database needed. */
export interface MpesaClient {
  /**
   * Sends a prompt to a phone. Never sent twice: if it fails, `error.outcome` says whether the prompt may
   * nevertheless have been sent (`unknown`) or not (`not_executed`).
   */
  stkPush(request: StkPushRequest): Promise<StkPush>
  /** Asks how a prompt stands. Throws `PAYMENTS_MPESA_RATE_LIMITED` (about five a minute are allowed), ... */
  stkQuery(checkoutRequestId: string): Promise<StkStatus>
  /** Gives a payment back. Never sent twice, as `stkPush`; the outcome comes to the `resultUrl`. */
  reverse(request: ReverseRequest): Promise<Accepted>
  /** Asks what became of a payment, payout or reversal; the answer comes to the `resultUrl`. */
  transactionStatus(request: TransactionStatusRequest): Promise<Accepted>
  parseStkCallback(body: unknown): StkCallback
  parseReversalResult(body: unknown): ReversalResult
  parseTransactionStatusResult(body: unknown): TransactionStatusResult
}
