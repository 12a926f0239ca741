import { Binary, BSONRegExp, Code, Decimal128, Double, type MaxKey, MinKey, ObjectId, Timestamp } from 'bson'

/**
 * A BSON value as the server holds it. Every BSON number keeps its type: a JavaScript `number` is an int32,
 * a `bigint` an int64; doubles and decimals have their classes. `undefined` stands for "no such field".
 */
export type Value =
  | null
  | boolean
  | string
  | number
  | bigint
  | Double
  | Decimal128
  | Date
  | ObjectId
  | Binary
  | BSONRegExp
  | Timestamp
  | Code
  | MinKey
  | MaxKey
  | Doc
  | Value[]

/** A document: a Map, because a JavaScript object would put the keys "1" and "2" before all others. */
export type Doc = Map<string, Value>

/** The four types of BSON number. */
export type Numeric = number | bigint | Double | Decimal128

/** Builds a document from an object literal; fields that are `undefined` are left out. */
export function document(fields: Record<string, Value | undefined>): Doc {
  const result: Doc = new Map()
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) result.set(name, value)
  return result
}

/** Whether the value is an embedded document. */
export function isDoc(value: Value | undefined): value is Doc {
  return value instanceof Map
}

/** Whether the value is of one of the four number types. */
export function isNumeric(value: Value | undefined): value is Numeric {
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    value instanceof Double ||
    value instanceof Decimal128
  )
}

/** The number as a JavaScript number (a decimal or a big int64 may lose digits). */
export function toNumber(value: Numeric): number {
  if (typeof value === 'number') return value
  if (value instanceof Double) return value.value
  return Number(value instanceof Decimal128 ? value.toString() : value)
}

/** MongoDB's idea of truth: everything but false, null, a missing field and zero. */
export function isTruthy(value: Value | undefined): boolean {
  if (value == null || value === false) return false
  return !isNumeric(value) || toNumber(value) !== 0
}

/**
 * The position of the value's type in MongoDB's order of types; types with one position compare by value.
 * https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
 */
export function typeOrder(value: Value | undefined): number {
  switch (typeof value) {
    case 'undefined':
      return 0
    case 'number':
    case 'bigint':
      return 10
    case 'string':
      return 15
    case 'boolean':
      return 40
    default:
      break
  }
  if (value === null) return 5
  if (value instanceof ObjectId) return 35
  if (value instanceof Double) return 10
  if (value instanceof Date) return 45
  if (value instanceof Map) return 20
  if (Array.isArray(value)) return 25
  if (value instanceof Decimal128) return 10
  if (value instanceof Binary) return 30
  if (value instanceof Timestamp) return 47
  if (value instanceof BSONRegExp) return 50
  if (value instanceof Code) return 60
  return value instanceof MinKey ? -1 : 127
}

/** The types' numbers and `$type` aliases. https://www.mongodb.com/docs/manual/reference/bson-types/ */
export const TYPES: readonly (readonly [code: number, alias: string])[] = [
  [1, 'double'],
  [2, 'string'],
  [3, 'object'],
  [4, 'array'],
  [5, 'binData'],
  [6, 'undefined'],
  [7, 'objectId'],
  [8, 'bool'],
  [9, 'date'],
  [10, 'null'],
  [11, 'regex'],
  [12, 'dbPointer'],
  [13, 'javascript'],
  [14, 'symbol'],
  [15, 'javascriptWithScope'],
  [16, 'int'],
  [17, 'timestamp'],
  [18, 'long'],
  [19, 'decimal'],
  [-1, 'minKey'],
  [127, 'maxKey'],
]

/** The `$type` alias of a value; "missing" for no value. */
export function typeName(value: Value | undefined): string {
  switch (typeof value) {
    case 'undefined':
      return 'missing'
    case 'number':
      return 'int'
    case 'bigint':
      return 'long'
    case 'string':
      return 'string'
    case 'boolean':
      return 'bool'
    default:
      break
  }
  if (value === null) return 'null'
  if (value instanceof ObjectId) return 'objectId'
  if (value instanceof Double) return 'double'
  if (value instanceof Date) return 'date'
  if (value instanceof Map) return 'object'
  if (Array.isArray(value)) return 'array'
  if (value instanceof Decimal128) return 'decimal'
  if (value instanceof Binary) return 'binData'
  if (value instanceof Timestamp) return 'timestamp'
  if (value instanceof BSONRegExp) return 'regex'
  if (value instanceof Code) return 'javascript'
  return value instanceof MinKey ? 'minKey' : 'maxKey'
}
