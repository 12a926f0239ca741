import { EncodedDoc } from '../bson/encode.js'
import { encodeAll } from '../cursors.js'
import { parseFilter } from '../query/filter.js'
import { compileProjection } from '../query/projection.js'
import { select } from '../query/select.js'
import { parseSort } from '../query/sort.js'
import { requireSimpleCollation } from '../storage/index-spec.js'
import { refuseOptions, resolveHint, type Command } from './command.js'

/** Options of MongoDB's `find` that would change the answer and are not done here. */
const REFUSED = ['min', 'max', 'returnKey', 'showRecordId', 'tailable', 'awaitData', 'let', 'oplogReplay']

/** `find`. */
export const find: Command = {
  fields: [
    'filter',
    'sort',
    'projection',
    'hint',
    'skip',
    'limit',
    'batchSize',
    'singleBatch',
    'collation',
    'allowDiskUse',
    'noCursorTimeout',
    'allowPartialResults',
    ...REFUSED,
  ],
  run(request) {
    refuseOptions(request, REFUSED)
    requireSimpleCollation(request.body.get('collation'))
    const collection = request.collection()
    const projection = request.doc('projection')
    const found = select(collection, {
      filter: parseFilter(request.doc('filter') ?? new Map()),
      sort: parseSort(request.doc('sort') ?? new Map()),
      skip: request.integer('skip') ?? 0,
      limit: request.integer('limit') ?? 0,
      hint: resolveHint(collection, request.body.get('hint')),
      deadline: request.deadline,
    })
    const docs =
      projection && projection.size > 0
        ? encodeAll(found.map(({ doc }) => doc).map(compileProjection(projection, 'find')))
        : found.map(({ bytes }) => new EncodedDoc(bytes))
    return request.state.cursors.open(request.namespace(), docs, {
      batchSize: request.integer('batchSize'),
      isSingleBatch: request.flag('singleBatch'),
      isKept: request.flag('noCursorTimeout'),
    })
  },
}
