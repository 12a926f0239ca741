import { nearest } from './edit-distance.js'

/** Throws a `TypeError` for the first key of `options` that is not in `known`, and names the nearest one that is. */
export function assertKnownKeys(where: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue
    const meant = nearest(key, known, Math.max(2, key.length))
    throw new TypeError(`${where}: unknown option "${key}".${meant ? ` Did you mean "${meant}"?` : ''}`)
  }
}
