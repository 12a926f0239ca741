import { isDoc, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { ARITHMETIC } from './arithmetic.js'
import { ARRAYS } from './arrays.js'
import { COMPARISONS } from './comparisons.js'
import { CONVERSIONS } from './conversions.js'
import { DATES } from './dates.js'
import { FORMS } from './forms.js'
import { OBJECTS } from './objects.js'
import { SETS } from './sets.js'
import { STRINGS } from './strings.js'

/** What an expression is evaluated in: the document, and the variables of `$let`, `$map` and the like. */
export interface Scope {
  root: Doc
  current: Value | undefined
  variables: Readonly<Record<string, Value | undefined>>
}

/** A compiled expression. `undefined` stands for a missing field. */
export type Expression = (scope: Scope) => Value | undefined

/** An operator that takes the values of its arguments. */
export interface Operator {
  /** How many arguments it takes, at least and at most. */
  arity: readonly [min: number, max: number]
  evaluate(args: (Value | undefined)[]): Value | undefined
}

const OPERATORS: Record<string, Operator> = {
  ...ARITHMETIC,
  ...COMPARISONS,
  ...STRINGS,
  ...ARRAYS,
  ...SETS,
  ...OBJECTS,
  ...CONVERSIONS,
}

/** Compiles an aggregation expression. Throws a `CommandError` (168) for an operator that is unknown here. */
export function compileExpression(source: Value): Expression {
  if (typeof source === 'string' && source.startsWith('$')) return compilePath(source)
  if (Array.isArray(source)) {
    const items = source.map(compileExpression)
    return (scope) => items.map((item) => item(scope) ?? null)
  }
  if (!isDoc(source)) return () => source
  const [first] = source.keys()
  return first?.startsWith('$') ? compileOperator(source, first) : compileObject(source)
}

function compileOperator(source: Doc, name: string): Expression {
  if (source.size !== 1) {
    throw new CommandError(
      15983,
      `an object representing an expression must have exactly one field: ${[...source.keys()].join(', ')}`,
    )
  }
  const argument = source.get(name)!
  const form = FORMS[name] ?? DATES[name]
  if (form) return form(argument, compileExpression)
  const operator = OPERATORS[name]
  if (!operator) throw new CommandError('InvalidPipelineOperator', `Unrecognized expression '${name}'`)
  const args = (Array.isArray(argument) ? argument : [argument]).map(compileExpression)
  checkArity(name, operator.arity, args.length)
  return (scope) => operator.evaluate(args.map((arg) => arg(scope)))
}

function checkArity(name: string, [min, max]: readonly [number, number], given: number): void {
  if (given >= min && given <= max) return
  if (min === max) {
    throw new CommandError(
      16020,
      `Expression ${name} takes exactly ${min} arguments. ${given} were passed in.`,
    )
  }
  throw new CommandError(
    28667,
    `Expression ${name} takes at least ${min} arguments, and at most ${max}, but ${given} were passed in.`,
  )
}

function compileObject(source: Doc): Expression {
  const fields = [...source].map(([name, value]) => {
    if (name.includes('.')) {
      throw new CommandError(
        16412,
        `FieldPath field names may not contain '.'. Consider using $getField or $setField.`,
      )
    }
    if (name.startsWith('$')) {
      throw new CommandError(
        16410,
        `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
      )
    }
    return [name, compileExpression(value)] as const
  })
  return (scope) => {
    const result: Doc = new Map()
    for (const [name, field] of fields) {
      const value = field(scope)
      if (value !== undefined) result.set(name, value)
    }
    return result
  }
}

function compilePath(source: string): Expression {
  if (!source.startsWith('$$')) {
    const path = splitPath(source.slice(1))
    return (scope) => follow(scope.current, path, 0)
  }
  const [name = '', ...path] = source.slice(2).split('.')
  if (path.length) splitPath(path.join('.'))
  const variable = compileVariable(name)
  return (scope) => follow(variable(scope), path, 0)
}

function splitPath(path: string): string[] {
  const parts = path.split('.')
  if (parts.some((part) => part === '')) {
    throw new CommandError(40353, "FieldPath must not end with a '.' or have an empty part.")
  }
  if (parts.some((part) => part.startsWith('$'))) {
    throw new CommandError(
      16410,
      `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
    )
  }
  return parts
}

function compileVariable(name: string): Expression {
  switch (name) {
    case 'ROOT':
      return (scope) => scope.root
    case 'CURRENT':
      return (scope) => scope.current
    case 'REMOVE':
      return () => undefined
    case 'NOW': {
      const now = new Date()
      return () => now
    }
    default:
      if (!/^[a-z_\u0080-\uffff]\w*$/i.test(name)) {
        throw new CommandError('FailedToParse', `'${name}' is not a valid variable name`)
      }
      return (scope) => {
        if (!(name in scope.variables)) throw new CommandError(17276, `Use of undefined variable: ${name}`)
        return scope.variables[name]
      }
  }
}

/** Follows a field path; an array on the way gives the array of what its documents have there. */
function follow(value: Value | undefined, path: readonly string[], at: number): Value | undefined {
  if (at === path.length) return value
  if (isDoc(value)) return follow(value.get(path[at]!), path, at + 1)
  if (!Array.isArray(value)) return undefined
  return value.flatMap((item) => {
    const found = isDoc(item) || Array.isArray(item) ? follow(item, path, at) : undefined
    return found === undefined ? [] : [found]
  })
}
