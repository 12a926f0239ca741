import { Decimal128, Double } from 'bson'
import { add, multiply } from '../bson/arithmetic.js'
import { render } from '../bson/render.js'
import { isDoc, isNumeric, typeName, type Numeric, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { badValue, nameOf, type CompileModifier, type Target } from './modifier.js'

/** The operators that calculate. The result has the wider type of the two numbers, as in MongoDB. */
export const NUMBER_OPERATORS: Record<string, CompileModifier> = {
  $inc: (path, operand) => calculation('$inc', 'increment', path, operand, add, (value) => value),
  $mul: (path, operand) => calculation('$mul', 'multiply', path, operand, multiply, zeroLike),
  $bit: (path, operand) => bitwise(path, operand),
}

function calculation(
  name: string,
  verb: string,
  path: string,
  operand: Value,
  calculate: (a: Numeric, b: Numeric) => Numeric | undefined,
  initial: (operand: Numeric) => Numeric,
) {
  if (!isNumeric(operand)) {
    throw new CommandError(
      'TypeMismatch',
      `Cannot ${verb} with non-numeric argument: {${path}: ${render(operand)}}`,
    )
  }
  const apply = (existing: Value | undefined, target: Target) => {
    if (existing === undefined) return initial(operand)
    if (!isNumeric(existing)) {
      throw new CommandError(
        'TypeMismatch',
        `Cannot apply ${name} to a value of non-numeric type. ${nameOf(target)} has the field '${path.split('.').at(-1)}' of non-numeric type ${typeName(existing)}`,
      )
    }
    const result = calculate(existing, operand)
    if (result !== undefined) return result
    throw badValue(
      `Failed to apply ${name} operations to current value ((NumberLong)${existing}) for document ${nameOf(target)}`,
    )
  }
  return { creates: true, apply }
}

/** `$mul` makes a missing field zero, of the operand's type. */
function zeroLike(operand: Numeric): Numeric {
  if (typeof operand === 'number') return 0
  if (typeof operand === 'bigint') return 0n
  return operand instanceof Double ? new Double(0) : Decimal128.fromString('0')
}

function bitwise(path: string, operand: Value) {
  if (!isDoc(operand)) {
    throw badValue(
      `The $bit modifier is not compatible with a ${typeName(operand)}. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}`,
    )
  }
  const steps = [...operand].map(([name, bits]) => {
    if (!['and', 'or', 'xor'].includes(name)) {
      throw badValue(
        `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator: {${name}: ${render(bits)}}`,
      )
    }
    if (typeof bits !== 'number' && typeof bits !== 'bigint') {
      throw badValue(
        `The $bit modifier field must be an Integer(32/64 bit); a '${typeName(bits)}' is not supported here: {${name}: ${render(bits)}}`,
      )
    }
    return { name, bits }
  })
  if (steps.length === 0) {
    throw badValue(
      `You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}`,
    )
  }
  const apply = (existing: Value | undefined, target: Target) => {
    if (existing !== undefined && typeof existing !== 'number' && typeof existing !== 'bigint') {
      throw badValue(
        `Cannot apply $bit to a value of non-integral type.${nameOf(target)} has the field ${path.split('.').at(-1)} of non-integer type ${typeName(existing)}`,
      )
    }
    return steps.reduce((value, { name, bits }) => combineBits(name, value, bits), existing ?? 0)
  }
  return { creates: true, apply }
}

function combineBits(name: string, a: number | bigint, b: number | bigint): number | bigint {
  const [x, y] = [BigInt(a), BigInt(b)]
  const result = name === 'and' ? x & y : name === 'or' ? x | y : x ^ y
  return typeof a === 'number' && typeof b === 'number' ? Number(result) : result
}
