import type { RequestHandler } from 'express'
import helmet, { type HelmetOptions } from 'helmet'
import { assertKnownKeys, assertWhole } from './options.js'
import { pathMatcher } from './paths.js'

/** Sources that the web preset's Content-Security-Policy allows besides the site itself. */
export interface ContentSources {
  /** Scripts: origins, hashes, `'wasm-unsafe-eval'`. Whatever switches the policy off is refused. */
  script?: readonly string[]
  /** Style sheets, such as `https://fonts.googleapis.com`. */
  style?: readonly string[]
  /** Images, such as `https://res.cloudinary.com`, or `blob:` for previews of a file that is to be uploaded. */
  img?: readonly string[]
  /** Fonts, such as `https://fonts.gstatic.com`. */
  font?: readonly string[]
  /** fetch, EventSource and WebSocket. The site's own `ws:` and `wss:` are part of `'self'` (CSP 3, Safari >= 16). */
  connect?: readonly string[]
  /** Frames that a page may hold, such as `https://js.stripe.com`. */
  frame?: readonly string[]
}

/** Options of `securityHeaders()`. */
export interface HeadersOptions {
  /** `api` for answers that no browser shows as a page, `web` for an application that serves pages. @default 'api' */
  preset?: 'api' | 'web'
  /** Web preset only: what its pages may load besides what comes from the site itself. */
  sources?: ContentSources
  /** Web preset only: paths whose answers no cache may keep, with all below them, such as `['/api']`. */
  noStorePaths?: readonly string[]
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
  'noStorePaths',
  'hstsMaxAgeSeconds',
  'hstsIncludeSubDomains',
  'resourcePolicy',
  'features',
  'production',
] as const satisfies readonly (keyof HeadersOptions)[]

const sourceKeys = [
  'script',
  'style',
  'img',
  'font',
  'connect',
  'frame',
] as const satisfies readonly (keyof ContentSources)[]

/** Powerful features of https://github.com/w3c/webappsec-permissions-policy/blob/main/features.md that shops rarely need. */
const features = [
  'accelerometer',
  'autoplay',
  'bluetooth',
  'camera',
  'display-capture',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'usb',
  'xr-spatial-tracking',
]

/** Script sources with which a policy no longer stops an injected script. */
const openScriptSources = new Set([
  "'unsafe-inline'",
  "'unsafe-eval'",
  '*',
  'http:',
  'https:',
  'data:',
  'blob:',
])

/** Sets the response headers that protect a browser. Every value is computed here, once. */
export function securityHeaders(options: HeadersOptions = {}): RequestHandler {
  assertKnownKeys('securityHeaders', options, optionKeys)
  const { preset = 'api', production = true, noStorePaths = [] } = options
  assertPreset(preset, options)

  const headers = [...helmetHeaders(helmetOptions(options)), permissionsPolicy(options.features)]
  const hsts = production ? strictTransport(options) : undefined
  const noStore = preset === 'api' ? () => true : pathMatcher('securityHeaders: noStorePaths', noStorePaths)

  return function securityHeadersMiddleware(req, res, next) {
    res.removeHeader('X-Powered-By')
    for (const [name, value] of headers) res.setHeader(name, value)
    // RFC 6797, 7.2: not over plain http. Behind a proxy `req.secure` needs Express's `trust proxy`.
    if (hsts !== undefined && req.secure) res.setHeader('Strict-Transport-Security', hsts)
    if (noStore(req)) res.setHeader('Cache-Control', 'no-store')
    next()
  }
}

function assertPreset(preset: string, options: HeadersOptions): void {
  if (preset !== 'api' && preset !== 'web') {
    throw new TypeError(`securityHeaders: preset is "${preset}". Use "api" or "web".`)
  }
  for (const key of ['sources', 'noStorePaths'] as const) {
    if (preset === 'api' && options[key] !== undefined) {
      throw new TypeError(
        `securityHeaders: ${key} belongs to preset "web". The api preset loads and caches nothing.`,
      )
    }
  }
  if (options.sources) assertKnownKeys('securityHeaders: sources', options.sources, sourceKeys)
  for (const source of options.sources?.script ?? []) {
    if (openScriptSources.has(source)) {
      throw new TypeError(
        `securityHeaders: the script source ${source} lets injected scripts run. Name origins or hashes.`,
      )
    }
  }
  assertWhole('securityHeaders: hstsMaxAgeSeconds', options.hstsMaxAgeSeconds ?? 0, 0, 63_072_000)
}

function helmetOptions({
  preset,
  sources = {},
  production = true,
  resourcePolicy = 'same-origin',
}: HeadersOptions): HelmetOptions {
  const shared: HelmetOptions = {
    crossOriginResourcePolicy: { policy: resourcePolicy },
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  }
  if (preset !== 'web') {
    return {
      ...shared,
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          'default-src': ["'none'"],
          'base-uri': ["'none'"],
          'form-action': ["'none'"],
          'frame-ancestors': ["'none'"],
        },
      },
      crossOriginEmbedderPolicy: true,
    }
  }
  const self = (extra: readonly string[] = []) => ["'self'", ...extra]
  return {
    ...shared,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'script-src': self(sources.script),
        'script-src-attr': ["'none'"],
        'style-src': self(sources.style),
        // Bundlers inline small images as data: addresses; an image cannot run.
        'img-src': self(['data:', ...(sources.img ?? [])]),
        'font-src': self(sources.font),
        'connect-src': self(sources.connect),
        'frame-src': sources.frame?.length ? [...sources.frame] : ["'none'"],
        'base-uri': ["'none'"],
        'object-src': ["'none'"],
        'frame-ancestors': ["'none'"],
        'form-action': ["'self'"],
        ...(production ? { 'upgrade-insecure-requests': [] } : {}),
      },
    },
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

function permissionsPolicy(allowed: Readonly<Record<string, 'self'>> = {}): [name: string, value: string] {
  const names = new Set([...features, ...Object.keys(allowed)])
  for (const name of names) {
    if (!/^[a-z-]+$/.test(name) || (allowed[name] ?? 'self') !== 'self') {
      throw new TypeError(
        `securityHeaders: feature "${name}" cannot be set so. Write its name with the value "self".`,
      )
    }
  }
  return ['Permissions-Policy', [...names].map((name) => `${name}=(${allowed[name] ?? ''})`).join(', ')]
}

function strictTransport({
  hstsMaxAgeSeconds = 31_536_000,
  hstsIncludeSubDomains = true,
}: HeadersOptions): string {
  return `max-age=${hstsMaxAgeSeconds}${hstsIncludeSubDomains ? '; includeSubDomains' : ''}`
}
