import type { RequestHandler } from 'express'

/** One handler that runs `handlers` in order. */
export function inOrder(handlers: readonly RequestHandler[]): RequestHandler {
  return function securityMiddleware(req, res, next) {
    let index = 0
    run()

    function run(err?: unknown): void {
      if (err != null) return next(err)
      const handler = handlers[index++]
      if (handler === undefined) return next()
      try {
        void handler(req, res, run)
      } catch (error) {
        // Behind a handler that has waited, nobody else would catch it.
        next(error)
      }
    }
  }
}
