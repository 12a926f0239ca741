import { BSONRegExp, ObjectId } from 'bson'
import { document, isDoc, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import type { Command } from './command.js'
import { runWrites } from './writes.js'

/** `insert`. */
export const insert: Command = {
  fields: ['documents', 'ordered', 'bypassDocumentValidation'],
  writes: true,
  run(request) {
    const documents = request.docs('documents')
    const collection = request.ensureCollection()
    let n = 0
    const writeErrors = runWrites(request, documents, (doc) => {
      collection.insert(prepareInsert(doc))
      n++
    })
    return document({ n, writeErrors, ok: 1 })
  },
}

/** MongoDB's limit on nesting in what is stored. */
const MAX_DEPTH = 180

/** The document with its `_id` in front; it gets one if it has none. */
export function prepareInsert(doc: Doc): Doc {
  assertStorable(doc)
  const id = doc.get('_id')
  if (id === undefined) return new Map([['_id', new ObjectId()], ...doc])
  return [...doc.keys()][0] === '_id' ? doc : new Map([['_id', id], ...doc])
}

/** Throws for a document that may not be stored: a bad `_id`, or one that is nested too deeply. */
export function assertStorable(doc: Doc): void {
  const id = doc.get('_id')
  if (Array.isArray(id)) throw new CommandError('InvalidIdField', "The '_id' value cannot be of type array")
  if (id instanceof BSONRegExp) {
    throw new CommandError('InvalidIdField', "The '_id' value cannot be of type regex")
  }
  if (isDoc(id)) {
    const dollar = [...id.keys()].find((name) => name.startsWith('$'))
    if (dollar !== undefined) {
      throw new CommandError(
        'DollarPrefixedFieldName',
        `_id fields may not contain '$'-prefixed fields: ${dollar} is not valid for storage.`,
      )
    }
  }
  assertDepth(doc, 0)
}

function assertDepth(value: Value, depth: number): void {
  if (!isDoc(value) && !Array.isArray(value)) return
  if (depth > MAX_DEPTH) {
    throw new CommandError('Overflow', `Document exceeds maximum nested object depth: ${MAX_DEPTH}`)
  }
  for (const inner of value.values()) assertDepth(inner, depth + 1)
}
