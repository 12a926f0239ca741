import { EncodedDoc } from '../bson/encode.js'
import { encodeAll } from '../cursors.js'
import { parseFilter } from '../query/filter.js'
import { compileProjection } from '../query/projection.js'
import { select } from '../query/select.js'
import { parseSort } from '../query/sort.js'
import { textSearch } from '../text/search.js'
import { requireSimpleCollation } from '../storage/index-spec.js'
import { CommandError } from '../errors.js'
import { refuseOptions, resolveHint, type Command, type Reply, type Request } from './command.js'

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
    if (request.doc('filter')?.has('$text')) return findByText(request)
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

function findByText(request: Request): Reply {
  if (request.body.has('hint')) {
    throw new CommandError('BadValue', 'hint and $text are not supported together')
  }
  const docs = textSearch(request.collection(), {
    filter: request.doc('filter')!,
    sort: request.doc('sort') ?? new Map(),
    projection: request.doc('projection') ?? new Map(),
    skip: request.integer('skip') ?? 0,
    limit: request.integer('limit') ?? 0,
    deadline: request.deadline,
  })
  return request.state.cursors.open(request.namespace(), encodeAll(docs), {
    batchSize: request.integer('batchSize'),
    isSingleBatch: request.flag('singleBatch'),
    isKept: request.flag('noCursorTimeout'),
  })
}
