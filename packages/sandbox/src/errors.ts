/** Every code of a `SandboxError`. */
export type SandboxErrorCode =
  | 'SANDBOX_DIR_IN_USE'
  | 'SANDBOX_JOURNAL_DAMAGED'
  | 'SANDBOX_NO_PROMPT'
  | 'SANDBOX_NOT_FOUND'
  | 'SANDBOX_PHONE_INVALID'
  | 'SANDBOX_PIN_WRONG'
  | 'SANDBOX_PORT_TAKEN'
  | 'SANDBOX_REQUEST_INVALID'
  | 'SANDBOX_UNREACHABLE'

/** What this package throws. Branch on `code`; `status` and `headers` make Express answer rightly by itself. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError'
  readonly code: SandboxErrorCode
  readonly status: number
  readonly headers: Record<string, string>

  constructor(
    code: SandboxErrorCode,
    message: string,
    options: { status?: number; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.status = options.status ?? 500
    this.headers = options.headers ?? {}
  }
}
