import { document, isTruthy, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { parseFilter, requireDoc, type Filter } from '../query/filter.js'
import { matches, type MatchDetails } from '../query/match.js'
import { select } from '../query/select.js'
import type { Collection } from '../storage/collection.js'
import type { StoredDoc } from '../storage/index.js'
import { requireSimpleCollation } from '../storage/index-spec.js'
import { applyUpdate } from '../update/apply.js'
import { parseUpdate, type Update } from '../update/parse.js'
import { parseArrayFilters, type ArrayFilters } from '../update/positional.js'
import { makeUpsert } from '../update/upsert.js'
import { assertFields, refuseOptions, resolveHint, type Command, type Request } from './command.js'
import { assertStorable, prepareInsert } from './insert.js'
import { runWrites } from './writes.js'

const STATEMENT_FIELDS = ['q', 'u', 'multi', 'upsert', 'hint', 'arrayFilters', 'collation', 'c', 'sort']

/** `update`. */
export const update: Command = {
  fields: ['updates', 'ordered', 'bypassDocumentValidation', 'let'],
  writes: true,
  run(request) {
    refuseOptions(request, ['let'])
    const upserted: Doc[] = []
    const total = { n: 0, nModified: 0 }
    const writeErrors = runWrites(request, request.docs('updates'), (statement, index) => {
      const result = runStatement(request, statement)
      total.n += result.n
      total.nModified += result.nModified
      if (result.upsertedId !== undefined) upserted.push(document({ index, _id: result.upsertedId }))
    })
    return document({ ...total, upserted: upserted.length > 0 ? upserted : undefined, writeErrors, ok: 1 })
  },
}

/** An update with all that it needs, parsed once for all the documents that it meets. */
export interface PreparedUpdate {
  filter: Filter
  update: Update
  arrayFilters: ArrayFilters
  now: Date
}

/** Parses a query and an update. */
export function prepareUpdate(query: Doc, source: Value, arrayFilters: Value | undefined): PreparedUpdate {
  const update = parseUpdate(source)
  if (update.kind === 'replace' && arrayFilters !== undefined) {
    throw new CommandError(
      'FailedToParse',
      'arrayFilters may not be specified for a replacement-style update',
    )
  }
  const steps = update.kind === 'modify' ? update.steps : []
  return {
    filter: parseFilter(query),
    update,
    arrayFilters: parseArrayFilters(arrayFilters, steps),
    now: new Date(),
  }
}

/** Puts the updated document in the place of the stored one; gives the same one back if nothing changed. */
export function updateStored(collection: Collection, stored: StoredDoc, prepared: PreparedUpdate): StoredDoc {
  const details: MatchDetails = {}
  matches(prepared.filter, stored.doc, details)
  const doc = applyUpdate(prepared.update, stored.doc, {
    ...prepared,
    offset: details.offset,
    isInsert: false,
  })
  assertStorable(doc)
  return collection.replace(stored, doc)
}

/** Inserts the document that an upsert makes. */
export function upsert(collection: Collection, prepared: PreparedUpdate): StoredDoc {
  return collection.insert(prepareInsert(makeUpsert(prepared.filter, prepared.update, prepared)))
}

function runStatement(
  request: Request,
  statement: Doc,
): { n: number; nModified: number; upsertedId?: Value } {
  assertFields('update.updates', statement, STATEMENT_FIELDS)
  if (statement.has('c') || statement.has('sort')) {
    throw new CommandError(
      'CommandNotSupported',
      "the options 'c' and 'sort' of an update are not supported by this server",
    )
  }
  requireSimpleCollation(statement.get('collation'))
  const source = statement.get('u')
  if (source === undefined) {
    throw new CommandError(40414, "BSON field 'update.updates.u' is missing but a required field")
  }
  const isMulti = isTruthy(statement.get('multi'))
  const isUpsert = isTruthy(statement.get('upsert'))
  const prepared = prepareUpdate(
    requireDoc('update.updates.q', statement.get('q')),
    source,
    statement.get('arrayFilters'),
  )
  if (isMulti && prepared.update.kind === 'replace') {
    throw new CommandError('FailedToParse', 'multi update is not supported for replacement-style update')
  }
  const existing = request.collection()
  const collection = isUpsert ? request.ensureCollection() : existing
  const hint = resolveHint(collection, statement.get('hint'))
  const selection = { filter: prepared.filter, limit: isMulti ? 0 : 1, hint, deadline: request.deadline }
  const found = select(collection, selection)
  if (found.length === 0 && isUpsert) {
    return { n: 1, nModified: 0, upsertedId: upsert(collection!, prepared).doc.get('_id')! }
  }
  let nModified = 0
  for (const stored of found) if (updateStored(collection!, stored, prepared) !== stored) nModified++
  return { n: found.length, nModified }
}
