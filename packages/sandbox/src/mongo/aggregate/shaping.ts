import { render } from '../bson/render.js'
import { isDoc, typeName, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { compileExpression, type Scope } from '../expression/compile.js'
import { isOperatorDoc } from '../expression/forms.js'
import { compileProjection } from '../query/projection.js'
import { applyComputed, type Node } from '../query/projection-tree.js'
import type { CompileStage, Stage } from './pipeline.js'

/** The stages that change the shape of each document. */
export const SHAPING_STAGES: Record<string, CompileStage> = {
  $project(argument) {
    if (!isDoc(argument)) throw new CommandError(15969, '$project specification must be an object')
    if (argument.size === 0) {
      throw new CommandError(
        51272,
        'Invalid $project :: caused by :: projection specification must have at least one field',
      )
    }
    const project = compileProjection(argument, 'aggregate')
    return (docs) => docs.map(project)
  },

  $addFields: (argument) => addFields('$addFields', argument),
  $set: (argument) => addFields('$set', argument),

  $unset(argument) {
    const paths = Array.isArray(argument) ? argument : [argument]
    if (paths.length === 0 || paths.some((path) => typeof path !== 'string')) {
      throw new CommandError(
        31002,
        '$unset specification must be a string or an array containing only string values',
      )
    }
    const project = compileProjection(
      new Map(paths.map((path): [string, Value] => [String(path), 0])),
      'aggregate',
    )
    return (docs) => docs.map(project)
  },

  $replaceRoot(argument) {
    const newRoot = isDoc(argument) && argument.size === 1 ? argument.get('newRoot') : undefined
    if (newRoot === undefined) {
      throw new CommandError(40231, "expected 'newRoot' as the only option of the $replaceRoot stage")
    }
    return replaceWith(newRoot)
  },

  $replaceWith: (argument) => replaceWith(argument),
  $unwind: (argument) => unwind(argument),
}

function addFields(stage: string, argument: Value): Stage {
  if (!isDoc(argument)) {
    throw new CommandError(40272, `${stage} specification stage must be an object, got ${typeName(argument)}`)
  }
  const root: Node = { children: new Map() }
  addNodes(root, argument)
  return (docs) =>
    docs.map((doc) => applyComputed(root, doc, { root: doc, current: doc, variables: {} }) as Doc)
}

function addNodes(node: Node, fields: Doc): void {
  for (const [path, value] of fields) {
    const [name, ...rest] = path.split('.')
    if (!name || rest.includes('')) {
      throw new CommandError(40353, "FieldPath must not end with a '.' or have an empty part.")
    }
    if (path.startsWith('$')) {
      throw new CommandError(
        16410,
        "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
      )
    }
    const existing = node.children.get(name)
    const isBranch = rest.length > 0 || (isDoc(value) && value.size > 0 && !isOperatorDoc(value))
    if (existing !== undefined && !(isBranch && typeof existing === 'object' && 'children' in existing)) {
      throw new CommandError(31250, `Path collision at ${path}`)
    }
    if (!isBranch) {
      node.children.set(name, { expression: compileExpression(value) })
      continue
    }
    const branch = (existing as Node | undefined) ?? { children: new Map() }
    node.children.set(name, branch)
    addNodes(branch, rest.length > 0 ? new Map([[rest.join('.'), value]]) : (value as Doc))
  }
}

function replaceWith(source: Value): Stage {
  const expression = compileExpression(source)
  return (docs) =>
    docs.map((doc) => {
      const scope: Scope = { root: doc, current: doc, variables: {} }
      const root = expression(scope)
      if (isDoc(root)) return root
      throw new CommandError(
        40228,
        `'newRoot' expression must evaluate to an object, but resulting value was: ${render(root)}. Type of resulting value: '${typeName(root)}'. Input document: ${render(doc)}`,
      )
    })
}

function unwind(argument: Value): Stage {
  const options: Doc = isDoc(argument) ? argument : new Map([['path', argument]])
  for (const name of options.keys()) {
    if (!['path', 'preserveNullAndEmptyArrays', 'includeArrayIndex'].includes(name)) {
      throw new CommandError(28811, `unrecognized option to $unwind stage: ${name}`)
    }
  }
  const path = options.get('path')
  const keepsEmpty = options.get('preserveNullAndEmptyArrays') ?? false
  const indexField = options.get('includeArrayIndex')
  if (typeof path !== 'string') {
    throw new CommandError(28808, `expected a string as the path for $unwind stage, got ${typeName(path)}`)
  }
  if (!path.startsWith('$')) {
    throw new CommandError(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`)
  }
  if (typeof keepsEmpty !== 'boolean') {
    throw new CommandError(
      28809,
      `expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage, got ${typeName(keepsEmpty)}`,
    )
  }
  if (
    indexField !== undefined &&
    (typeof indexField !== 'string' || indexField === '' || /[$.]/.test(indexField))
  ) {
    throw new CommandError(
      28810,
      `includeArrayIndex has to be the plain name of a field: ${render(indexField)}`,
    )
  }
  const parts = path.slice(1).split('.')
  const withIndex = (doc: Doc, index: bigint | null) =>
    indexField === undefined ? doc : new Map(doc).set(indexField as string, index)
  return (docs) =>
    docs.flatMap((doc) => {
      const value = valueAt(doc, parts)
      if (!Array.isArray(value)) {
        return value == null && !keepsEmpty ? [] : [withIndex(doc, null)]
      }
      if (value.length === 0) return keepsEmpty ? [withIndex(replaceAt(doc, parts, undefined), null)] : []
      return value.map((item, index) => withIndex(replaceAt(doc, parts, item), BigInt(index)))
    })
}

/** `$unwind` follows a path through documents only. */
function valueAt(doc: Doc, path: readonly string[]): Value | undefined {
  return path.reduce<Value | undefined>((value, name) => (isDoc(value) ? value.get(name) : undefined), doc)
}

function replaceAt(doc: Doc, [name, ...rest]: readonly string[], value: Value | undefined): Doc {
  const copy = new Map(doc)
  const inner = rest.length > 0 ? replaceAt(doc.get(name!) as Doc, rest, value) : value
  if (inner === undefined) copy.delete(name!)
  else copy.set(name!, inner)
  return copy
}
