import { compareValues } from '../bson/compare.js'
import { isDoc, typeName, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { averageOf, extreme, sumOf } from '../expression/arithmetic.js'
import { compileExpression, type Expression } from '../expression/compile.js'
import { isOperatorDoc } from '../expression/forms.js'
import { mergeObjects } from '../expression/objects.js'
import { SortedList } from '../storage/sorted-list.js'
import type { CompileStage, Stage } from './pipeline.js'

/** The value of a group's field out of the values that its documents gave, in order. */
type Accumulator = (values: (Value | undefined)[]) => Value

const ACCUMULATORS: Record<string, Accumulator> = {
  $sum: sumOf,
  $avg: averageOf,
  $min: (values) => extreme(values, -1),
  $max: (values) => extreme(values, 1),
  $first: (values) => values[0] ?? null,
  $last: (values) => values.at(-1) ?? null,
  $push: (values) => values.filter((value) => value !== undefined),
  $addToSet: (values) => distinctValues(values.filter((value) => value !== undefined)),
  $mergeObjects: mergeObjects,
  $count: (values) => values.length,
}

/** The stages that make new documents out of many. */
export const GROUPING_STAGES: Record<string, CompileStage> = {
  $group: (argument) => group(argument),

  $count(argument) {
    if (typeof argument !== 'string' || argument === '') {
      throw new CommandError(40156, 'the count field must be a non-empty string')
    }
    if (argument.startsWith('$')) throw new CommandError(40158, 'the count field cannot be a $-prefixed path')
    if (argument.includes('.')) throw new CommandError(40160, "the count field cannot contain '.'")
    return (docs) => (docs.length === 0 ? [] : [new Map([[argument, docs.length]])])
  },

  $sortByCount(argument) {
    const isExpression = isOperatorDoc(argument) || (typeof argument === 'string' && argument.startsWith('$'))
    if (!isExpression) {
      throw new CommandError(
        40148,
        'the sortByCount field must be defined as a $-prefixed path or an expression inside an object',
      )
    }
    const counted = group(
      new Map<string, Value>([
        ['_id', argument],
        ['count', new Map([['$sum', 1]])],
      ]),
    )
    return (docs) => counted(docs).sort((a, b) => compareValues(b.get('count'), a.get('count')))
  },

  $facet(argument, context, compile) {
    if (!isDoc(argument) || argument.size === 0) {
      throw new CommandError(40169, 'the $facet specification must be a non-empty object')
    }
    const facets = [...argument].map(([name, pipeline]) => [name, compile(pipeline, context)] as const)
    return (docs) => [new Map(facets.map(([name, run]): [string, Value] => [name, run(docs)]))]
  },
}

/** The values without repetition, each as it was first met. */
export function distinctValues(values: Value[]): Value[] {
  const seen = new SortedList<Value>(compareValues)
  return values.filter((value) => {
    const { size } = seen
    for (const _same of seen.ascend(
      (other) => compareValues(other, value) < 0,
      (other) => compareValues(other, value) === 0,
    )) {
      return false
    }
    seen.add(value)
    return seen.size > size
  })
}

function group(argument: Value): Stage {
  if (!isDoc(argument)) throw new CommandError(15947, "a group's fields must be specified in an object")
  if (!argument.has('_id')) throw new CommandError(15955, 'a group specification must include an _id')
  const key = compileExpression(argument.get('_id')!)
  const fields = [...argument]
    .filter(([name]) => name !== '_id')
    .map(([name, source]) => compileField(name, source))
  return (docs) =>
    groupBy(docs, key).map(({ id, members }) => {
      const result: Doc = new Map([['_id', id]])
      for (const { name, expression, accumulate } of fields) {
        result.set(
          name,
          accumulate(members.map((doc) => expression({ root: doc, current: doc, variables: {} }))),
        )
      }
      return result
    })
}

function compileField(
  name: string,
  source: Value,
): { name: string; expression: Expression; accumulate: Accumulator } {
  if (name.includes('.')) throw new CommandError(40235, `The field name '${name}' cannot contain '.'`)
  if (name.startsWith('$')) {
    throw new CommandError(40236, `The field name '${name}' cannot be an operator name`)
  }
  if (!isDoc(source)) throw new CommandError(40234, `The field '${name}' must be an accumulator object`)
  if (source.size !== 1) throw new CommandError(40238, `The field '${name}' must specify one accumulator`)
  const [operator, argument] = [...source][0]!
  const accumulate = ACCUMULATORS[operator]
  if (!accumulate) throw new CommandError(15952, `unknown group operator '${operator}'`)
  if (operator === '$count' && !(isDoc(argument) && argument.size === 0)) {
    throw new CommandError(
      'TypeMismatch',
      `$count takes no arguments, i.e. $count:{}, found ${typeName(argument)}`,
    )
  }
  if (Array.isArray(argument)) {
    throw new CommandError(40237, `The ${operator} accumulator is a unary operator`)
  }
  return { name, expression: compileExpression(argument), accumulate }
}

/** Groups documents by the value of an expression; 1 and 1.0 are one group, null and missing too. */
function groupBy(docs: Doc[], key: Expression): { id: Value; members: Doc[] }[] {
  const groups: { id: Value; members: Doc[] }[] = []
  const byKey = new SortedList<{ id: Value; members: Doc[] }>((a, b) => compareValues(a.id, b.id))
  for (const doc of docs) {
    const id = key({ root: doc, current: doc, variables: {} }) ?? null
    const [found] = byKey.ascend(
      (other) => compareValues(other.id, id) < 0,
      (other) => compareValues(other.id, id) === 0,
    )
    if (found) {
      found.members.push(doc)
      continue
    }
    const made = { id, members: [doc] }
    groups.push(made)
    byKey.add(made)
  }
  return groups
}
