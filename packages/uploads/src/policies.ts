import { kinds, type FileKind } from './kinds.js'
import { prefixShape } from './names.js'
import { assertKnownKeys, assertWhole } from './options.js'

/** What one form may send. */
export interface UploadPolicy {
  /** The kinds that are taken, judged by their bytes. */
  kinds: readonly FileKind[]
  /** The longest file, in bytes. @default 5242880 (5 MiB) */
  maxFileBytes?: number
  /** The most files of `array()`. @default 5 */
  maxFiles?: number
  /** The fewest files; 0 when the file may be left out. @default 1 */
  minFiles?: number
  /** The most pixels of an image: width times height. What it costs to show one depends on them, not on bytes. @default 50000000 */
  maxPixels?: number
  /** The widest image, in pixels. */
  maxWidth?: number
  /** The highest image, in pixels. */
  maxHeight?: number
  /** The most text fields beside the files. @default 20 */
  maxFields?: number
  /** The longest text field, in bytes. @default 16384 */
  maxFieldBytes?: number
  /** The folder of its keys, such as `products`. @default the name of the policy */
  prefix?: string
}

/** A policy with its defaults. */
export type Policy = Required<UploadPolicy> & { readonly kinds: readonly FileKind[] }

const policyKeys = [
  'kinds',
  'maxFileBytes',
  'maxFiles',
  'minFiles',
  'maxPixels',
  'maxWidth',
  'maxHeight',
  'maxFields',
  'maxFieldBytes',
  'prefix',
] as const satisfies readonly (keyof UploadPolicy)[]

/** Fills in the defaults, and refuses what makes no sense. */
export function completePolicy(name: string, options: UploadPolicy): Policy {
  const where = `createUploads: policy "${name}"`
  assertKnownKeys(where, options, policyKeys)
  const policy: Policy = {
    kinds: options.kinds,
    maxFileBytes: options.maxFileBytes ?? 5_242_880,
    maxFiles: options.maxFiles ?? 5,
    minFiles: options.minFiles ?? 1,
    maxPixels: options.maxPixels ?? 50_000_000,
    maxWidth: options.maxWidth ?? 65_535,
    maxHeight: options.maxHeight ?? 65_535,
    maxFields: options.maxFields ?? 20,
    maxFieldBytes: options.maxFieldBytes ?? 16_384,
    prefix: options.prefix ?? name,
  }
  assertKinds(where, policy.kinds)
  assertWhole(`${where}: maxFileBytes`, policy.maxFileBytes, 1, 1_099_511_627_776)
  assertWhole(`${where}: maxFiles`, policy.maxFiles, 1, 100)
  assertWhole(`${where}: minFiles`, policy.minFiles, 0, policy.maxFiles)
  assertWhole(`${where}: maxPixels`, policy.maxPixels, 1, Number.MAX_SAFE_INTEGER)
  assertWhole(`${where}: maxWidth`, policy.maxWidth, 1, Number.MAX_SAFE_INTEGER)
  assertWhole(`${where}: maxHeight`, policy.maxHeight, 1, Number.MAX_SAFE_INTEGER)
  assertWhole(`${where}: maxFields`, policy.maxFields, 0, 1_000)
  assertWhole(`${where}: maxFieldBytes`, policy.maxFieldBytes, 1, 10_485_760)
  if (!prefixShape.test(policy.prefix))
    throw new TypeError(`${where}: prefix "${policy.prefix}" must be like "products" or "users/faces".`)
  return policy
}

/** The longest body that a form within the policy can have, with room for the headers of its parts. */
export function maxBodyBytes({ maxFiles, maxFileBytes, maxFields, maxFieldBytes }: Policy): number {
  return maxFiles * (maxFileBytes + 2_048) + maxFields * (maxFieldBytes + 2_048) + 16_384
}

function assertKinds(where: string, wanted: unknown): void {
  const known = Object.keys(kinds)
  if (!Array.isArray(wanted) || wanted.length === 0)
    throw new TypeError(`${where}: kinds is required, such as ['jpeg', 'png', 'webp'].`)
  for (const kind of wanted as unknown[]) {
    if (!known.includes(kind as string))
      throw new TypeError(`${where}: the kind "${String(kind)}" is not known. There are ${known.join(', ')}.`)
  }
}
