import type { RequestHandler } from 'express'

/** One handler that runs `handlers` in order. */
export function inOrder(handlers: readonly RequestHandler[]): RequestHandler {
  return function securityMiddleware(req, res, next) {
    run(0)

    function run(index: number): void {
      const handler = handlers[index]
      if (handler === undefined) return next()
      try {
        void handler(req, res, (err?: unknown) => (err == null ? run(index + 1) : next(err)))
      } catch (error) {
        // Behind a handler that has waited, nobody else would catch it.
        next(error)
      }
    }
  }
}
