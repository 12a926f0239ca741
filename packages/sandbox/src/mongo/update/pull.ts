import { BSONRegExp } from 'bson'
import { equalValues } from '../bson/compare.js'
import { isDoc, typeName, type Value } from '../bson/value.js'
import { parseFilter } from '../query/filter.js'
import { matches } from '../query/match.js'
import { hasOperators } from '../query/predicates.js'
import { badValue, type CompileModifier, type Modifier } from './modifier.js'

/** The operators that take elements out of arrays by what they are. */
export const PULL_OPERATORS: Record<string, CompileModifier> = {
  $pull: (_path, operand) => removal('$pull', conditionOf(operand)),
  $pullAll(_path, operand) {
    if (!Array.isArray(operand)) {
      throw badValue(`$pullAll requires an array argument but was given a ${typeName(operand)}`)
    }
    return removal('$pullAll', (item) => operand.some((other) => equalValues(item, other)))
  },
}

function removal(name: string, isPulled: (item: Value) => boolean): Modifier {
  return {
    creates: false,
    apply(existing) {
      if (!Array.isArray(existing)) throw badValue(`Cannot apply ${name} to a non-array value`)
      return existing.filter((item) => !isPulled(item))
    },
  }
}

/** A document is a query on elements that are documents; operators ask any element; all else is equality. */
function conditionOf(operand: Value): (item: Value) => boolean {
  if (isDoc(operand) && !hasOperators(operand)) {
    const filter = parseFilter(operand)
    return (item) => isDoc(item) && matches(filter, item)
  }
  if (!isDoc(operand) && !(operand instanceof BSONRegExp)) return (item) => equalValues(item, operand)
  const filter = parseFilter(new Map([['', operand]]))
  return (item) => matches(filter, new Map([['', item]]))
}
