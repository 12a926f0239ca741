import { toInteger } from '../bson/arithmetic.js'
import { compareValues, equalValues } from '../bson/compare.js'
import { render } from '../bson/render.js'
import { isDoc, isNumeric, toNumber, typeName, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { compileSort } from '../query/sort.js'
import { badValue, nameOf, type CompileModifier, type Modifier, type Target } from './modifier.js'

/** The operators that put elements into arrays and take them off the ends. */
export const ARRAY_OPERATORS: Record<string, CompileModifier> = {
  $push: (_path, operand) => push(operand),
  $addToSet: (_path, operand) => addToSet(operand),
  $pop: (path, operand) => pop(path, operand),
}

function push(operand: Value): Modifier {
  const clauses = isDoc(operand) && operand.has('$each') ? operand : undefined
  if (!clauses) {
    assertNoDollar(operand)
    return { creates: true, apply: (existing, target) => [...arrayAt(existing, target), operand] }
  }
  for (const name of clauses.keys()) {
    if (!['$each', '$slice', '$sort', '$position'].includes(name)) {
      throw badValue(`Unrecognized clause in $push: ${name}`)
    }
  }
  const items = eachOf('$push', clauses)
  const position = clause(clauses, '$position')
  const slice = clause(clauses, '$slice')
  const order = clauses.has('$sort') ? parseOrder(clauses.get('$sort')!) : undefined
  return {
    creates: true,
    apply(existing, target) {
      const array = [...arrayAt(existing, target)]
      array.splice(position ?? array.length, 0, ...items)
      if (order) array.sort(order)
      if (slice === undefined) return array
      return slice < 0 ? array.slice(slice) : array.slice(0, slice)
    },
  }
}

function addToSet(operand: Value): Modifier {
  const clauses = isDoc(operand) && [...operand.keys()][0] === '$each' ? operand : undefined
  if (clauses && clauses.size > 1) {
    throw badValue(`Found unexpected fields after $each in $addToSet: ${render(clauses)}`)
  }
  if (!clauses) assertNoDollar(operand)
  const items = clauses ? eachOf('$addToSet', clauses) : [operand]
  return {
    creates: true,
    apply(existing, target) {
      const array = [...arrayAt(existing, target)]
      for (const item of items) if (!array.some((other) => equalValues(other, item))) array.push(item)
      return array
    },
  }
}

function pop(path: string, operand: Value): Modifier {
  const end = isNumeric(operand) ? toInteger(operand) : undefined
  if (end === undefined) {
    throw new CommandError('FailedToParse', `Expected a number in: ${path}: ${render(operand)}`)
  }
  if (end !== 1n && end !== -1n) {
    throw new CommandError('FailedToParse', `$pop expects 1 or -1, found: ${end}`)
  }
  return {
    creates: false,
    apply(existing, target) {
      if (!Array.isArray(existing)) {
        throw new CommandError(
          'TypeMismatch',
          `Path '${target.path}' contains an element of non-array type '${typeName(existing)}'`,
        )
      }
      return end === 1n ? existing.slice(0, -1) : existing.slice(1)
    },
  }
}

function arrayAt(existing: Value | undefined, target: Target): Value[] {
  if (existing === undefined) return []
  if (Array.isArray(existing)) return existing
  throw badValue(
    `The field '${target.path}' must be an array but is of type ${typeName(existing)} in document ${nameOf(target)}`,
  )
}

function eachOf(operator: string, clauses: Doc): Value[] {
  const items = clauses.get('$each')
  if (Array.isArray(items)) return items
  throw new CommandError(
    operator === '$push' ? 'BadValue' : 'TypeMismatch',
    `The argument to $each in ${operator} must be an array but it was of type: ${typeName(items)}`,
  )
}

function clause(clauses: Doc, name: string): number | undefined {
  const value = clauses.get(name)
  if (value === undefined) return undefined
  const number = isNumeric(value) ? toInteger(value) : undefined
  if (number === undefined) {
    throw badValue(`The value for ${name} must be an integer value but was given type: ${typeName(value)}`)
  }
  return Number(number)
}

function parseOrder(sort: Value): (a: Value, b: Value) => number {
  if (isDoc(sort)) {
    if (sort.size === 0) throw badValue('The $sort pattern is empty when it should be a set of fields.')
    const compare = compileSort(sort)
    // What is no document sorts as one without fields.
    const wrapped = (item: Value) => (isDoc(item) ? item : new Map())
    return (a, b) => compare(wrapped(a), wrapped(b))
  }
  const direction = isNumeric(sort) ? toNumber(sort) : 0
  if (direction !== 1 && direction !== -1) throw badValue('The $sort element value must be either 1 or -1')
  return (a, b) => compareValues(a, b) * direction
}

function assertNoDollar(operand: Value): void {
  if (!isDoc(operand)) return
  for (const name of operand.keys()) {
    if (name.startsWith('$') && !['$ref', '$id', '$db'].includes(name)) {
      throw new CommandError(
        'DollarPrefixedFieldName',
        `The dollar ($) prefixed field '${name}' in '${name}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
      )
    }
    return
  }
}
