import { document, isNumeric, toNumber } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { parseFilter, requireDoc } from '../query/filter.js'
import { select } from '../query/select.js'
import { requireSimpleCollation } from '../storage/index-spec.js'
import { assertFields, refuseOptions, resolveHint, type Command } from './command.js'
import { runWrites } from './writes.js'

/** `delete`. */
export const deleteCommand: Command = {
  fields: ['deletes', 'ordered', 'let'],
  writes: true,
  run(request) {
    refuseOptions(request, ['let'])
    const collection = request.collection()
    let n = 0
    const writeErrors = runWrites(request, request.docs('deletes'), (statement) => {
      assertFields('delete.deletes', statement, ['q', 'limit', 'collation', 'hint'])
      requireSimpleCollation(statement.get('collation'))
      const limit = statement.get('limit')
      const most = isNumeric(limit) ? toNumber(limit) : NaN
      if (most !== 0 && most !== 1) {
        throw new CommandError(
          'FailedToParse',
          `The limit field in delete objects must be 0 or 1. Got ${String(limit)}`,
        )
      }
      const filter = parseFilter(requireDoc('delete.deletes.q', statement.get('q')))
      const hint = resolveHint(collection, statement.get('hint'))
      const found = select(collection, { filter, limit: most, hint, deadline: request.deadline })
      for (const stored of found) collection!.remove(stored)
      n += found.length
    })
    return document({ n, writeErrors, ok: 1 })
  },
}
