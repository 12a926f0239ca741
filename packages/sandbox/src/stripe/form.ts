import { invalid } from './refusal.js'

/** A decoded value: text, or a hash of values. A list is a hash whose keys are its indices. */
export type Raw = string | RawHash

/** Has no prototype, so that no key means more than itself. */
export interface RawHash {
  [key: string]: Raw
}

const deepest = 10

/**
 * Decodes `a=1&b[c]=2&d[0][e]=3&f[]=4`, as it stands in a query or a form-encoded body.
 *
 * @throws Refusal if a name is both a value and a hash, or nested too deeply
 */
export function decodeForm(encoded: string): RawHash {
  const root = emptyHash()
  for (const [name, value] of new URLSearchParams(encoded)) place(root, name, value)
  return root
}

/** Turns a JSON body into what a form would be, so that both are read alike. @throws Refusal if it is no JSON object */
export function decodeJson(body: string): RawHash {
  if (body === '') return emptyHash()
  const value = rawOf(parsed(body), 0)
  if (typeof value === 'string') throw invalid('Invalid request: the body must be a JSON object.')
  return value
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw invalid('Invalid request: the body must be JSON.')
  }
}

function rawOf(value: unknown, depth: number): Raw {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return String(value as boolean | number | string)
  if (depth > deepest) throw invalid('Parameter nested too deeply.')
  const hash = emptyHash()
  for (const [key, inner] of Object.entries(value)) hash[key] = rawOf(inner, depth + 1)
  return hash
}

function place(root: RawHash, name: string, value: string): void {
  const keys = keysOf(name)
  const last = keys.pop() ?? ''
  let hash = root
  for (const key of keys) {
    const index = key === '' ? nextIndex(hash) : key
    const inner = (hash[index] ??= emptyHash())
    if (typeof inner === 'string') throw invalid(`Invalid hash: ${name}`, { param: name })
    hash = inner
  }
  const index = last === '' && keys.length > 0 ? nextIndex(hash) : last
  if (typeof hash[index] === 'object') throw invalid(`Invalid value: ${name}`, { param: name })
  hash[index] = value
}

/** `a[b][]` is a, b and an empty key. */
function keysOf(name: string): string[] {
  const [, head = name, tail = ''] = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name) ?? []
  const keys = [head, ...[...tail.matchAll(/\[([^[\]]*)\]/g)].map(([, key = '']) => key)]
  if (keys.length > deepest) throw invalid(`Parameter nested too deeply: ${head}`, { param: head })
  return keys
}

function nextIndex(hash: RawHash): string {
  return String(Object.keys(hash).length)
}

/** Creates a hash without a prototype. */
export function emptyHash(): RawHash {
  return Object.create(null) as RawHash
}
