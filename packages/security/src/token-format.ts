/** The protected header of our tokens; no other member is accepted. */
export interface TokenHeader {
  alg: string
  typ: string
  kid: string
}

/** The longest token that is looked at, in bytes: a longer one costs time before its signature can be refused. */
const maxTokenBytes = 8192

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads the header of a compact JWS, and refuses whatever is not exactly one: before any cryptography, and stricter
 * than RFC 7515, so that no two parsers can read one token differently.
 */
export function readTokenHeader(token: unknown): TokenHeader {
  if (typeof token !== 'string' || token.length > maxTokenBytes)
    throw new Error('not a string of at most 8192 bytes')
  const parts = token.split('.')
  if (parts.length !== 3) throw new Error('not three parts')
  const [header, payload] = parts.map(decodeCanonical)
  utf8.decode(payload)
  return parseHeader(utf8.decode(header))
}

/** Buffer ignores what is not base64url, and the unused bits of the last character; a signature would still be valid. */
function decodeCanonical(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  if (part === '' || bytes.toString('base64url') !== part) throw new Error('not canonical base64url')
  return bytes
}

function parseHeader(text: string): TokenHeader {
  const header: unknown = JSON.parse(text)
  // Compact and without repeated members, or the text would not come out the same.
  if (JSON.stringify(header) !== text) throw new Error('header is not compact JSON')
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw new Error('header is no object')
  const { alg, typ, kid, ...others } = header as Record<string, unknown>
  // Among the others are `crit`, `b64`, `jwk`, `jku` and `x5u`, through which a token would choose how it is verified.
  if (Object.keys(others).length > 0) throw new Error('header has members besides alg, typ and kid')
  if (typeof alg !== 'string' || typeof typ !== 'string' || typeof kid !== 'string')
    throw new Error('header is incomplete')
  return { alg, typ, kid }
}
