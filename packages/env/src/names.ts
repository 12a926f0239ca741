import { nearest } from './edit-distance.js'
import type { Layer } from './files.js'
import type { Found } from './gather.js'
import type { Variable } from './variable.js'

// What Kubernetes sets for every service of the namespace (REDIS_SERVICE_HOST, REDIS_PORT_6379_TCP_ADDR).
const clusterNoise = /_(?:SERVICE_(?:HOST|PORT)(?:_\w+)?|PORT_\d+_(?:TCP|UDP)(?:_\w+)?)$/

/** A variable that is set, but not declared, and looks like one that is. */
export interface Suspect {
  readonly name: string
  readonly layer: string
  /** The declared name that it lies within two edits of, and that is unset. */
  readonly meant: string | undefined
  /** The nearest declared name, for the message. */
  readonly guess: string | undefined
}

/**
 * Finds variables that look like misspelt ones: within two edits of a declared name that is unset, or with a prefix
 * that declared names share (`MPESA_`).
 */
export function findMisspelt(
  accepted: object,
  variables: readonly Variable[],
  layers: readonly Layer[],
  found: readonly Found[],
): Suspect[] {
  const suspects = new Map<string, Suspect>()
  for (const { name: layer, values } of layers) {
    for (const name in values) {
      if (Object.hasOwn(accepted, name) || suspects.has(name) || !values[name] || !isName(name)) continue
      const suspect = judge(name, layer, variables, found)
      if (suspect) suspects.set(name, suspect)
    }
  }
  return [...suspects.values()]
}

function judge(
  name: string,
  layer: string,
  variables: readonly Variable[],
  found: readonly Found[],
): Suspect | undefined {
  if (variables.some((variable) => variable.name === name || variable.fileName === name)) return undefined
  const declared = variables.map((variable) => variable.name)
  const unset = declared.filter((_, index) => found[index]!.text === undefined)
  const meant = nearest(name, unset, name.length < 6 ? 1 : 2)
  if (meant === undefined && !sharesPrefix(name, declared)) return undefined
  return { name, layer, meant, guess: meant ?? nearest(name, declared, name.length / 2) }
}

// Only plain names are looked at, and shown: a line of a file that was torn apart (an unquoted PEM) can make a name
// out of a secret. In names a digit stands in a short word (S3, OAUTH2) or at a word's end, in secrets anywhere.
function isName(name: string): boolean {
  if (name.length > 48 || clusterNoise.test(name)) return false
  return /^(?!\d)(?:[A-Z]+\d*|[A-Z0-9]{1,6})(?:_(?:[A-Z]+\d*|[A-Z0-9]{1,6}))*$/.test(name)
}

// NODE_ENV alone does not make Node's own variables suspicious.
function sharesPrefix(name: string, declared: readonly string[]): boolean {
  const prefix = name.slice(0, name.indexOf('_') + 1)
  return (
    prefix !== '' && prefix !== 'NODE_' && declared.filter((other) => other.startsWith(prefix)).length > 1
  )
}
