import { getPublicSuffix } from 'tldts'

/** Says whether an origin is one of those that were named. */
export interface Origins {
  /** Whether every origin is allowed. */
  isPublic: boolean
  has(origin: string): boolean
}

/** What decides which origins make sense. */
export interface OriginRules {
  /** What the messages begin with. */
  where: string
  production: boolean
}

/** The longest origin that a browser sends: scheme, a host of 253 characters, and a port. */
const maxOriginLength = 8 + 253 + 6

/** Reads the origins that may call. Throws a `TypeError` for whatever would let others in. */
export function readOrigins(
  origins: readonly string[],
  { credentials, ...rules }: OriginRules & { credentials: boolean },
): Origins {
  if (!Array.isArray(origins)) {
    throw new TypeError(
      'cors: origins must be a list of the origins of your pages. [] is for the own host alone.',
    )
  }
  if (origins.includes('*')) {
    if (credentials)
      throw new TypeError('cors: "*" with credentials opens every account to every site. List origins.')
    if (origins.length > 1)
      throw new TypeError('cors: "*" already allows every origin. Use it alone, or list origins.')
    return { isPublic: true, has: () => true }
  }
  const exact = new Set((origins as string[]).filter((origin) => !origin.includes('*')))
  const patterns = (origins as string[]).filter((origin) => origin.includes('*'))
  for (const origin of exact) assertOrigin(origin, rules)
  const matchers = patterns.map((pattern) => subdomainMatcher(pattern, rules))
  return {
    isPublic: false,
    has: (origin) =>
      exact.has(origin) || (matchers.length > 0 && matchers.some((matches) => matches(origin))),
  }
}

/**
 * `https://*.shop.example`: the sub-domains of a domain, at any depth, and not the domain itself. No expression that
 * somebody wrote by hand, because these are what is got wrong.
 */
export function subdomainMatcher(pattern: string, rules: OriginRules): (origin: string) => boolean {
  const { where } = rules
  const [scheme, rest, ...more] = pattern.split('*.')
  if (rest === undefined || more.length > 0 || !/^https?:\/\/$/.test(scheme!) || rest.includes('*')) {
    throw new TypeError(
      `${where}: "${pattern}" is no pattern. Write "*." once, as in "https://*.shop.example".`,
    )
  }
  assertOrigin(scheme + rest, rules, pattern)
  const { hostname } = new URL(scheme + rest)
  if (/^[\d.]+$|^\[/.test(hostname))
    throw new TypeError(`${where}: "${pattern}": an address has no sub-domains. Write the origin itself.`)
  // Private ones such as github.io too: anyone may have a name below these.
  if (getPublicSuffix(hostname, { allowPrivateDomains: true }) === hostname)
    throw new TypeError(
      `${where}: "${pattern}": anyone can have a name below "${hostname}". Name your own domain.`,
    )
  const end = `.${rest}`
  return (origin) =>
    origin.length <= maxOriginLength &&
    origin.startsWith(scheme!) &&
    origin.endsWith(end) &&
    isHostName(origin.slice(scheme!.length, -end.length))
}

/** Labels of letters, digits and inner hyphens. Browsers let through more, `_` and back-ticks among it. */
function isHostName(name: string): boolean {
  return name.split('.').every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label))
}

function assertOrigin(origin: string, { where, production }: OriginRules, written = origin): void {
  if (origin === 'null') {
    throw new TypeError(
      `${where}: the origin "null" is what any sandboxed frame sends. It cannot be allowed.`,
    )
  }
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new TypeError(
      `${where}: "${written}" is no origin. Write scheme and host, such as "https://shop.example".`,
    )
  }
  if (url.origin !== origin) {
    throw new TypeError(`${where}: "${written}" is not how browsers send that origin. Write "${url.origin}".`)
  }
  if (production && url.protocol === 'http:') {
    throw new TypeError(
      `${where}: "${written}" is plain http, which anyone on the way can change. Use https in production.`,
    )
  }
  if (production && isLoopback(url.hostname)) {
    throw new TypeError(
      `${where}: "${written}" is whatever runs on the machine of a visitor. Leave it out in production.`,
    )
  }
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
