/** Every code of a {@link PaymentsError}. */
export type PaymentsErrorCode =
  | 'PAYMENTS_BODY_ALREADY_PARSED'
  | 'PAYMENTS_CALLBACK_MALFORMED'
  | 'PAYMENTS_CALLBACK_SOURCE'
  | 'PAYMENTS_CLOCK_SKEW'
  | 'PAYMENTS_CONFLICT'
  | 'PAYMENTS_DEAD_LETTER_NOT_FOUND'
  | 'PAYMENTS_IDEMPOTENCY_CONFLICT'
  | 'PAYMENTS_MONEY_INVALID'
  | 'PAYMENTS_MPESA_AMOUNT'
  | 'PAYMENTS_MPESA_AUTH'
  | 'PAYMENTS_MPESA_BLOCKED'
  | 'PAYMENTS_MPESA_BUSY'
  | 'PAYMENTS_MPESA_CREDENTIALS'
  | 'PAYMENTS_MPESA_DUPLICATE'
  | 'PAYMENTS_MPESA_FORBIDDEN'
  | 'PAYMENTS_MPESA_INVALID_REQUEST'
  | 'PAYMENTS_MPESA_NOT_FOUND'
  | 'PAYMENTS_MPESA_PHONE'
  | 'PAYMENTS_MPESA_RATE_LIMITED'
  | 'PAYMENTS_MPESA_REFUSED'
  | 'PAYMENTS_MPESA_REGISTERED'
  | 'PAYMENTS_MPESA_TIMEOUT'
  | 'PAYMENTS_MPESA_UNEXPECTED'
  | 'PAYMENTS_MPESA_UNREACHABLE'
  | 'PAYMENTS_NOT_CANCELABLE'
  | 'PAYMENTS_NOT_CAPTURABLE'
  | 'PAYMENTS_NOT_DEAD'
  | 'PAYMENTS_NOT_FOUND'
  | 'PAYMENTS_NOT_IN_REVIEW'
  | 'PAYMENTS_NOT_REFUNDABLE'
  | 'PAYMENTS_PROVIDER_UNAVAILABLE'
  | 'PAYMENTS_REFUND_TOO_MUCH'
  | 'PAYMENTS_REFUND_UNSUPPORTED'
  | 'PAYMENTS_STORE_UNAVAILABLE'
  | 'PAYMENTS_STRIPE_AMOUNT'
  | 'PAYMENTS_STRIPE_REFUSED'
  | 'PAYMENTS_STRIPE_UNEXPECTED'
  | 'PAYMENTS_STRIPE_UNREACHABLE'
  | 'PAYMENTS_UNKNOWN_PROVIDER'

/** What a failed call to a provider proves: nothing happened there, or nobody knows. */
export type CallOutcome = 'not_executed' | 'unknown'

/** What a {@link PaymentsError} may carry besides its code and message. */
export interface PaymentsErrorOptions {
  status?: number
  headers?: Record<string, string>
  cause?: unknown
  outcome?: CallOutcome
  providerCode?: string
  requestId?: string
  retryAfterMs?: number
}

/**
 * The one error class of this package. Branch on `code`; `status` and `headers` let a plain Express application
 * answer rightly. Errors of provider calls also say what is proven (`outcome`) and quote the provider
 * (`providerCode`, `requestId`: what its support desk asks for).
 */
export class PaymentsError extends Error {
  override readonly name = 'PaymentsError'
  readonly code: PaymentsErrorCode
  readonly status: number
  readonly headers: Record<string, string>
  readonly outcome: CallOutcome | undefined
  readonly providerCode: string | undefined
  readonly requestId: string | undefined
  readonly retryAfterMs: number | undefined

  constructor(code: PaymentsErrorCode, message: string, options: PaymentsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = options.status ?? 500
    this.headers = options.headers ?? {}
    this.outcome = options.outcome
    this.providerCode = options.providerCode
    this.requestId = options.requestId
    this.retryAfterMs = options.retryAfterMs
  }
}
