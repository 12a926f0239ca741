import { BSONRegExp } from 'bson'
import { isDoc, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { leafValues } from '../query/path.js'
import { select } from '../query/select.js'
import { parseFilter } from '../query/filter.js'
import type { CompileStage } from './pipeline.js'

/** `$lookup` by equality of two fields; its forms with `let` and `pipeline` are refused. */
export const LOOKUP_STAGES: Record<string, CompileStage> = {
  $lookup(argument, context) {
    if (!isDoc(argument)) {
      throw new CommandError('FailedToParse', 'the $lookup specification must be an Object')
    }
    const names = ['from', 'localField', 'foreignField', 'as']
    for (const name of argument.keys()) {
      if (!names.includes(name)) {
        throw new CommandError(
          'FailedToParse',
          `the $lookup argument '${name}' is not supported by this server`,
        )
      }
    }
    const [from, localField, foreignField, as] = names.map((name) => {
      const value = argument.get(name)
      if (typeof value === 'string' && value !== '') return value
      throw new CommandError('FailedToParse', `$lookup argument '${name}' must be a non-empty string`)
    }) as [string, string, string, string]
    if (as.includes('.')) {
      throw new CommandError('FailedToParse', "$lookup with a dotted 'as' is not supported by this server")
    }
    const path = localField.split('.')
    return (docs) => {
      const collection = context.collection(from)
      return docs.map((doc) => {
        const filter = parseFilter(new Map([[foreignField, new Map([['$in', localValues(doc, path)]])]]))
        const found = select(collection, { filter, deadline: context.deadline })
        return new Map(doc).set(
          as,
          found.map((stored) => stored.doc),
        )
      })
    }
  },
}

/** An array is looked up element by element, a missing field as null. */
function localValues(doc: Doc, path: readonly string[]): Value[] {
  const values = leafValues(doc, path).map((value) => value ?? null)
  if (!values.some((value) => value instanceof BSONRegExp)) return values
  throw new CommandError(
    'CommandNotSupported',
    '$lookup by a regular expression is not supported by this server',
  )
}
