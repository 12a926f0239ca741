import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import helmet, { type HelmetOptions } from 'helmet'
import { apiPolicy, createNonceWriter, webPolicy, type Nonces } from './content-security-policy.js'
import { collectSources, type ContentService, type ContentSources } from './content-sources.js'
import { assertKnownKeys, assertWhole } from './options.js'
import { pathMatcher } from './paths.js'
import { permissionsPolicy } from './permissions-policy.js'

/** Options of `securityHeaders()`. */
export interface HeadersOptions {
  /** `api` for answers that no browser shows as a page, `web` for an application that serves pages. @default 'api' */
  preset?: 'api' | 'web'
  /** Web preset only: what its pages may load besides what comes from the site itself. */
  sources?: ContentSources
  /** Web preset only: services whose sources are known, such as `['stripe', 'cloudinary']`. */
  services?: readonly ContentService[]
  /** Web preset only: sockets of other hosts that its pages may open, such as `['wss://live.shop.example']`. */
  sockets?: readonly string[]
  /** Web preset only: inline scripts and styles run with the nonces that `getNonces(req)` gives. @default false */
  nonces?: boolean
  /** Web preset only: paths whose answers no cache may keep, with all below them, such as `['/api']`. */
  noStorePaths?: readonly string[]
  /** Where browsers send what the policy has stopped: the path of `cspReports()`. */
  reportPath?: string
  /**
   * How long a browser shall refuse plain http, in seconds. Sent in production and over https alone.
   * @default 31536000 (one year, OWASP ASVS 5.0 3.4.1)
   */
  hstsMaxAgeSeconds?: number
  /** Whether that holds for the sub-domains too. @default true */
  hstsIncludeSubDomains?: boolean
  /** Who may embed an answer as an image, a script or a style. @default 'same-origin' */
  resourcePolicy?: 'same-origin' | 'same-site' | 'cross-origin'
  /** Browser features that a page may use, such as `{ camera: 'self' }`; those not named are off. */
  features?: Readonly<Record<string, 'self'>>
  /** @default true */
  production?: boolean
}

const optionKeys = [
  'preset',
  'sources',
  'services',
  'sockets',
  'nonces',
  'noStorePaths',
  'reportPath',
  'hstsMaxAgeSeconds',
  'hstsIncludeSubDomains',
  'resourcePolicy',
  'features',
  'production',
] as const satisfies readonly (keyof HeadersOptions)[]

const webKeys = ['sources', 'services', 'sockets', 'nonces', 'noStorePaths'] as const

const noncesOf = new WeakMap<IncomingMessage, Nonces>()

/** Sets the response headers that protect a browser. Every value is computed here, once; of a nonce, all but the nonce. */
export function securityHeaders(options: HeadersOptions = {}): RequestHandler {
  assertKnownKeys('securityHeaders', options, optionKeys)
  const { preset = 'api', production = true, noStorePaths = [], nonces = false } = options
  assertOptions(preset, options)

  const headers = [...helmetHeaders(helmetOptions(options)), ...ownHeaders(options)]
  const policyHeader = headers.find(([name]) => name === 'Content-Security-Policy')!
  const writeNonces = nonces ? createNonceWriter(policyHeader[1]) : undefined
  const hsts = production ? strictTransport(options) : undefined
  const noStore = preset === 'api' ? () => true : pathMatcher('securityHeaders: noStorePaths', noStorePaths)

  return function securityHeadersMiddleware(req, res, next) {
    res.removeHeader('X-Powered-By')
    for (const [name, value] of headers) res.setHeader(name, value)
    if (writeNonces) {
      const { nonces, policy } = writeNonces()
      noncesOf.set(req, nonces)
      res.setHeader('Content-Security-Policy', policy)
    }
    // RFC 6797, 7.2: not over plain http. Behind a proxy `req.secure` needs Express's `trust proxy`.
    if (hsts !== undefined && req.secure) res.setHeader('Strict-Transport-Security', hsts)
    if (noStore(req)) res.setHeader('Cache-Control', 'no-store')
    next()
  }
}

/** The nonces of the answer to `req`. Throws a `TypeError` when no `securityHeaders({ nonces: true })` has made any. */
export function getNonces(req: IncomingMessage): Nonces {
  const nonces = noncesOf.get(req)
  if (nonces) return nonces
  throw new TypeError(
    'getNonces: this answer has none. Mount securityHeaders({ preset: "web", nonces: true }) before this handler.',
  )
}

function assertOptions(preset: string, options: HeadersOptions): void {
  if (preset !== 'api' && preset !== 'web') {
    throw new TypeError(`securityHeaders: preset is "${preset}". Use "api" or "web".`)
  }
  for (const key of webKeys) {
    if (preset === 'api' && options[key] !== undefined) {
      throw new TypeError(
        `securityHeaders: ${key} belongs to preset "web". The api preset loads and caches nothing.`,
      )
    }
  }
  assertWhole('securityHeaders: hstsMaxAgeSeconds', options.hstsMaxAgeSeconds ?? 0, 0, 63_072_000)
  if (options.reportPath !== undefined && !/^\/[\w./-]*$/.test(options.reportPath))
    throw new TypeError('securityHeaders: reportPath is a path, such as "/csp-reports".')
}

function helmetOptions(options: HeadersOptions): HelmetOptions {
  const { preset, production = true, nonces = false, reportPath, resourcePolicy = 'same-origin' } = options
  const shared: HelmetOptions = {
    crossOriginResourcePolicy: { policy: resourcePolicy },
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  }
  if (preset !== 'web')
    return { ...shared, contentSecurityPolicy: apiPolicy(reportPath), crossOriginEmbedderPolicy: true }
  const sources = collectSources(options.sources, options.services, options.sockets)
  return {
    ...shared,
    contentSecurityPolicy: webPolicy(sources, { production, nonces, reportPath }),
    // With `no-referrer` browsers send `Origin: null` with the site's own forms.
    referrerPolicy: { policy: 'same-origin' },
  }
}

/** What helmet would set on every response, as data. */
function helmetHeaders(options: HelmetOptions): [name: string, value: string][] {
  const headers: [string, string][] = []
  const response = {
    setHeader: (name: string, value: string) => headers.push([name, value]),
    removeHeader() {},
  }
  helmet(options)({} as never, response as never, (err?: unknown) => {
    if (err) throw err as Error
  })
  return headers
}

/** What helmet does not know. Stripe asks for the wallets of a browser from a frame of its own. */
function ownHeaders({ features, services, reportPath }: HeadersOptions): [name: string, value: string][] {
  const delegated = services?.includes('stripe') ? { payment: 'https://js.stripe.com' } : undefined
  return [
    ['Permissions-Policy', permissionsPolicy(features, delegated)],
    ...(reportPath === undefined
      ? []
      : ([['Reporting-Endpoints', `csp="${reportPath}"`]] as [string, string][])),
  ]
}

function strictTransport({
  hstsMaxAgeSeconds = 31_536_000,
  hstsIncludeSubDomains = true,
}: HeadersOptions): string {
  return `max-age=${hstsMaxAgeSeconds}${hstsIncludeSubDomains ? '; includeSubDomains' : ''}`
}
