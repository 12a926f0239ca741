import { randomUUID } from 'node:crypto'
import { kinds, type FileKind } from './kinds.js'

/** Keys as they are made here: a prefix, a random name, the extension of what was detected. */
const keyShape = /^(?:[a-zA-Z0-9_-]+\/)*[a-zA-Z0-9_-]+\.[a-z0-9]+$/

/** Key prefixes: folder names between single slashes. */
export const prefixShape = /^[a-zA-Z0-9_-]+(?:\/[a-zA-Z0-9_-]+)*$/

/** A key that nobody can guess and nothing of the client is in. */
export function newKey(prefix: string, kind: FileKind): string {
  return `${prefix}/${randomUUID()}.${kinds[kind].extension}`
}

/** Whether a text may be a key. Everything that turns a key into a path or an address asks first. */
export function isKey(key: unknown): key is string {
  return typeof key === 'string' && key.length <= 255 && keyShape.test(key)
}

/** Throws a `TypeError` for what can be no key. */
export function assertKey(where: string, key: unknown): asserts key is string {
  if (!isKey(key)) throw new TypeError(`${where}: this is no key of a stored file. Give what was stored.`)
}

const longestName = 255

/**
 * The client's name for a file, fit to be shown and stored: no path, no control or bidirectional characters (Unicode
 * category C), no leading dots, at most 255 bytes. Never part of a key.
 */
export function cleanName(name: string): string {
  const text = name
    .normalize('NFC')
    .replace(/^.*[/\\]/s, '')
    .replace(/\p{C}/gu, '')
    .replace(/["<>|:*?]/g, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '')
  return shortened(text) || 'file'
}

/** The extension is kept, and no character is cut in two. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= longestName) return name
  const extension = /\.[^.]{1,16}$/.exec(name)?.[0] ?? ''
  let stem = ''
  for (const character of name.slice(0, name.length - extension.length)) {
    if (Buffer.byteLength(stem + character + extension) > longestName) break
    stem += character
  }
  return stem + extension
}
