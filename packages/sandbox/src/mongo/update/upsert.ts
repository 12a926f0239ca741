import { BSONRegExp, ObjectId } from 'bson'
import { isDoc, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import type { Filter } from '../query/filter.js'
import { applyUpdate, type ApplyContext } from './apply.js'
import type { Update } from './parse.js'

/** The document that an upsert inserts: the query's equalities, then the update, the `_id` in front. */
export function makeUpsert(
  filter: Filter,
  update: Update,
  context: Omit<ApplyContext, 'offset' | 'isInsert'>,
): Doc {
  const equalities = new Map<string, Value>()
  collectEqualities(filter, equalities)
  const base: Doc = new Map()
  if (update.kind === 'replace') {
    const id = equalities.get('_id')
    if (id !== undefined) base.set('_id', id)
  } else {
    for (const [path, value] of equalities) setPath(base, path, value)
  }
  const doc = applyUpdate(update, base, { ...context, offset: undefined, isInsert: true })
  return new Map([['_id', doc.get('_id') ?? new ObjectId()], ...doc])
}

/** The equalities that must hold for a match: those joined by "and", and an "or" of one. */
function collectEqualities(filter: Filter, found: Map<string, Value>): void {
  if (filter.kind === 'and' || (filter.kind === 'or' && filter.of.length === 1)) {
    filter.of.forEach((part) => collectEqualities(part, found))
    return
  }
  if (filter.kind !== 'leaf') return
  const { operator, operand } = filter.predicate
  // An $in of one value is an equality.
  const [only, ...others] = operator === '$in' && Array.isArray(operand) ? operand : []
  const single = others.length === 0 && !(only instanceof BSONRegExp) ? only : undefined
  if (operator !== '$eq' && single === undefined) return
  for (const path of found.keys()) {
    if (path === filter.path) {
      throw notSingle(`cannot infer query fields to set, path '${path}' is matched twice`)
    }
    if (path.startsWith(`${filter.path}.`) || filter.path.startsWith(`${path}.`)) {
      throw notSingle(
        `cannot infer query fields to set, both paths '${filter.path}' and '${path}' are matched`,
      )
    }
  }
  found.set(filter.path, single ?? operand)
}

function setPath(doc: Doc, path: string, value: Value): void {
  const parts = path.split('.')
  let parent = doc
  for (const part of parts.slice(0, -1)) {
    const next = parent.get(part)
    const inner: Doc = isDoc(next) ? next : new Map()
    parent.set(part, inner)
    parent = inner
  }
  parent.set(parts.at(-1)!, value)
}

function notSingle(message: string): CommandError {
  return new CommandError('NotSingleValueField', message)
}
