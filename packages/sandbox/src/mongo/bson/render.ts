import { Binary, BSONRegExp, Code, Decimal128, Double, MinKey, ObjectId, Timestamp } from 'bson'
import { isDoc, type Value } from './value.js'

/** The value as MongoDB's messages show it: `{ name: "x", at: new Date(1) }`. */
export function render(value: Value | undefined): string {
  if (value === undefined) return 'MISSING'
  if (value === null) return 'null'
  if (typeof value === 'string') return `"${value}"`
  if (isDoc(value)) {
    if (value.size === 0) return '{}'
    return `{ ${[...value].map(([name, field]) => `${name}: ${render(field)}`).join(', ')} }`
  }
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(render).join(', ')} ]`
  if (value instanceof Double) return renderDouble(value.value)
  if (value instanceof Date) return `new Date(${value.getTime()})`
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`
  if (value instanceof Decimal128) return value.toString()
  if (value instanceof Binary) {
    return `BinData(${value.sub_type}, ${Buffer.from(value.value()).toString('hex').toUpperCase()})`
  }
  if (value instanceof Timestamp) return `Timestamp(${value.t}, ${value.i})`
  if (value instanceof BSONRegExp) return `/${value.pattern}/${value.options}`
  if (value instanceof Code) return String(value.code)
  if (typeof value === 'object') return value instanceof MinKey ? 'MinKey' : 'MaxKey'
  return String(value)
}

function renderDouble(value: number): string {
  if (Number.isNaN(value)) return 'nan.0'
  return Number.isInteger(value) && Math.abs(value) < 1e21
    ? `${value}.0`
    : String(value).replace('Infinity', 'inf.0')
}
