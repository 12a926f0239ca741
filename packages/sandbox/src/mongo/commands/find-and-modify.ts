import { document, type Doc } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { compileProjection } from '../query/projection.js'
import { parseFilter } from '../query/filter.js'
import { select } from '../query/select.js'
import { parseSort } from '../query/sort.js'
import { requireSimpleCollation } from '../storage/index-spec.js'
import type { StoredDoc } from '../storage/index.js'
import { refuseOptions, resolveHint, type Command, type Request } from './command.js'
import { prepareUpdate, updateStored, upsert } from './update.js'

/** `findAndModify`: finds one document, changes or removes it, and answers it as it was or is. */
export const findAndModify: Command = {
  fields: [
    'query',
    'sort',
    'remove',
    'update',
    'new',
    'fields',
    'upsert',
    'bypassDocumentValidation',
    'collation',
    'arrayFilters',
    'hint',
    'let',
  ],
  writes: true,
  run(request) {
    refuseOptions(request, ['let'])
    requireSimpleCollation(request.body.get('collation'))
    return request.flag('remove') ? remove(request) : modify(request)
  },
}

function remove(request: Request) {
  const refused = ['update', 'upsert', 'new'].find((name) =>
    name === 'update' ? request.body.has(name) : request.flag(name),
  )
  if (refused === 'update') {
    throw new CommandError('FailedToParse', "Cannot specify both an 'update' and 'remove'=true")
  }
  if (refused) {
    throw new CommandError(
      'FailedToParse',
      `Cannot specify both ${refused}=true and remove=true${refused === 'new' ? "; 'remove' always returns the deleted document" : ''}`,
    )
  }
  const answer = answerer(request)
  const stored = findOne(request, parseFilter(request.doc('query') ?? new Map()))
  if (stored) request.collection()!.remove(stored)
  return document({
    lastErrorObject: document({ n: stored ? 1 : 0 }),
    value: stored ? answer(stored.doc) : null,
    ok: 1,
  })
}

function modify(request: Request) {
  const source = request.body.get('update')
  if (source === undefined) {
    throw new CommandError('FailedToParse', 'Either an update or remove=true must be specified')
  }
  const answer = answerer(request)
  const returnsNew = request.flag('new')
  const prepared = prepareUpdate(request.doc('query') ?? new Map(), source, request.body.get('arrayFilters'))
  const collection = request.flag('upsert') ? request.ensureCollection() : request.collection()
  const stored = findOne(request, prepared.filter)
  if (stored) {
    const updated = updateStored(collection!, stored, prepared)
    return document({
      lastErrorObject: document({ n: 1, updatedExisting: true }),
      value: answer((returnsNew ? updated : stored).doc),
      ok: 1,
    })
  }
  if (!request.flag('upsert')) {
    return document({ lastErrorObject: document({ n: 0, updatedExisting: false }), value: null, ok: 1 })
  }
  const made = upsert(collection!, prepared)
  return document({
    lastErrorObject: document({ n: 1, updatedExisting: false, upserted: made.doc.get('_id') }),
    value: returnsNew ? answer(made.doc) : null,
    ok: 1,
  })
}

function findOne(request: Request, filter: ReturnType<typeof parseFilter>): StoredDoc | undefined {
  const collection = request.collection()
  const sort = parseSort(request.doc('sort') ?? new Map())
  const hint = resolveHint(collection, request.body.get('hint'))
  return select(collection, { filter, sort, limit: 1, hint, deadline: request.deadline })[0]
}

function answerer(request: Request): (doc: Doc) => Doc {
  const fields = request.doc('fields')
  return fields && fields.size > 0 ? compileProjection(fields, 'find') : (doc) => doc
}
