import type { ErrorRequestHandler, Request } from 'express'
import { describeError, silentLogger, type Logger } from './logger.js'
import { assertKnownKeys } from './options.js'
import { pathOf } from './paths.js'
import { problemOf } from './problem.js'

/** Options of `errorHandler()`. */
export interface ErrorHandlerOptions {
  /** In production, what went wrong inside (5xx) is logged and not told. @default true */
  production?: boolean
  /** Gives the id under which the request is logged; it goes into the answer. */
  requestId?: (req: Request) => string | undefined
  /** Hears of every 5xx. @default silent */
  logger?: Logger
}

const optionKeys = [
  'production',
  'requestId',
  'logger',
] as const satisfies readonly (keyof ErrorHandlerOptions)[]

/** Headers that were meant for the answer that failed. */
const staleHeaders = [
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Range',
  'ETag',
  'Last-Modified',
]

/** Answers every error as a problem (RFC 9457), with the status, headers and code that it carries. Mount it last. */
export function errorHandler(options: ErrorHandlerOptions = {}): ErrorRequestHandler {
  assertKnownKeys('errorHandler', options, optionKeys)
  const { production = true, logger = silentLogger } = options

  return function errorHandlerMiddleware(err: unknown, req, res, next) {
    const requestId = options.requestId?.(req)
    const { problem, headers } = problemOf(err, { production, requestId })
    if (problem.status >= 500) {
      logger.error('request failed', {
        method: req.method,
        path: pathOf(req),
        requestId,
        err: describeError(err),
      })
    }
    // Too late for an answer: Express ends the connection, so that the client does not take half of one for all.
    if (res.headersSent) return next(err)
    for (const name of staleHeaders) res.removeHeader(name)
    res.statusCode = problem.status
    res.setHeader('Cache-Control', 'no-store')
    for (const [name, value] of headers) res.setHeader(name, value)
    res.setHeader('Content-Type', 'application/problem+json')
    // Not send(), which would add an ETag.
    res.end(JSON.stringify(problem))
  }
}
