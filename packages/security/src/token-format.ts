import { isUtf8 } from 'node:buffer'
import { parseStrictJson } from './strict-json.js'

/** The protected header of our tokens; no other member is accepted. */
export interface TokenHeader {
  alg: string
  typ: string
  kid: string
}

/** A compact JWS (RFC 7515, 7.1), taken apart. Nothing in it is verified yet. */
export interface TokenParts {
  /** The first part as it is written. */
  header: string
  /** What the signature is over. */
  signed: string
  /** The text of the payload. */
  payload: string
  signature: Buffer
}

/** The longest token that is looked at, in bytes: a longer one costs time before its signature can be refused. */
const maxTokenBytes = 8192

/** Takes a token apart, and refuses whatever is not exactly a compact JWS, before any cryptography. */
export function splitToken(token: unknown): TokenParts {
  if (typeof token !== 'string' || token.length > maxTokenBytes)
    throw new Error('not a string of at most 8192 bytes')
  const [header = '', payload = '', signature = '', ...more] = token.split('.')
  if (more.length > 0) throw new Error('not three parts')
  return {
    header,
    signed: token.slice(0, header.length + 1 + payload.length),
    payload: decodeText(payload),
    signature: decodeCanonical(signature),
  }
}

/** Reads a header. RFC 7515 lets others be ignored; ours have these three members, so a fourth is an attempt. */
export function readTokenHeader(part: string): TokenHeader {
  const header = parseStrictJson(decodeText(part))
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw new Error('header is no object')
  const { alg, typ, kid, ...others } = header as Record<string, unknown>
  // Among the others are `crit`, `b64`, `jwk`, `jku` and `x5u`, through which a token would choose how it is verified.
  if (Object.keys(others).length > 0) throw new Error('header has members besides alg, typ and kid')
  if (typeof alg !== 'string' || typeof typ !== 'string' || typeof kid !== 'string')
    throw new Error('header is incomplete')
  return { alg, typ, kid }
}

function decodeText(part: string): string {
  const bytes = decodeCanonical(part)
  if (!isUtf8(bytes)) throw new Error('not UTF-8')
  return bytes.toString()
}

/** Buffer ignores what is not base64url, and the unused bits of the last character; a signature would still be valid. */
function decodeCanonical(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  if (part === '' || bytes.toString('base64url') !== part) throw new Error('not canonical base64url')
  return bytes
}
