/** Every code that this package can throw. */
export type DbErrorCode =
  | 'DB_URI_INVALID'
  | 'DB_AUTH_FAILED'
  | 'DB_CONNECT_FAILED'
  | 'DB_CONNECT_ABORTED'
  | 'DB_UNAVAILABLE'
  | 'DB_DRAINING'

/** The one error class of `@ementech/db`. Branch on `code`. */
export class DbError extends Error {
  override readonly name = 'DbError'
  readonly code: DbErrorCode
  readonly status: number
  readonly headers: Record<string, string>

  constructor(
    code: DbErrorCode,
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
