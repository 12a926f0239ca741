import { render } from '../bson/render.js'
import {
  document,
  isDoc,
  isNumeric,
  isTruthy,
  toNumber,
  typeName,
  type Doc,
  type Value,
} from '../bson/value.js'
import { CommandError } from '../errors.js'
import { parseFilter, type Filter } from '../query/filter.js'
import { describeTextSpec, isTextKey, parseTextSpec, textOptions } from '../text/text-spec.js'
import type { IndexSpec } from './index.js'

/** The index that every collection has. */
export const ID_INDEX: IndexSpec = {
  name: '_id_',
  key: new Map([['_id', 1]]),
  fields: [{ path: '_id', parts: ['_id'], direction: 1 }],
  unique: true,
  sparse: false,
  hidden: false,
}

/** Options that MongoDB has for kinds of index that are not here; refused by name. */
const REFUSED = new Set([
  '2dsphereIndexVersion',
  'bits',
  'min',
  'max',
  'bucketSize',
  'storageEngine',
  'wildcardProjection',
  'prepareUnique',
])
const KNOWN = new Set([
  'name',
  'key',
  'unique',
  'sparse',
  'hidden',
  'partialFilterExpression',
  'expireAfterSeconds',
  'background',
  'v',
  'ns',
  'collation',
  ...textOptions,
])

/** Reads one specification of `createIndexes`. Throws a `CommandError` for what is wrong or not supported. */
export function parseIndexSpec(source: Doc): IndexSpec {
  for (const name of source.keys()) {
    if (REFUSED.has(name)) throw cannotCreate(`the index option '${name}' is not supported by this server`)
    if (!KNOWN.has(name)) {
      throw new CommandError(
        'InvalidIndexSpecificationOption',
        `Error in specification ${render(source)} :: caused by :: The field '${name}' is not valid for an index specification.`,
      )
    }
  }
  const key = source.get('key')
  if (!isDoc(key) || key.size === 0) throw cannotCreate('Index keys cannot be empty.')
  const name = source.get('name')
  if (typeof name !== 'string') {
    throw new CommandError(
      'FailedToParse',
      "The 'name' field is a required property of an index specification",
    )
  }
  if (name === '') throw cannotCreate('index name cannot be empty')
  if (name === '*') throw new CommandError('BadValue', "The index name '*' is not valid.")
  requireSimpleCollation(source.get('collation'))
  const unique = flag(source, 'unique')
  const sparse = flag(source, 'sparse')
  const partial = source.get('partialFilterExpression')
  const expire = source.get('expireAfterSeconds')
  if (partial !== undefined && sparse) {
    throw cannotCreate('cannot mix "partialFilterExpression" and "sparse" options')
  }
  if (key.size === 1 && key.has('_id')) assertPlain(source)
  if (isTextKey(key)) return parseTextIndex(source, key, name)
  for (const option of textOptions) {
    if (source.has(option)) throw cannotCreate(`the index option '${option}' is of text indexes only`)
  }
  return {
    name,
    key,
    fields: [...key].map(([path, direction]) => parseKeyField(path, direction)),
    unique,
    sparse,
    hidden: flag(source, 'hidden'),
    ...(partial === undefined ? {} : { partialFilter: parsePartialFilter(partial) }),
    ...(expire === undefined ? {} : { expireAfterSeconds: parseExpiry(expire, key) }),
  }
}

/** Nothing can be looked up in it by a planner: it has no fields, and it is never complete. */
function parseTextIndex(source: Doc, key: Doc, name: string): IndexSpec {
  for (const option of ['unique', 'sparse', 'hidden', 'partialFilterExpression', 'expireAfterSeconds']) {
    const value = source.get(option)
    if (value === undefined || value === false) continue
    throw cannotCreate(`text indexes of this server have no option '${option}'`)
  }
  const text = parseTextSpec(source, key)
  const { key: normalized } = Object.fromEntries(describeTextSpec(text)) as { key: Doc }
  return { name, key: normalized, fields: [], unique: false, sparse: true, hidden: false, text }
}

/** The specification as `listIndexes` shows it. */
export function describeIndex(spec: IndexSpec): Doc {
  if (spec.text) return new Map([...document({ v: 2, name: spec.name }), ...describeTextSpec(spec.text)])
  return document({
    v: 2,
    key: spec.key,
    name: spec.name,
    unique: (spec.unique && spec.name !== '_id_') || undefined,
    sparse: spec.sparse || undefined,
    hidden: spec.hidden || undefined,
    partialFilterExpression: spec.partialFilter?.source,
    expireAfterSeconds: spec.expireAfterSeconds,
  })
}

/** Refuses any collation but the simple one, by which strings compare byte by byte. */
export function requireSimpleCollation(collation: Value | undefined): void {
  if (collation === undefined || (isDoc(collation) && collation.get('locale') === 'simple')) return
  if (isDoc(collation) && collation.size === 0) return
  throw new CommandError('CommandNotSupported', "this server compares strings by the 'simple' collation only")
}

function assertPlain(source: Doc): void {
  for (const name of ['unique', 'sparse', 'partialFilterExpression', 'expireAfterSeconds', 'hidden']) {
    if (!source.has(name)) continue
    throw new CommandError(
      'InvalidIndexSpecificationOption',
      `The field '${name}' is not valid for an _id index specification. Specification: ${render(source)}`,
    )
  }
}

function parseKeyField(path: string, direction: Value): IndexSpec['fields'][number] {
  if (typeof direction === 'string') {
    throw cannotCreate(`Unknown index plugin '${direction}': this server has ordered indexes only`)
  }
  if (!isNumeric(direction) || toNumber(direction) === 0 || Number.isNaN(toNumber(direction))) {
    throw cannotCreate(
      `Values in v:2 index key pattern cannot be of type ${typeName(direction)}. Only numbers > 0, numbers < 0, and strings are allowed.`,
    )
  }
  const parts = path.split('.')
  if (parts.includes('')) throw cannotCreate('Index keys cannot be an empty field.')
  if (parts.includes('$**')) throw cannotCreate('wildcard indexes are not supported by this server')
  if (parts.some((part) => part.startsWith('$') && !['$id', '$ref', '$db'].includes(part))) {
    throw cannotCreate("Index key contains an illegal field name: field name starts with '$'.")
  }
  return { path, parts, direction: toNumber(direction) > 0 ? 1 : -1 }
}

function parsePartialFilter(source: Value): NonNullable<IndexSpec['partialFilter']> {
  if (!isDoc(source)) {
    throw new CommandError('TypeMismatch', "The field 'partialFilterExpression' must be an object")
  }
  const filter = parseFilter(source)
  assertPartial(filter)
  return { source, filter }
}

/** https://www.mongodb.com/docs/manual/core/index-partial/#create-a-partial-index */
function assertPartial(filter: Filter): void {
  if (filter.kind === 'and' || filter.kind === 'or') {
    filter.of.forEach(assertPartial)
    return
  }
  const allowed = ['$eq', '$exists', '$gt', '$gte', '$lt', '$lte', '$type', '$in']
  if (filter.kind === 'leaf' && allowed.includes(filter.predicate.operator)) return
  const what = filter.kind === 'leaf' ? filter.predicate.operator : `$${filter.kind}`
  throw cannotCreate(`Expression not supported in partial index: ${what}`)
}

function parseExpiry(value: Value, key: Doc): number {
  const seconds = isNumeric(value) ? toNumber(value) : undefined
  if (seconds === undefined) {
    throw new CommandError('TypeMismatch', "The field 'expireAfterSeconds' must be a number")
  }
  if (!(seconds >= 0 && seconds <= 2 ** 31 - 1)) {
    throw cannotCreate(
      `TTL index 'expireAfterSeconds' option must be within an acceptable range, try a different number`,
    )
  }
  if (key.size !== 1) {
    throw cannotCreate('TTL indexes are single-field indexes, compound indexes do not support TTL.')
  }
  return Math.trunc(seconds)
}

function flag(source: Doc, name: string): boolean {
  const value = source.get(name)
  if (value === undefined || typeof value === 'boolean' || isNumeric(value)) return isTruthy(value)
  throw new CommandError(
    'TypeMismatch',
    `The field '${name}' has value ${render(value)}, which is not convertible to bool`,
  )
}

function cannotCreate(message: string): CommandError {
  return new CommandError('CannotCreateIndex', message)
}
