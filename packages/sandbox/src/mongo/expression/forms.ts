import { isDoc, isTruthy, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import type { Expression, Scope } from './compile.js'

/** An operator that does not simply take the values of its arguments. */
export type Form = (argument: Value, compile: (source: Value) => Expression) => Expression

/** `$literal`, `$cond`, `$map` and the others that decide themselves what is evaluated, and where. */
export const FORMS: Record<string, Form> = {
  $literal: (argument) => () => argument,

  $and: (argument, compile) => {
    const parts = list(argument).map(compile)
    return (scope) => parts.every((part) => isTruthy(part(scope)))
  },

  $or: (argument, compile) => {
    const parts = list(argument).map(compile)
    return (scope) => parts.some((part) => isTruthy(part(scope)))
  },

  $not: (argument, compile) => {
    const args = list(argument)
    if (args.length !== 1) {
      throw new CommandError(
        16020,
        `Expression $not takes exactly 1 arguments. ${args.length} were passed in.`,
      )
    }
    const part = compile(args[0]!)
    return (scope) => !isTruthy(part(scope))
  },

  $cond: (argument, compile) => {
    const args = Array.isArray(argument)
      ? argument
      : Object.values(named('$cond', argument, ['if', 'then', 'else'], []))
    if (args.length !== 3) {
      throw new CommandError(
        16020,
        `Expression $cond takes exactly 3 arguments. ${args.length} were passed in.`,
      )
    }
    const [condition, yes, no] = args.map((arg) => compile(arg!)) as [Expression, Expression, Expression]
    return (scope) => (isTruthy(condition(scope)) ? yes(scope) : no(scope))
  },

  $ifNull: (argument, compile) => {
    const parts = list(argument).map(compile)
    if (parts.length < 2) {
      throw new CommandError(1257300, `$ifNull needs at least two arguments, had: ${parts.length}`)
    }
    return (scope) => {
      let value: Value | undefined
      for (const part of parts) {
        value = part(scope)
        if (value != null) break
      }
      return value
    }
  },

  $switch: (argument, compile) => {
    const { branches, default: otherwise } = named('$switch', argument, ['branches'], ['default'])
    if (!Array.isArray(branches) || branches.length === 0) {
      throw new CommandError(40068, '$switch requires at least one branch.')
    }
    const cases = branches.map((branch) => {
      const parts = named('$switch', branch, ['case', 'then'], [])
      return { when: compile(parts['case']!), then: compile(parts['then']!) }
    })
    const fallback = otherwise === undefined ? undefined : compile(otherwise)
    return (scope) => {
      for (const { when, then } of cases) if (isTruthy(when(scope))) return then(scope)
      if (!fallback) {
        throw new CommandError(
          40066,
          '$switch could not find a matching branch for an input, and no default was specified.',
        )
      }
      return fallback(scope)
    }
  },

  $let: (argument, compile) => {
    const { vars, in: body } = named('$let', argument, ['vars', 'in'], [])
    if (!isDoc(vars)) throw new CommandError(16876, 'invalid parameter: expected an object (vars)')
    const bindings = [...vars].map(([name, value]) => [name, compile(value)] as const)
    const inner = compile(body!)
    return (scope) =>
      inner(bind(scope, Object.fromEntries(bindings.map(([name, value]) => [name, value(scope)]))))
  },

  $map: (argument, compile) => {
    const { input, as, in: body } = named('$map', argument, ['input', 'in'], ['as'])
    const [array, each, name] = [compile(input!), compile(body!), variable(as)]
    return (scope) => {
      const items = arrayOrNull(array(scope), 16883, '$map')
      return items && items.map((item) => each(bind(scope, { [name]: item })) ?? null)
    }
  },

  $filter: (argument, compile) => {
    const { input, as, cond, limit } = named('$filter', argument, ['input', 'cond'], ['as', 'limit'])
    const [array, test, name] = [compile(input!), compile(cond!), variable(as)]
    if (limit !== undefined && (typeof limit !== 'number' || limit < 1)) {
      throw new CommandError(327391, '$filter: limit must be a positive 32-bit integer')
    }
    return (scope) => {
      const items = arrayOrNull(array(scope), 28651, '$filter')
      const kept = items && items.filter((item) => isTruthy(test(bind(scope, { [name]: item }))))
      return kept && limit !== undefined ? kept.slice(0, limit) : kept
    }
  },

  $reduce: (argument, compile) => {
    const { input, initialValue, in: body } = named('$reduce', argument, ['input', 'initialValue', 'in'], [])
    const [array, initial, step] = [compile(input!), compile(initialValue!), compile(body!)]
    return (scope) => {
      const items = arrayOrNull(array(scope), 40080, '$reduce')
      return (
        items &&
        items.reduce<Value | undefined>(
          (value, item) => step(bind(scope, { value, this: item })),
          initial(scope),
        )
      )
    }
  },
}

function list(argument: Value): Value[] {
  return Array.isArray(argument) ? argument : [argument]
}

/** The named arguments of an operator; throws for one that is missing or unknown. */
export function named(
  operator: string,
  argument: Value,
  required: readonly string[],
  optional: readonly string[],
): Record<string, Value | undefined> {
  if (!isDoc(argument)) {
    throw new CommandError('FailedToParse', `${operator} only supports an object as its argument`)
  }
  const known = [...required, ...optional]
  for (const name of argument.keys()) {
    if (!known.includes(name)) {
      throw new CommandError('FailedToParse', `Unrecognized parameter to ${operator}: ${name}`)
    }
  }
  for (const name of required) {
    if (!argument.has(name)) {
      throw new CommandError('FailedToParse', `Missing '${name}' parameter to ${operator}`)
    }
  }
  return Object.fromEntries(known.map((name) => [name, argument.get(name)]))
}

function variable(name: Value | undefined): string {
  if (name === undefined) return 'this'
  if (typeof name !== 'string' || !/^[a-z]\w*$/.test(name)) {
    throw new CommandError(
      'FailedToParse',
      `'${String(name)}' starts with an invalid character for a user variable name`,
    )
  }
  return name
}

function bind(scope: Scope, variables: Record<string, Value | undefined>): Scope {
  return { ...scope, variables: { ...scope.variables, ...variables } }
}

function arrayOrNull(value: Value | undefined, code: number, operator: string): Value[] | null {
  if (value == null) return null
  if (!Array.isArray(value)) throw new CommandError(code, `input to ${operator} must be an array`)
  return value
}

/** Whether a document is an operator rather than an object of fields. */
export function isOperatorDoc(value: Value): boolean {
  if (!isDoc(value)) return false
  for (const name of value.keys()) return name.startsWith('$')
  return false
}
