import { BSONRegExp, Decimal128, Double, MaxKey, MinKey } from 'bson'
import { toInteger } from '../bson/arithmetic.js'
import { compareValues, equalValues } from '../bson/compare.js'
import {
  isDoc,
  isNumeric,
  isTruthy,
  toNumber,
  TYPES,
  typeName,
  typeOrder,
  type Doc,
  type Numeric,
  type Value,
} from '../bson/value.js'
import { CommandError } from '../errors.js'
import type { Filter } from './filter.js'
import { matches } from './match.js'
import { compileRegex } from './regex.js'

/** What one operator asks of an element. */
export interface Predicate {
  operator: string
  operand: Value
  /** Whether an array is asked element by element first (all but $size and $elemMatch). */
  expandsLeaf: boolean
  /** `true`, or the index of the array element that matched, or `false`. */
  test(value: Value | undefined): boolean | number
  /** Set where the predicate is the negation of others ($ne, $nin, $not). */
  negates?: Predicate[]
  /** The query inside an `$elemMatch` over documents. */
  inner?: Filter
}

type ParseFilter = (query: Doc) => Filter

/** Parses what a query asks of one field: a value to equal, a regular expression, or operators. */
export function parseFieldPredicates(path: string, value: Value, parseFilter: ParseFilter): Predicate[] {
  if (value instanceof BSONRegExp) return [regexPredicate(value.pattern, value.options)]
  if (isDoc(value) && hasOperators(value)) return parseOperators(path, value, parseFilter)
  return [equality(value)]
}

/** Whether the document is one of operators: its first field starts with `$` and is no part of a DBRef. */
export function hasOperators(value: Doc): boolean {
  for (const name of value.keys()) return name.startsWith('$') && !['$ref', '$id', '$db'].includes(name)
  return false
}

function parseOperators(path: string, operators: Doc, parseFilter: ParseFilter): Predicate[] {
  return [...operators].flatMap(([name, operand]): Predicate[] => {
    if (name === '$options') {
      if (!operators.has('$regex')) throw bad('$options needs a $regex')
      return []
    }
    if (name === '$regex') return [parseRegex(operand, operators.get('$options'))]
    const parse = OPERATORS[name]
    if (!parse) throw bad(`unknown operator: ${name}`)
    return [parse(operand, { path, parseFilter })].flat()
  })
}

interface Context {
  path: string
  parseFilter: ParseFilter
}

const OPERATORS: Record<string, (operand: Value, context: Context) => Predicate | Predicate[]> = {
  $eq: (operand) => equality(operand),
  $ne(operand) {
    if (operand instanceof BSONRegExp) throw bad("Can't have regex as arg to $ne.")
    return negation('$ne', [equality(operand)])
  },
  $lt: (operand, { path }) => comparison('$lt', operand, path, (order) => order < 0),
  $lte: (operand, { path }) => comparison('$lte', operand, path, (order) => order <= 0),
  $gt: (operand, { path }) => comparison('$gt', operand, path, (order) => order > 0),
  $gte: (operand, { path }) => comparison('$gte', operand, path, (order) => order >= 0),
  $in: (operand) => membership('$in', operand),
  $nin: (operand) => negation('$nin', [membership('$nin', operand)]),
  $exists: (operand) =>
    isTruthy(operand) ? existence() : { ...negation('$exists', [existence()]), operand: false },
  $type: (operand) => parseType(operand),
  $size: (operand) => parseSize(operand),
  $mod: (operand) => parseMod(operand),
  $all: (operand, context) => parseAll(operand, context),
  $elemMatch: (operand, context) => parseElemMatch(operand, context),
  $not(operand, { path, parseFilter }) {
    if (operand instanceof BSONRegExp) {
      return negation('$not', [regexPredicate(operand.pattern, operand.options)])
    }
    if (!isDoc(operand)) throw bad('$not needs a regex or a document')
    if (operand.size === 0) throw bad('$not cannot be empty')
    if (!hasOperators(operand)) throw bad(`unknown operator: ${[...operand.keys()][0]}`)
    return negation('$not', parseOperators(path, operand, parseFilter))
  },
}

/** Equality as a query means it: null also finds documents without the field. */
function equality(operand: Value): Predicate {
  const test = (value: Value | undefined) =>
    value === undefined ? operand === null : compareValues(value, operand) === 0
  return { operator: '$eq', operand, expandsLeaf: true, test }
}

function comparison(
  operator: string,
  operand: Value,
  path: string,
  holds: (order: number) => boolean,
): Predicate {
  if (operand instanceof BSONRegExp) throw bad(`Can't have RegEx as arg to predicate over field '${path}'.`)
  const order = typeOrder(operand)
  const operandIsNaN = isNaNValue(operand)
  const test = (value: Value | undefined): boolean => {
    if (operand === null && value === undefined) return holds(0)
    if (typeOrder(value) !== order) {
      // Values of other types are beyond compare, but for the two that bound them all.
      if (operand instanceof MaxKey) return holds(-1)
      return operand instanceof MinKey && holds(1)
    }
    if (operandIsNaN || isNaNValue(value)) return operandIsNaN && isNaNValue(value) && holds(0)
    return holds(compareValues(value, operand))
  }
  return { operator, operand, expandsLeaf: true, test }
}

function isNaNValue(value: Value | undefined): boolean {
  if (value instanceof Double) return Number.isNaN(value.value)
  return value instanceof Decimal128 && Number.isNaN(toNumber(value))
}

function negation(operator: string, negates: Predicate[]): Predicate {
  const test = (value: Value | undefined) => !negates.every((predicate) => predicate.test(value) !== false)
  return { operator, operand: negates[0]?.operand ?? null, expandsLeaf: true, test, negates }
}

function membership(operator: string, operand: Value): Predicate {
  if (!Array.isArray(operand)) throw bad(`${operator} needs an array`)
  const tests = operand.map((item) => {
    if (isDoc(item) && hasOperators(item)) throw bad(`cannot nest $ under ${operator}`)
    return (item instanceof BSONRegExp ? regexPredicate(item.pattern, item.options) : equality(item)).test
  })
  const test = (value: Value | undefined) => tests.some((one) => one(value) !== false)
  return { operator: '$in', operand, expandsLeaf: true, test }
}

function existence(): Predicate {
  return { operator: '$exists', operand: true, expandsLeaf: true, test: (value) => value !== undefined }
}

function parseRegex(operand: Value, options: Value | undefined): Predicate {
  if (options !== undefined && typeof options !== 'string') throw bad('$options has to be a string')
  if (typeof operand === 'string') return regexPredicate(operand, options ?? '')
  if (!(operand instanceof BSONRegExp)) throw bad('$regex has to be a string')
  if (options !== undefined && operand.options) {
    throw new CommandError(51075, 'options set in both $regex and $options')
  }
  return regexPredicate(operand.pattern, options ?? operand.options)
}

function regexPredicate(pattern: string, options: string): Predicate {
  const regex = compileRegex(pattern, options)
  const same = new BSONRegExp(pattern, options)
  const test = (value: Value | undefined) =>
    typeof value === 'string' ? regex.test(value) : value instanceof BSONRegExp && equalValues(value, same)
  return { operator: '$regex', operand: same, expandsLeaf: true, test }
}

function parseType(operand: Value): Predicate {
  const wanted = new Set((Array.isArray(operand) ? operand : [operand]).flatMap(typeNames))
  if (wanted.size === 0) throw new CommandError('FailedToParse', '$type must match at least one type')
  return { operator: '$type', operand, expandsLeaf: true, test: (value) => wanted.has(typeName(value)) }
}

function typeNames(type: Value): string[] {
  if (type === 'number') return ['int', 'long', 'double', 'decimal']
  const found = TYPES.find(([code, alias]) => alias === type || (isNumeric(type) && toNumber(type) === code))
  if (found) return [found[1]]
  if (typeof type === 'string') throw bad(`Unknown type name alias: ${type}`)
  if (isNumeric(type)) throw bad(`Invalid numerical type code: ${toNumber(type)}`)
  throw new CommandError('TypeMismatch', 'type must be represented as a number or a string')
}

function parseSize(operand: Value): Predicate {
  const size = isNumeric(operand) ? toInteger(operand) : undefined
  if (size === undefined) throw bad('Failed to parse $size. Expected an integer value')
  if (size < 0n) throw bad(`Failed to parse $size. Expected a non-negative number in: $size: ${size}`)
  const test = (value: Value | undefined) => Array.isArray(value) && value.length === Number(size)
  return { operator: '$size', operand, expandsLeaf: false, test }
}

function parseMod(operand: Value): Predicate {
  if (!Array.isArray(operand)) throw bad('malformed mod, needs to be an array')
  if (operand.length < 2) throw bad('malformed mod, not enough elements')
  if (operand.length > 2) throw bad('malformed mod, too many elements')
  const [divisor, remainder] = operand.map((item, at) => {
    const value = isNumeric(item) ? truncate(item) : undefined
    if (value === undefined) throw bad(`malformed mod, ${at ? 'remainder' : 'divisor'} is not a number`)
    return value
  }) as [bigint, bigint]
  if (divisor === 0n) throw bad('divisor cannot be 0')
  const test = (value: Value | undefined) => {
    const dividend = isNumeric(value) ? truncate(value) : undefined
    return dividend !== undefined && dividend % divisor === remainder
  }
  return { operator: '$mod', operand, expandsLeaf: true, test }
}

function truncate(value: Numeric): bigint | undefined {
  const integer = toInteger(value)
  if (integer !== undefined || typeof value === 'bigint') return integer
  const double = Math.trunc(toNumber(value))
  return Math.abs(double) < 2 ** 63 ? BigInt(double) : undefined
}

function parseAll(operand: Value, context: Context): Predicate[] {
  if (!Array.isArray(operand)) throw bad('$all needs an array')
  if (operand.length === 0) return [{ operator: '$all', operand, expandsLeaf: true, test: () => false }]
  const first = operand[0]
  if (isDoc(first) && first.has('$elemMatch')) {
    return operand.map((item) => {
      if (!isDoc(item) || !item.has('$elemMatch') || item.size !== 1) {
        throw bad('$all/$elemMatch has to be consistent')
      }
      return parseElemMatch(item.get('$elemMatch')!, context)
    })
  }
  return operand.map((item) => {
    if (isDoc(item) && hasOperators(item)) throw bad('no $ expressions in $all')
    return item instanceof BSONRegExp ? regexPredicate(item.pattern, item.options) : equality(item)
  })
}

function parseElemMatch(operand: Value, { path, parseFilter }: Context): Predicate {
  if (!isDoc(operand)) throw bad('$elemMatch needs an Object')
  const isValueMatch =
    hasOperators(operand) && !['$and', '$or', '$nor', '$where', '$expr'].some((name) => operand.has(name))
  const findIndex = isValueMatch
    ? valueMatcher(path, operand, parseFilter)
    : documentMatcher(parseFilter(operand))
  return {
    operator: '$elemMatch',
    operand,
    expandsLeaf: false,
    test(value) {
      if (!Array.isArray(value)) return false
      const index = findIndex(value)
      return index < 0 ? false : index
    },
    ...(isValueMatch ? {} : { inner: parseFilter(operand) }),
  }
}

function valueMatcher(path: string, operators: Doc, parseFilter: ParseFilter): (array: Value[]) => number {
  const predicates = parseOperators(path, operators, parseFilter)
  return (array) => array.findIndex((item) => predicates.every((predicate) => predicate.test(item) !== false))
}

function documentMatcher(filter: Filter): (array: Value[]) => number {
  return (array) =>
    array.findIndex((item) => {
      if (isDoc(item)) return matches(filter, item)
      // An array inside an array is asked as a document whose fields are "0", "1" and so on.
      return Array.isArray(item) && matches(filter, new Map(item.map((value, at) => [String(at), value])))
    })
}

function bad(message: string): CommandError {
  return new CommandError('BadValue', message)
}
