/** Every code that a `SecurityError` can carry. */
export type SecurityErrorCode =
  | 'SECURITY_BODY_MALFORMED'
  | 'SECURITY_BODY_TOO_LARGE'
  | 'SECURITY_BODY_UNSUPPORTED'
  | 'SECURITY_COOKIE_INSECURE'
  | 'SECURITY_CSRF_COOKIE'
  | 'SECURITY_CSRF_CROSS_SITE'
  | 'SECURITY_CSRF_HEADER'
  | 'SECURITY_CSRF_SESSION'
  | 'SECURITY_FORBIDDEN'
  | 'SECURITY_INPUT_REFUSED'
  | 'SECURITY_LIMITS_NOT_SHARED'
  | 'SECURITY_LIMITS_UNAVAILABLE'
  | 'SECURITY_LOCKED_OUT'
  | 'SECURITY_NOT_FOUND'
  | 'SECURITY_ORIGIN_DENIED'
  | 'SECURITY_PASSWORD_BUSY'
  | 'SECURITY_PASSWORD_COMMON'
  | 'SECURITY_PASSWORD_HASH_UNSUPPORTED'
  | 'SECURITY_PASSWORD_TOO_LONG'
  | 'SECURITY_PASSWORD_TOO_SHORT'
  | 'SECURITY_PROXY_NOT_TRUSTED'
  | 'SECURITY_PROXY_TRUSTED_BLINDLY'
  | 'SECURITY_RATE_LIMITED'
  | 'SECURITY_RESET_INVALID'
  | 'SECURITY_SESSION_INVALID'
  | 'SECURITY_SESSION_MISSING'
  | 'SECURITY_SESSION_REUSED'
  | 'SECURITY_AUTHORIZATION_MALFORMED'
  | 'SECURITY_TOKEN_EXPIRED'
  | 'SECURITY_TOKEN_INVALID'
  | 'SECURITY_TOKEN_MISSING'
  | 'SECURITY_VALIDATION_FAILED'

/** What a `SecurityError` carries besides its code and its message. */
export interface SecurityErrorInit {
  /** The HTTP status of the answer. @default 500 */
  status?: number
  /** Headers of the answer. */
  headers?: Record<string, string>
  cause?: unknown
}

/** An expected refusal. `status` and `headers` make a plain Express application answer rightly. */
export class SecurityError extends Error {
  override readonly name = 'SecurityError'
  readonly code: SecurityErrorCode
  readonly status: number
  readonly headers: Record<string, string>

  constructor(code: SecurityErrorCode, message: string, options: SecurityErrorInit = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = options.status ?? 500
    this.headers = options.headers ?? {}
  }
}

/** One thing wrong with a request: where (`body.items.0.quantity`), and what; never the value itself. */
export interface Violation {
  path: string
  message: string
}

/** `SECURITY_VALIDATION_FAILED`, with all that is wrong with the request in `errors`. */
export class ValidationError extends SecurityError {
  readonly errors: readonly Violation[]

  constructor(errors: readonly Violation[]) {
    super('SECURITY_VALIDATION_FAILED', 'The request is not valid. Correct what `errors` lists.', {
      status: 400,
    })
    this.errors = errors
  }
}
