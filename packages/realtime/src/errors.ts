/**
 * Every code of this package. The client meets them in `connect_error` (`err.data.code`), in acknowledgements
 * (`ack.code`) and in the body of a refused handshake.
 */
export type RealtimeErrorCode =
  | 'REALTIME_ORIGIN_REFUSED'
  | 'REALTIME_TOKEN_IN_QUERY'
  | 'REALTIME_DRAINING'
  | 'REALTIME_TOO_MANY_CONNECTIONS'
  | 'REALTIME_UNAUTHORIZED'
  | 'REALTIME_TOKEN_EXPIRED'
  | 'REALTIME_SUBJECT_CHANGED'
  | 'REALTIME_AUTH_UNAVAILABLE'
  | 'REALTIME_UNKNOWN_EVENT'
  | 'REALTIME_INVALID_EVENT'
  | 'REALTIME_RATE_LIMITED'
  | 'REALTIME_HANDLER_FAILED'
  | 'REALTIME_TIMEOUT'
  | 'REALTIME_DISCONNECTED'

/** The one error class of `@ementech/realtime`. Branch on `code`. */
export class RealtimeError extends Error {
  override readonly name = 'RealtimeError'
  readonly code: RealtimeErrorCode
  readonly status: number
  readonly headers: Record<string, string>

  constructor(
    code: RealtimeErrorCode,
    message: string,
    options: { status?: number; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = options.status ?? 500
    this.headers = options.headers ?? {}
  }
}

/** An error as log fields: winston prints a nested `Error` as `{}`. */
export function errorFields(thrown: unknown): object {
  if (!(thrown instanceof Error)) return { name: 'NonError', message: String(thrown) }
  const { name, message, stack, cause } = thrown
  const code = (thrown as { code?: unknown }).code
  return { name, code, message, stack, ...(cause === undefined ? {} : { cause: errorFields(cause) }) }
}
