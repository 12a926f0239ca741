import type { Request, RequestHandler, Response } from 'express'
import writeCorsHeaders from 'cors'
import { SecurityError } from './errors.js'
import { assertKnownKeys, assertWhole } from './options.js'
import { readOrigins } from './origins.js'
import { silentLogger, type Logger } from './logger.js'

/** Options of `cors()`. */
export interface CorsOptions {
  /**
   * The origins whose pages may call, letter by letter, such as `https://shop.example`, or all sub-domains of a domain of
   * yours, `https://*.shop.example`. `[]` is for the pages of the own host alone, `['*']` for a public API.
   */
  origins: readonly string[]
  /** Whether those pages may send cookies. @default false */
  credentials?: boolean
  /** @default ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE'] */
  methods?: readonly string[]
  /** Request headers that those pages may set. @default ['Authorization', 'Content-Type'] */
  requestHeaders?: readonly string[]
  /** Response headers that those pages may read. @default RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id */
  responseHeaders?: readonly string[]
  /** How long a browser may keep the answer to a preflight, in seconds. @default 600 */
  maxAgeSeconds?: number
  /** In production, origins over plain http are refused. @default true */
  production?: boolean
  /** @default silent */
  logger?: Logger
}

const optionKeys = [
  'origins',
  'credentials',
  'methods',
  'requestHeaders',
  'responseHeaders',
  'maxAgeSeconds',
  'production',
  'logger',
] as const satisfies readonly (keyof CorsOptions)[]

/**
 * Lets the pages of the named origins call, and stops those of all others with 403 before any handler runs.
 * Requests without an `Origin` (servers, curl) and those of the site's own pages pass. Mount it early: then errors,
 * 404 and 429 carry the headers too, and the page can read them.
 */
export function cors(options: CorsOptions): RequestHandler {
  assertKnownKeys('cors', options, optionKeys)
  const { credentials = false, production = true, maxAgeSeconds = 600, logger = silentLogger } = options
  assertWhole('cors: maxAgeSeconds', maxAgeSeconds, 0, 86_400)
  const origins = readOrigins(options.origins, { where: 'cors', credentials, production })
  const headers = headerWriter(options, origins.isPublic)

  return function corsMiddleware(req, res, next) {
    if (res.hasHeader('Vary')) res.vary('Origin')
    else res.setHeader('Vary', 'Origin')
    const origin = req.headers.origin
    if (origin === undefined) return next()
    if (origins.has(origin)) {
      if (isPreflight(req)) return headers.answerPreflight(req, res, next)
      headers.write(res, origin)
      return next()
    }
    if (isOwnOrigin(req, origin)) return next()
    logger.warn('request from an origin that is not allowed', {
      origin: origin.slice(0, 200),
      path: req.path,
    })
    next(originDenied())
  }
}

const readableHeaders = ['RateLimit', 'RateLimit-Policy', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id']

/**
 * Whether to write is decided above. Preflights are answered by the `cors` package; the three headers of any other answer
 * are written here, of values that are known beforehand.
 */
function headerWriter(options: CorsOptions, isPublic: boolean) {
  const settings = {
    origin: isPublic ? '*' : true,
    credentials: options.credentials ?? false,
    methods: [...(options.methods ?? ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE'])],
    allowedHeaders: [...(options.requestHeaders ?? ['Authorization', 'Content-Type'])],
    exposedHeaders: [...(options.responseHeaders ?? readableHeaders)],
    maxAge: options.maxAgeSeconds ?? 600,
    optionsSuccessStatus: 204,
  }
  if (
    options.credentials &&
    [...settings.allowedHeaders, ...settings.exposedHeaders, ...settings.methods].includes('*')
  ) {
    throw new TypeError(
      'cors: with credentials, browsers take "*" as a literal name. List methods and headers.',
    )
  }
  const { credentials } = settings
  const exposedHeaders = settings.exposedHeaders.join(',')
  return {
    answerPreflight: writeCorsHeaders(settings),
    write(res: Response, origin: string) {
      res.setHeader('Access-Control-Allow-Origin', isPublic ? '*' : origin)
      if (credentials) res.setHeader('Access-Control-Allow-Credentials', 'true')
      if (exposedHeaders) res.setHeader('Access-Control-Expose-Headers', exposedHeaders)
    },
  }
}

/** An OPTIONS request without this header is no preflight, and belongs to the application. */
function isPreflight(req: Request): boolean {
  return req.method === 'OPTIONS' && req.headers['access-control-request-method'] !== undefined
}

/**
 * Whether the page comes from the host that it calls. Over https its scheme must match too; over http it may differ,
 * because a proxy may have ended the TLS.
 */
function isOwnOrigin(req: Request, origin: string): boolean {
  const host = req.headers.host
  if (host === undefined) return false
  return origin === `https://${host}` || (!req.secure && origin === `http://${host}`)
}

function originDenied(): SecurityError {
  return new SecurityError(
    'SECURITY_ORIGIN_DENIED',
    'Pages of this origin may not call this service. Add the origin to `origins`, or call without a browser.',
    { status: 403 },
  )
}
