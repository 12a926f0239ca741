import { distinctValues } from '../aggregate/group.js'
import { document } from '../bson/value.js'
import { parseFilter } from '../query/filter.js'
import { leafValues } from '../query/path.js'
import { select } from '../query/select.js'
import { requireSimpleCollation } from '../storage/index-spec.js'
import { resolveHint, type Command } from './command.js'

/** `count`, which drivers use for the estimated count. */
export const count: Command = {
  fields: ['query', 'limit', 'skip', 'hint', 'collation', 'fields'],
  run(request) {
    requireSimpleCollation(request.body.get('collation'))
    const collection = request.collection()
    const query = request.doc('query') ?? new Map()
    const found = select(collection, {
      filter: parseFilter(query),
      skip: request.integer('skip') ?? 0,
      limit: request.integer('limit') ?? 0,
      hint: resolveHint(collection, request.body.get('hint')),
      deadline: request.deadline,
    })
    return document({ n: found.length, ok: 1 })
  },
}

/** `distinct`. */
export const distinct: Command = {
  fields: ['key', 'query', 'collation', 'hint'],
  run(request) {
    requireSimpleCollation(request.body.get('collation'))
    const key = request.body.get('key')
    if (typeof key !== 'string') throw request.wrongType('key', key, 'string')
    const collection = request.collection()
    const found = select(collection, {
      filter: parseFilter(request.doc('query') ?? new Map()),
      hint: resolveHint(collection, request.body.get('hint')),
      deadline: request.deadline,
    })
    const path = key.split('.')
    const values = found.flatMap(({ doc }) => leafValues(doc, path)).filter((value) => value !== undefined)
    return document({ values: distinctValues(values), ok: 1 })
  },
}
