import type { IncomingMessage } from 'node:http'

const originShape = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s@*,]+$/

/**
 * Whether a handshake may come from where it comes from. CORS does not protect WebSockets: a browser opens one to any
 * host and sends along who asked, and it is for the server to look (RFC 6455, section 10.2).
 * @internal
 */
export function createOriginCheck(origins: readonly string[]): (req: IncomingMessage) => boolean {
  for (const origin of origins) assertOrigin(origin)
  const allowed = new Set(origins)
  return function isOriginAllowed({ headers }) {
    // Without Origin: a program, or a browser's own GET to its own host. `Sec-Fetch-Site` tells the page elsewhere that
    // asks through <img> or <script>, which sends no Origin either.
    if (headers.origin === undefined)
      return !['cross-site', 'same-site'].includes(String(headers['sec-fetch-site']))
    return allowed.has(headers.origin) || hostOf(headers.origin) === headers.host
  }
}

function assertOrigin(origin: string): void {
  const where = 'createRealtime: origins'
  if (typeof origin !== 'string' || !originShape.test(origin)) {
    throw new TypeError(
      `${where}: "${origin}" is not an origin. Write scheme and host alone: "https://shop.example".`,
    )
  }
  if (/^https?:/.test(origin) && new URL(origin).origin !== origin) {
    throw new TypeError(
      `${where}: browsers write "${origin}" as "${new URL(origin).origin}". Write it like them.`,
    )
  }
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
