import express, { type RequestHandler } from 'express'
import { SecurityError } from './errors.js'
import { assertKnownKeys, assertWhole } from './options.js'

/** Options of `bodyParsers()`. */
export interface BodyOptions {
  /** The longest JSON body, inflated, in bytes. @default 102400 */
  maxJsonBytes?: number
  /** The longest form body, inflated, in bytes. @default 16384 */
  maxFormBytes?: number
  /** The most fields in a form. @default 100 */
  maxFormFields?: number
}

const optionKeys = [
  'maxJsonBytes',
  'maxFormBytes',
  'maxFormFields',
] as const satisfies readonly (keyof BodyOptions)[]

/**
 * Parses JSON (objects and arrays alone) and urlencoded forms (flat) into `req.body`. Other content types are left
 * to the application. Mount handlers that need the raw body, such as webhooks, before it.
 */
export function bodyParsers(options: BodyOptions = {}): RequestHandler {
  assertKnownKeys('bodyParsers', options, optionKeys)
  const { maxJsonBytes = 102_400, maxFormBytes = 16_384, maxFormFields = 100 } = options
  assertWhole('bodyParsers: maxJsonBytes', maxJsonBytes, 1, 104_857_600)
  assertWhole('bodyParsers: maxFormBytes', maxFormBytes, 1, 104_857_600)
  assertWhole('bodyParsers: maxFormFields', maxFormFields, 1, 10_000)
  const json = express.json({ limit: maxJsonBytes, strict: true })
  const form = express.urlencoded({
    limit: maxFormBytes,
    parameterLimit: maxFormFields,
    extended: false,
  })

  return function bodyParsersMiddleware(req, res, next) {
    const parse = formType.test(req.headers['content-type'] ?? '') ? form : json
    void parse(req, res, (err?: unknown) => (err === undefined ? next() : next(bodyError(err) ?? err)))
  }
}

const formType = /^application\/x-www-form-urlencoded\b/i

/** body-parser's error as ours, or undefined for any other. Its own message quotes the body. */
export function bodyError(err: unknown): SecurityError | undefined {
  const { type, status } = Object(err) as { type?: unknown; status?: unknown }
  if (typeof type !== 'string' || !bodyErrorTypes.test(type)) return undefined
  if (status === 413) {
    return new SecurityError(
      'SECURITY_BODY_TOO_LARGE',
      'The body is larger than this service takes. Send less.',
      { status },
    )
  }
  if (status === 415) {
    return new SecurityError(
      'SECURITY_BODY_UNSUPPORTED',
      'The encoding or charset of the body is not supported. Use UTF-8.',
      {
        status,
      },
    )
  }
  return new SecurityError(
    'SECURITY_BODY_MALFORMED',
    'The body cannot be read. Check that it is complete and well-formed.',
    {
      status: 400,
    },
  )
}

/** https://github.com/expressjs/body-parser#errors */
const bodyErrorTypes = /^(entity\.parse|entity\.too|encoding|charset|parameters|querystring|request)\./
