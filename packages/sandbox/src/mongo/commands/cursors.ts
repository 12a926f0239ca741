import { document, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import type { Command } from './command.js'

/** `getMore`. */
export const getMore: Command = {
  fields: ['collection', 'batchSize'],
  run(request) {
    const id = request.body.get('getMore')
    if (typeof id !== 'bigint') throw request.wrongType('getMore', id, 'long')
    const namespace = `${request.db}.${String(request.body.get('collection'))}`
    return request.state.cursors.next(id, namespace, request.integer('batchSize') ?? 0)
  },
}

/** `killCursors`. */
export const killCursors: Command = {
  fields: ['cursors'],
  run(request) {
    const ids = request.body.get('cursors')
    if (!Array.isArray(ids)) throw request.wrongType('cursors', ids, 'array')
    const killed: Value[] = []
    const notFound: Value[] = []
    for (const id of ids) {
      if (typeof id !== 'bigint') throw new CommandError('TypeMismatch', 'a cursor id has to be a long')
      ;(request.state.cursors.kill(id) ? killed : notFound).push(id)
    }
    return document({
      cursorsKilled: killed,
      cursorsNotFound: notFound,
      cursorsAlive: [],
      cursorsUnknown: [],
      ok: 1,
    })
  },
}
