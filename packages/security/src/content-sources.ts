import { assertKnownKeys } from './options.js'

/** Sources that the web preset's Content-Security-Policy allows besides the site itself. */
export interface ContentSources {
  /** Scripts: origins, hashes, `'wasm-unsafe-eval'`. Whatever switches the policy off is refused. */
  script?: readonly string[]
  /** Style sheets, such as `https://fonts.googleapis.com`. */
  style?: readonly string[]
  /** Images, such as `blob:` for previews of a file that is to be uploaded. */
  img?: readonly string[]
  /** Fonts, such as `https://fonts.gstatic.com`. */
  font?: readonly string[]
  /** fetch, EventSource and WebSocket. The site's own `ws:` and `wss:` are part of `'self'` (CSP 3, Safari >= 16). */
  connect?: readonly string[]
  /** Frames that a page may hold. */
  frame?: readonly string[]
  /** Audio and video. */
  media?: readonly string[]
}

/** Services whose sources are known by name. */
export type ContentService = 'stripe' | 'cloudinary'

/** What is allowed for each service, by its own documentation. */
const services: Record<
  ContentService,
  Required<Pick<ContentSources, 'script' | 'img' | 'connect' | 'frame' | 'media'>>
> = {
  // https://docs.stripe.com/security/guide#content-security-policy
  stripe: {
    script: ['https://js.stripe.com', 'https://*.js.stripe.com'],
    frame: ['https://js.stripe.com', 'https://*.js.stripe.com', 'https://hooks.stripe.com'],
    connect: ['https://api.stripe.com'],
    img: ['https://*.stripe.com'],
    media: [],
  },
  // Pictures and films are delivered by the one, and uploaded to the other.
  cloudinary: {
    script: [],
    frame: [],
    connect: ['https://api.cloudinary.com'],
    img: ['https://res.cloudinary.com'],
    media: ['https://res.cloudinary.com'],
  },
}

const sourceKeys = [
  'script',
  'style',
  'img',
  'font',
  'connect',
  'frame',
  'media',
] as const satisfies readonly (keyof ContentSources)[]

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

/** All that a page may load, by kind, from what the options name. */
export function collectSources(
  sources: ContentSources = {},
  named: readonly ContentService[] = [],
  sockets: readonly string[] = [],
): Required<ContentSources> {
  assertKnownKeys('securityHeaders: sources', sources, sourceKeys)
  for (const source of sources.script ?? []) {
    if (openScriptSources.has(source)) {
      throw new TypeError(
        `securityHeaders: the script source ${source} lets injected scripts run. Name origins or hashes.`,
      )
    }
  }
  const unknown = named.find((name) => !Object.hasOwn(services, name))
  if (unknown !== undefined)
    throw new TypeError(
      `securityHeaders: the service "${unknown}" is not known. Name its sources, or one of ${Object.keys(services).join(', ')}.`,
    )
  for (const socket of sockets) assertSocket(socket)
  const of = (key: keyof ContentSources) => [
    ...(sources[key] ?? []),
    ...named.flatMap((name) => (services[name] as ContentSources)[key] ?? []),
  ]
  return {
    script: of('script'),
    style: of('style'),
    img: of('img'),
    font: of('font'),
    connect: [...of('connect'), ...sockets],
    frame: of('frame'),
    media: of('media'),
  }
}

function assertSocket(socket: string): void {
  const url = URL.canParse(socket) ? new URL(socket) : undefined
  if (url && /^wss?:$/.test(url.protocol) && socket === `${url.protocol}//${url.host}`) return
  throw new TypeError(
    `securityHeaders: "${socket}" is no socket. Write scheme and host, such as "wss://live.shop.example".`,
  )
}
