/** Anything with console's four methods: winston, console and consola fit as they are. */
export interface Logger {
  debug(message: string, fields?: object): void
  info(message: string, fields?: object): void
  warn(message: string, fields?: object): void
  error(message: string, fields?: object): void
}

/** Says nothing: the default of every `logger` option. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** An error as a plain object, because winston prints a nested `Error` as `{}`. */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { name: 'NonError', message: String(error) }
  const { name, message, stack, cause } = error
  const code = (error as { code?: unknown }).code
  return { name, code, message, stack, ...(cause === undefined ? {} : { cause: describeError(cause) }) }
}
