import { document, isDoc, type Value } from '../bson/value.js'
import { equalValues } from '../bson/compare.js'
import { render } from '../bson/render.js'
import { encodeAll } from '../cursors.js'
import { CommandError } from '../errors.js'
import { describeIndex, parseIndexSpec } from '../storage/index-spec.js'
import type { Collection } from '../storage/collection.js'
import type { Index, IndexSpec } from '../storage/index.js'
import type { Command, Request } from './command.js'

/** MongoDB's limit on the indexes of one collection. */
const MAX_INDEXES = 64

/** `createIndexes`: all of them or, if one cannot be made, none. */
export const createIndexes: Command = {
  fields: ['indexes', 'commitQuorum'],
  writes: true,
  run(request) {
    if (request.body.has('commitQuorum')) {
      throw new CommandError(
        'BadValue',
        'commitQuorum is supported only for two phase index builds with commit quorum support enabled ',
      )
    }
    const specs = request.docs('indexes').map(parseIndexSpec)
    if (specs.length === 0) throw new CommandError('BadValue', 'Must specify at least one index to create')
    const createdCollectionAutomatically = !request.collection()
    const collection = request.ensureCollection()
    const numIndexesBefore = collection.indexes.length
    const isNew = (spec: IndexSpec) => !existsAlready(collection, spec)
    try {
      for (const spec of specs) if (isNew(spec)) addIndex(collection, spec)
    } catch (err) {
      for (const index of collection.indexes.slice(numIndexesBefore)) collection.dropIndex(index)
      throw explainBuildFailure(err, collection, specs)
    }
    const numIndexesAfter = collection.indexes.length
    const note = numIndexesAfter === numIndexesBefore ? 'all indexes already exist' : undefined
    return document({ numIndexesBefore, numIndexesAfter, createdCollectionAutomatically, note, ok: 1 })
  },
}

/** `listIndexes`. */
export const listIndexes: Command = {
  fields: ['cursor'],
  run(request) {
    const collection = requireCollection(request, 'ns does not exist')
    const docs = encodeAll(collection.indexes.map(({ spec }) => describeIndex(spec)))
    return request.state.cursors.open(request.namespace(), docs, { batchSize: Infinity })
  },
}

/** `dropIndexes`, by name, by key, by a list of names, or all ("*"). */
export const dropIndexes: Command = {
  fields: ['index'],
  writes: true,
  run(request) {
    const collection = requireCollection(request, 'ns not found')
    const nIndexesWas = collection.indexes.length
    const dropped = chooseIndexes(collection, request.body.get('index'))
    for (const index of dropped) collection.dropIndex(index)
    return document({ nIndexesWas, ok: 1 })
  },
}

/** Whether the index is there; throws if one is there that it cannot stand beside. */
function existsAlready(collection: Collection, spec: IndexSpec): boolean {
  for (const { spec: existing } of collection.indexes) {
    if (existing.text && spec.text && !isSameText(existing, spec)) throw onlyOneText(existing)
    const isSame = sameSignature(existing, spec)
    const hasSameOptions = isSame && existing.expireAfterSeconds === spec.expireAfterSeconds
    // The _id index is there under its own name, whatever it is called in the request.
    if (existing.name === '_id_' && equalValues(existing.key, spec.key)) return true
    if (existing.name === spec.name) {
      if (hasSameOptions) return true
      throw isSame
        ? conflict(
            'IndexOptionsConflict',
            'An equivalent index already exists with the same name but different options.',
            spec,
            existing,
          )
        : conflict(
            'IndexKeySpecsConflict',
            'An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation.',
            spec,
            existing,
          )
    }
    if (hasSameOptions) {
      throw new CommandError(
        'IndexOptionsConflict',
        `Index already exists with a different name: ${existing.name}`,
      )
    }
    if (isSame) {
      throw conflict(
        'IndexOptionsConflict',
        'An equivalent index already exists with a different name and options.',
        spec,
        existing,
      )
    }
  }
  return false
}

function isSameText(a: IndexSpec, b: IndexSpec): boolean {
  return a.name === b.name && equalValues(describeIndex(a), describeIndex(b))
}

function onlyOneText({ name }: IndexSpec): CommandError {
  return new CommandError(
    'CannotCreateIndex',
    `only one text index per collection allowed, found existing text index "${name}"`,
  )
}

/** What tells one index from another, so that both may exist: the keys, and which documents they are about. */
function sameSignature(a: IndexSpec, b: IndexSpec): boolean {
  const [one, other] = [a.partialFilter?.source ?? null, b.partialFilter?.source ?? null]
  return (
    equalValues(a.key, b.key) && equalValues(one, other) && a.unique === b.unique && a.sparse === b.sparse
  )
}

function conflict(
  code: 'IndexOptionsConflict' | 'IndexKeySpecsConflict',
  message: string,
  requested: IndexSpec,
  existing: IndexSpec,
): CommandError {
  return new CommandError(
    code,
    `${message} Requested index: ${render(describeIndex(requested))}, existing index: ${render(describeIndex(existing))}`,
  )
}

function addIndex(collection: Collection, spec: IndexSpec): void {
  if (collection.indexes.length >= MAX_INDEXES) {
    throw new CommandError(
      'CannotCreateIndex',
      `add index fails, too many indexes for ${collection.namespace} key:${render(spec.key)}`,
    )
  }
  collection.createIndex(spec)
}

function explainBuildFailure(err: unknown, collection: Collection, specs: IndexSpec[]): unknown {
  if (!(err instanceof CommandError) || err.codeName !== 'DuplicateKey') return err
  const name = specs.find((spec) => err.message.includes(` index: ${spec.name} `))?.name ?? specs[0]!.name
  return new CommandError(
    'DuplicateKey',
    `Index build failed: ${name}: Collection ${collection.namespace} :: caused by :: ${err.message}`,
    err.details,
  )
}

function requireCollection(request: Request, message: string): Collection {
  const collection = request.collection()
  if (collection) return collection
  throw new CommandError(
    'NamespaceNotFound',
    message.includes('exist')
      ? `ns does not exist: ${request.namespace()}`
      : `ns not found ${request.namespace()}`,
  )
}

function chooseIndexes(collection: Collection, wanted: Value | undefined): Index[] {
  if (wanted === '*') return collection.indexes.slice(1)
  const names = Array.isArray(wanted) ? wanted : [wanted]
  return names.map((name) => {
    const found = collection.indexes.find(({ spec }) =>
      isDoc(name) ? equalValues(spec.key, name) : spec.name === name,
    )
    if (!found) {
      throw new CommandError(
        'IndexNotFound',
        isDoc(name)
          ? `can't find index with key: ${render(name)}`
          : `index not found with name [${String(name)}]`,
      )
    }
    if (found.spec.name === '_id_') throw new CommandError('InvalidOptions', 'cannot drop _id index')
    return found
  })
}
