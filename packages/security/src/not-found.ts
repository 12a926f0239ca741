import type { RequestHandler } from 'express'
import { SecurityError } from './errors.js'

/** Answers 404 for whatever no route has answered. Mount it behind the routes, before `errorHandler()`. */
export function notFound(): RequestHandler {
  return function notFoundMiddleware(_req, _res, next) {
    next(
      new SecurityError('SECURITY_NOT_FOUND', 'There is nothing here. Check the method and the path.', {
        status: 404,
      }),
    )
  }
}
