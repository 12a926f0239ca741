import { describeError, type Logger } from './logger.js'

/** Asks a service that may be down, without ever waiting long for it. */
export interface StoreGuard {
  /** What `ask` resolves to in time; undefined when it failed, or when the service is known to be down. */
  ask<T>(ask: () => Promise<T>): Promise<T | undefined>
}

/** How patient a guard is. */
export interface StoreGuardOptions {
  timeoutMs: number
  /** While the service is down, one request in this time finds out whether it is back. */
  retryMs: number
  logger: Logger
}

const guards = new WeakMap<object, StoreGuard>()

/** The guard of a store: one for all who use that store, because what one of them finds out all should know. */
export function guardOf(store: object, options: StoreGuardOptions): StoreGuard {
  const guard = guards.get(store) ?? createStoreGuard(options)
  guards.set(store, guard)
  return guard
}

function createStoreGuard({ timeoutMs, retryMs, logger }: StoreGuardOptions): StoreGuard {
  let isDown = false
  let retryAt = 0

  return {
    async ask(ask) {
      if (isDown) {
        if (performance.now() < retryAt) return undefined
        retryAt = performance.now() + retryMs
      }
      try {
        const answer = await within(timeoutMs, ask)
        if (isDown) {
          isDown = false
          logger.info('rate limit store answers again')
        }
        return answer
      } catch (error) {
        retryAt = performance.now() + retryMs
        if (!isDown) {
          isDown = true
          logger.error('rate limit store does not answer', {
            code: 'SECURITY_LIMITS_UNAVAILABLE',
            err: describeError(error),
          })
        }
        return undefined
      }
    },
  }
}

/** What comes later, or fails later, is of no interest any more. */
function within<T>(timeoutMs: number, ask: () => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    ask()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}
