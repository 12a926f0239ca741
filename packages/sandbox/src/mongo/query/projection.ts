import { toInteger } from '../bson/arithmetic.js'
import { isDoc, isNumeric, isTruthy, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { compileExpression, type Scope } from '../expression/compile.js'
import { isOperatorDoc } from '../expression/forms.js'
import { applyComputed, exclude, include, type Node } from './projection-tree.js'
import { parseFieldPredicates } from './predicates.js'
import { parseFilter } from './filter.js'

/** Makes the document that is answered out of the one that was found. */
export type Projection = (doc: Doc) => Doc

/** Where a projection stands: `$slice` and `$elemMatch` mean something else in an aggregation. */
export type ProjectionContext = 'find' | 'aggregate'

/** Compiles a projection. Throws a `CommandError` for what MongoDB would refuse or this server cannot do. */
export function compileProjection(source: Doc, context: ProjectionContext): Projection {
  const root: Node = { children: new Map() }
  const seen: Seen = { includes: false, excludes: false, computes: false, transforms: false, keepsId: true }
  for (const [path, value] of source) addField(root, path, value, context, seen)
  const namesOnlyId = source.get('_id') !== undefined && seen.keepsId && !seen.transforms
  const isInclusion = seen.includes || ((seen.computes || namesOnlyId) && !seen.excludes)
  if (isInclusion && seen.keepsId && !root.children.has('_id')) root.children.set('_id', 'include')
  if (isInclusion && !seen.keepsId) root.children.delete('_id')
  return (doc) => {
    const scope: Scope = { root: doc, current: doc, variables: {} }
    const kept = isInclusion ? include(root, doc) : exclude(root, doc)
    return applyComputed(root, kept, scope) as Doc
  }
}

interface Seen {
  includes: boolean
  excludes: boolean
  computes: boolean
  transforms: boolean
  keepsId: boolean
}

function addField(root: Node, path: string, value: Value, context: ProjectionContext, seen: Seen): void {
  assertPath(path)
  if (typeof value === 'boolean' || isNumeric(value)) {
    const isIncluded = isTruthy(value)
    if (path === '_id') {
      seen.keepsId = isIncluded
      if (!isIncluded) addAt(root, path, 'exclude')
      return
    }
    if (isIncluded && seen.excludes) {
      throw new CommandError(31253, `Cannot do inclusion on field ${path} in exclusion projection`)
    }
    if (!isIncluded && (seen.includes || seen.computes)) {
      throw new CommandError(31254, `Cannot do exclusion on field ${path} in inclusion projection`)
    }
    seen[isIncluded ? 'includes' : 'excludes'] = true
    addAt(root, path, isIncluded ? 'include' : 'exclude')
    return
  }
  if (isDoc(value) && !isOperatorDoc(value)) {
    if (value.size === 0) {
      throw new CommandError(
        51270,
        'An empty sub-projection is not a valid value. Found empty object at path',
      )
    }
    for (const [name, inner] of value) addField(root, `${path}.${name}`, inner, context, seen)
    return
  }
  const findOnly = context === 'find' && isDoc(value) ? compileFindOperator(path, value) : undefined
  if (findOnly) {
    // $slice keeps the other fields; $elemMatch leaves them out.
    seen.transforms = true
    if (findOnly.isInclusion) {
      if (seen.excludes) {
        throw new CommandError(31255, 'Cannot use $elemMatch projection in exclusion projection')
      }
      seen.includes = true
    }
    addAt(root, path, { transform: findOnly.transform })
    return
  }
  if (seen.excludes) throw new CommandError(31252, 'Cannot use an expression in an exclusion projection')
  seen.computes = true
  addAt(root, path, { expression: compileExpression(value) })
}

function assertPath(path: string): void {
  const parts = path.split('.')
  if (parts.includes('')) {
    throw new CommandError(40353, "FieldPath must not end with a '.' or have an empty part.")
  }
  if (parts.includes('$')) {
    throw new CommandError(
      'BadValue',
      `the positional projection '${path}' is not supported by this server: use $elemMatch`,
    )
  }
  if (parts.some((part) => part.startsWith('$'))) {
    throw new CommandError(
      16410,
      "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
    )
  }
}

function addAt(
  root: Node,
  path: string,
  leaf: Exclude<ReturnType<Node['children']['get']>, undefined>,
): void {
  const parts = path.split('.')
  let node = root
  for (const [at, part] of parts.slice(0, -1).entries()) {
    const child = node.children.get(part)
    if (child === undefined) {
      const made: Node = { children: new Map() }
      node.children.set(part, made)
      node = made
    } else if (typeof child === 'object' && 'children' in child) {
      node = child
    } else throw collision(path, parts.slice(at + 1))
  }
  const last = parts.at(-1)!
  if (node.children.has(last)) throw collision(path, [])
  node.children.set(last, leaf)
}

function collision(path: string, rest: string[]): CommandError {
  if (rest.length === 0) return new CommandError(31250, `Path collision at ${path}`)
  return new CommandError(31249, `Path collision at ${path} remaining portion ${rest.join('.')}`)
}

function compileFindOperator(
  path: string,
  value: Doc,
): { isInclusion: boolean; transform(value: Value): Value | undefined } | undefined {
  if (value.has('$meta')) throw new CommandError('BadValue', '$meta is not supported by this server')
  if (value.has('$elemMatch')) {
    if (path.includes('.')) {
      throw new CommandError(31275, 'Cannot use $elemMatch projection on a nested field.')
    }
    const [predicate] = parseFieldPredicates(path, value, parseFilter)
    return {
      isInclusion: true,
      transform(found) {
        const index = predicate!.test(found)
        return typeof index === 'number' ? [(found as Value[])[index]!] : undefined
      },
    }
  }
  if (value.has('$slice')) return { isInclusion: false, transform: compileSlice(value.get('$slice')!) }
  return undefined
}

function compileSlice(argument: Value): (value: Value) => Value {
  const numbers = (Array.isArray(argument) ? argument : [argument]).map((item) => {
    const integer = isNumeric(item) ? toInteger(item) : undefined
    if (integer !== undefined) return Number(integer)
    throw new CommandError(28667, '$slice takes one or two integers in a projection')
  })
  const [first = 0, count] = numbers
  if (numbers.length > 2) throw new CommandError(28667, '$slice takes one or two integers in a projection')
  if (count !== undefined && count <= 0) {
    throw new CommandError(28729, `Third argument to $slice must be positive: ${count}`)
  }
  return (value) => {
    if (!Array.isArray(value)) return value
    if (count === undefined) return first < 0 ? value.slice(first) : value.slice(0, first)
    const start = first < 0 ? Math.max(0, value.length + first) : first
    return value.slice(start, start + count)
  }
}
