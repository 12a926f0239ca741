/** Anything with console's four methods: winston, console and consola fit as they are. */
export interface Logger {
  debug(message: string, fields?: object): void
  info(message: string, fields?: object): void
  warn(message: string, fields?: object): void
  error(message: string, fields?: object): void
}

/** Says nothing: what every factory uses until it is given a logger. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
}

/** An error as a plain object, because winston prints a nested `Error` as `{}`. Causes are followed five deep. */
export function describeError(error: unknown, depth = 5): object {
  if (!(error instanceof Error))
    return { name: 'NonError', message: typeof error === 'string' ? error : typeof error }
  const { name, message, stack, cause } = error
  const code = (error as { code?: unknown }).code
  return {
    name,
    code,
    message,
    stack,
    ...(cause === undefined || depth === 0 ? {} : { cause: describeError(cause, depth - 1) }),
  }
}
