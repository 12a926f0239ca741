import { isDoc, typeName, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { compileExpression, type Expression } from '../expression/compile.js'
import { parseFieldPredicates, type Predicate } from './predicates.js'

/** A query as a tree; leaves keep their operator and operand so that the planner can look for an index. */
export type Filter =
  | { kind: 'and' | 'or' | 'nor'; of: Filter[] }
  | { kind: 'not'; of: Filter }
  | { kind: 'leaf'; path: string; parts: string[]; predicate: Predicate }
  | { kind: 'expr'; expression: Expression }

/** Top-level operators that exist in MongoDB but not here. */
const REFUSED = new Set(['$text', '$where', '$jsonSchema', '$sampleRate', '$alwaysTrue', '$alwaysFalse'])

/** Parses a query document. Throws a `CommandError` for what MongoDB would refuse or this server cannot do. */
export function parseFilter(query: Doc): Filter {
  const parts: Filter[] = []
  for (const [name, value] of query) {
    if (name === '$comment') continue
    parts.push(name.startsWith('$') ? parseTopLevel(name, value) : parseField(name, value))
  }
  return parts.length === 1 ? parts[0]! : { kind: 'and', of: parts }
}

function parseTopLevel(name: string, value: Value): Filter {
  switch (name) {
    case '$and':
    case '$or':
    case '$nor':
      return { kind: name.slice(1) as 'and' | 'or' | 'nor', of: parseClauses(name, value) }
    case '$expr':
      return { kind: 'expr', expression: compileExpression(value) }
    default:
      if (REFUSED.has(name)) throw new CommandError('BadValue', `${name} is not supported by this server`)
      throw new CommandError(
        'BadValue',
        `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      )
  }
}

function parseClauses(name: string, value: Value): Filter[] {
  if (!Array.isArray(value)) throw new CommandError('BadValue', `${name} must be an array`)
  if (value.length === 0) throw new CommandError('BadValue', '$and/$or/$nor must be a nonempty array')
  return value.map((clause) => {
    if (!isDoc(clause)) throw new CommandError('BadValue', '$or/$and/$nor entries need to be full objects')
    return parseFilter(clause)
  })
}

function parseField(path: string, value: Value): Filter {
  const parts = path.split('.')
  return joinPredicates(parseFieldPredicates(path, value, parseFilter), (predicate) => ({
    kind: 'leaf',
    path,
    parts,
    predicate,
  }))
}

function joinPredicates(predicates: Predicate[], leaf: (predicate: Predicate) => Filter): Filter {
  const parts = predicates.map((predicate): Filter => {
    if (!predicate.negates) return leaf(predicate)
    return { kind: 'not', of: joinPredicates(predicate.negates, leaf) }
  })
  return parts.length === 1 ? parts[0]! : { kind: 'and', of: parts }
}

/** Reads a field that has to be a document, such as `filter`. */
export function requireDoc(name: string, value: Value | undefined): Doc {
  if (isDoc(value)) return value
  throw new CommandError(
    'TypeMismatch',
    `BSON field '${name}' is the wrong type '${typeName(value)}', expected type 'object'`,
  )
}
