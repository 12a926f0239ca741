import { toInteger } from '../bson/arithmetic.js'
import { isDoc, isNumeric, typeName, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { parseFilter } from '../query/filter.js'
import { matches } from '../query/match.js'
import { parseSort, sortBy } from '../query/sort.js'
import type { CompileStage } from './pipeline.js'

/** The stages that leave documents out or order them, and change none. */
export const SELECTING_STAGES: Record<string, CompileStage> = {
  $match(argument, { deadline }) {
    if (!isDoc(argument)) throw new CommandError(15959, 'the match filter must be an expression in an object')
    const filter = parseFilter(argument)
    return (docs) =>
      docs.filter((doc) => {
        deadline.check()
        return matches(filter, doc)
      })
  },

  $sort(argument) {
    if (!isDoc(argument)) throw new CommandError(15973, 'the $sort key specification must be an object')
    if (argument.size === 0) throw new CommandError(15976, '$sort stage must have at least one sort key')
    const fields = parseSort(argument)
    return (docs) => sortBy(docs, fields, (doc) => doc)
  },

  $limit(argument) {
    const limit = integer('$limit', argument, 2107201)
    if (limit <= 0) throw new CommandError(15958, 'the limit must be positive')
    return (docs) => docs.slice(0, limit)
  },

  $skip(argument) {
    const skip = integer('$skip', argument, 5107200)
    return (docs) => docs.slice(skip)
  },
}

function integer(stage: string, value: Value, code: number): number {
  const number = isNumeric(value) ? toInteger(value) : undefined
  if (number !== undefined && number >= 0n) return Number(number)
  throw new CommandError(
    code,
    `invalid argument to ${stage} stage: Expected a non-negative integer in: ${stage}, found ${typeName(value)}`,
  )
}
