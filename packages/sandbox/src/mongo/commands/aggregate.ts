import { toInteger } from '../bson/arithmetic.js'
import { isDoc, isNumeric, type Doc, type Value } from '../bson/value.js'
import { compilePipeline, parsePipeline, type StageContext } from '../aggregate/pipeline.js'
import { encodeAll } from '../cursors.js'
import { CommandError } from '../errors.js'
import { parseFilter } from '../query/filter.js'
import { select } from '../query/select.js'
import { requireSimpleCollation } from '../storage/index-spec.js'
import { refuseOptions, resolveHint, type Command, type Request } from './command.js'

/** `aggregate`. */
export const aggregate: Command = {
  fields: [
    'pipeline',
    'cursor',
    'explain',
    'allowDiskUse',
    'hint',
    'collation',
    'let',
    'bypassDocumentValidation',
  ],
  run(request) {
    refuseOptions(request, ['let'])
    requireSimpleCollation(request.body.get('collation'))
    if (request.flag('explain')) {
      throw new CommandError('CommandNotSupported', 'explain is not supported by this server')
    }
    const cursor = request.doc('cursor')
    if (!cursor) {
      throw new CommandError(
        'FailedToParse',
        "The 'cursor' option is required, except for aggregate with the explain argument",
      )
    }
    const docs = runPipeline(request)
    const batchSize = parseBatchSize(cursor.get('batchSize'))
    return request.state.cursors.open(request.namespace(), encodeAll(docs), { batchSize })
  },
}

function parseBatchSize(value: Value | undefined): number | undefined {
  if (value === undefined) return undefined
  const size = isNumeric(value) ? toInteger(value) : undefined
  if (size === undefined || size < 0n) {
    throw new CommandError('BadValue', 'cursor.batchSize must be a non-negative number')
  }
  return Number(size)
}

function runPipeline(request: Request): Doc[] {
  const { catalog } = request.state
  const context: StageContext = {
    deadline: request.deadline,
    collection: (name) => catalog.find(request.db, name),
  }
  const pipeline = request.body.get('pipeline')
  const run = compilePipeline(pipeline, context)
  const collection = request.collection()
  const hint = resolveHint(collection, request.body.get('hint'))
  // A leading $match goes to the planner: it may use an index. Running it again as a stage changes nothing.
  const [first] = parsePipeline(pipeline)
  const filter = parseFilter(first?.[0] === '$match' && isDoc(first[1]) ? first[1] : new Map())
  return run(select(collection, { filter, hint, deadline: request.deadline }).map(({ doc }) => doc))
}
