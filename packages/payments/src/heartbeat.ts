import { describeError, type Logger } from './logger.js'

/**
 * Runs `work` while its lease is extended every third of its length; `abort` is used when the lease is lost.
 * A beat that fails is only logged: the fencing token, not the beat, is what keeps us safe.
 */
export async function withHeartbeat(
  work: (signal: AbortSignal) => Promise<void>,
  { extend, leaseMs, abort, logger }: Heartbeat,
): Promise<void> {
  const timer = setInterval(() => {
    extend().then(
      (held) => {
        if (!held) abort.abort(new Error('the lease is lost'))
      },
      (error: unknown) => logger.warn('lease not extended', { err: describeError(error) }),
    )
  }, leaseMs / 3)
  try {
    await work(abort.signal)
  } finally {
    clearInterval(timer)
  }
}

/** What a heartbeat needs. */
export interface Heartbeat {
  extend: () => Promise<boolean>
  leaseMs: number
  abort: AbortController
  logger: Logger
}
