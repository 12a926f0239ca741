import express, { type RequestHandler } from 'express'
import { bodyError } from './body.js'
import { silentLogger, type Logger } from './logger.js'
import { inOrder } from './middleware.js'
import { assertKnownKeys, assertWhole } from './options.js'
import { rateLimit } from './rate-limit.js'

/** What a browser has stopped. Addresses are without their query, which may hold a token, and are cut at 200 characters. */
export interface CspReport {
  /** The page. */
  page: string | undefined
  /** The directive, such as `script-src-elem`. */
  directive: string | undefined
  /** What was not loaded; `inline` and `eval` are words. */
  blocked: string | undefined
  /** Where the page asked for it. */
  source: string | undefined
  line: number | undefined
}

/** Options of `cspReports()`. */
export interface CspReportsOptions {
  /** The `reportPath` of `securityHeaders()`. */
  path: string
  /** Called with each report. @default logs it as a warning */
  onReport?: (report: CspReport) => void
  /** The longest body, in bytes. @default 16384 */
  maxBytes?: number
  /** How many bodies one address may send in a minute. @default 30 */
  maxPerMinute?: number
  /** @default silent */
  logger?: Logger
}

const optionKeys = [
  'path',
  'onReport',
  'maxBytes',
  'maxPerMinute',
  'logger',
] as const satisfies readonly (keyof CspReportsOptions)[]

const maxReportsInBody = 20

/**
 * Receives what Content-Security-Policy has stopped, of browsers old (`report-uri`) and new (Reporting API), and answers 204.
 * Whoever finds the address can send to it, so bodies are small and few. Mount it before the body parsers.
 */
export function cspReports(options: CspReportsOptions): RequestHandler {
  assertKnownKeys('cspReports', options, optionKeys)
  const { path, maxBytes = 16_384, maxPerMinute = 30, logger = silentLogger } = options
  const { onReport = (report) => logger.warn('content security policy has stopped something', report) } =
    options
  if (typeof path !== 'string' || !path.startsWith('/'))
    throw new TypeError('cspReports: path is the path of reports, such as "/csp-reports".')
  assertWhole('cspReports: maxBytes', maxBytes, 1, 1_048_576)
  const receive = inOrder([
    rateLimit({
      policy: { name: 'csp-reports', limit: maxPerMinute, windowSeconds: 60 },
      production: false,
      logger,
    }),
    express.json({
      type: ['application/reports+json', 'application/csp-report'],
      limit: maxBytes,
      strict: true,
    }),
  ])

  return function cspReportsMiddleware(req, res, next) {
    if (req.path !== path || req.method !== 'POST') return next()
    void receive(req, res, (err?: unknown) => {
      if (err !== undefined) return next(bodyError(err) ?? err)
      for (const report of readReports(req.body)) onReport(report)
      res.status(204).end()
    })
  }
}

/** https://www.w3.org/TR/CSP3/#deprecated-serialize-violation and https://www.w3.org/TR/CSP3/#reporting */
function readReports(body: unknown): CspReport[] {
  if (Array.isArray(body))
    return body.slice(0, maxReportsInBody).flatMap((entry: { type?: unknown; body?: unknown } | null) => {
      if (entry?.type !== 'csp-violation') return []
      const { documentURL, effectiveDirective, blockedURL, sourceFile, lineNumber } = fields(entry.body)
      return [toReport(documentURL, effectiveDirective, blockedURL, sourceFile, lineNumber)]
    })
  const report = fields(fields(body)['csp-report'])
  if (Object.keys(report).length === 0) return []
  const directive = report['effective-directive'] ?? report['violated-directive']
  return [
    toReport(
      report['document-uri'],
      directive,
      report['blocked-uri'],
      report['source-file'],
      report['line-number'],
    ),
  ]
}

function toReport(
  page: unknown,
  directive: unknown,
  blocked: unknown,
  source: unknown,
  line: unknown,
): CspReport {
  return {
    page: address(page),
    directive: address(directive),
    blocked: address(blocked),
    source: address(source),
    line: typeof line === 'number' ? line : undefined,
  }
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function address(value: unknown): string | undefined {
  return typeof value === 'string' ? value.replace(/[?#].*/s, '').slice(0, 200) : undefined
}
