import type { Money } from '../money.js'
import type { StkCallback } from './callback.js'
import type { AccountBalanceRequest, AccountBalanceResult } from './account-balance.js'
import type { B2cRequest, B2cResult } from './b2c.js'
import type { CustomerPayment, RegisterUrlsRequest, SimulateRequest } from './c2b.js'
import type { Accepted } from './initiated.js'
import type { QrCode, QrCodeRequest } from './qr-code.js'
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
  /** What is in the accounts of the shortcode; the answer comes to the `resultUrl`. */
  accountBalance(request?: AccountBalanceRequest): Promise<Accepted>
  /**
   * Sends money to a customer. Never sent twice by itself; the outcome comes to the `resultUrl`. Throws
   * `PAYMENTS_MPESA_DUPLICATE` if this id was accepted before: then ask, do not take another id.
   */
  b2c(request: B2cRequest): Promise<Accepted>
  /** Where payments that customers begin are reported. In production once only: `PAYMENTS_MPESA_REGISTERED`. */
  registerUrls(request: RegisterUrlsRequest): Promise<void>
  /** Has a test customer pay; in Safaricom's sandbox alone. */
  simulate(request: SimulateRequest): Promise<void>
  /** A picture to pay by, at once. */
  qrCode(request: QrCodeRequest): Promise<QrCode>
  parseStkCallback(body: unknown): StkCallback
  parseReversalResult(body: unknown): ReversalResult
  parseTransactionStatusResult(body: unknown): TransactionStatusResult
  parseAccountBalanceResult(body: unknown): AccountBalanceResult
  parseB2cResult(body: unknown): B2cResult
  parseCustomerPayment(body: unknown): CustomerPayment
}
