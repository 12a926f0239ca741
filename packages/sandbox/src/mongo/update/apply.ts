import { equalValues } from '../bson/compare.js'
import { render } from '../bson/render.js'
import { isDoc, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { badValue, type Target } from './modifier.js'
import type { Step, Update } from './parse.js'
import { expandPositional, type ArrayFilters } from './positional.js'

/** What the application of an update needs to know besides the document. */
export interface ApplyContext {
  /** The array index that the query matched, for the positional operator. */
  offset: number | undefined
  arrayFilters: ArrayFilters
  /** Whether the document is being made by an upsert. */
  isInsert: boolean
  now: Date
}

/** A path may lead this far beyond an array's end, as in MongoDB (mutablebson kMaxPaddingAllowed). */
const MAX_PADDING = 1_500_000

/** The document as it is after the update; the old one is not changed. Throws if the `_id` would change. */
export function applyUpdate(update: Update, old: Doc, context: ApplyContext): Doc {
  const doc = update.kind === 'replace' ? replace(update.doc, old) : modify(update.steps, old, context)
  const [before, after] = [old.get('_id'), doc.get('_id')]
  if (before === undefined || equalValues(before, after)) return doc
  throw new CommandError(
    'ImmutableField',
    update.kind === 'replace'
      ? `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${render(after)}`
      : `Performing an update on the path '_id' would modify the immutable field '_id'`,
  )
}

function replace(source: Doc, old: Doc): Doc {
  const id = source.get('_id') ?? old.get('_id')
  const dollar = [...source.keys()].find((name) => name.startsWith('$'))
  if (dollar !== undefined) {
    throw new CommandError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    )
  }
  return id === undefined ? new Map(source) : new Map([['_id', id], ...source])
}

function modify(steps: readonly Step[], old: Doc, context: ApplyContext): Doc {
  const doc = clone(old) as Doc
  const wanted = context.isInsert ? steps : steps.filter(({ modifier }) => !modifier.onInsertOnly)
  for (const step of expandPositional(wanted, old, context.offset, context.arrayFilters)) {
    const target = { path: step.path, document: old, now: context.now }
    if (step.modifier.source === undefined) applyStep(doc, step, target)
    else rename(doc, step, step.modifier.source)
  }
  return doc
}

function applyStep(doc: Doc, step: Step, target: Target): void {
  const { parts, modifier } = step
  const parent = parentOf(doc, step)
  if (!parent) return
  const name = parts.at(-1)!
  const existing = isDoc(parent) ? parent.get(name) : parent[Number(name)]
  if (existing === undefined && !modifier.creates) return
  put(parent, name, modifier.apply(existing, target))
}

function rename(doc: Doc, step: Step, source: string): void {
  const from = source.split('.')
  const parent = renameParent(doc, from)
  const value = parent?.get(from.at(-1)!)
  if (value === undefined) return
  parent!.delete(from.at(-1)!)
  let target: Value = doc
  for (const part of step.parts) {
    if (Array.isArray(target)) {
      throw badValue(`The destination field cannot be an array element, '${step.path}'`)
    }
    target = (isDoc(target) ? target.get(part) : undefined) ?? null
  }
  const into = parentOf(doc, step)!
  put(into, step.parts.at(-1)!, value)
}

function renameParent(doc: Doc, path: readonly string[]): Doc | undefined {
  let value: Value | undefined = doc
  for (const part of path.slice(0, -1)) {
    value = isDoc(value) ? value.get(part) : undefined
    if (Array.isArray(value)) {
      throw badValue(
        `The source field cannot be an array element, '${path.join('.')}' in doc with _id: ${render(doc.get('_id'))} has an array field called '${part}'`,
      )
    }
  }
  return isDoc(value) ? value : undefined
}

/** The document or array that holds the last part of the path; made on the way if the operator creates. */
function parentOf(doc: Doc, { parts, path, modifier }: Step): Doc | Value[] | undefined {
  let parent: Doc | Value[] = doc
  for (let at = 0; at < parts.length; at++) {
    const name = parts[at]!
    if (Array.isArray(parent) && !/^(0|[1-9]\d*)$/.test(name)) return refusePath(parts[at - 1]!, parent)
    if (at === parts.length - 1) return parent
    const value: Value | undefined = isDoc(parent) ? parent.get(name) : parent[Number(name)]
    if (isDoc(value) || Array.isArray(value)) {
      parent = value
    } else if (value !== undefined) {
      return refusePath(name, value, parts[at + 1]!)
    } else if (modifier.creates) {
      const made: Doc = new Map()
      put(parent, name, made)
      parent = made
    } else return undefined
  }
  return undefined

  function refusePath(field: string, value: Value, part = parts[parts.indexOf(field) + 1]!): undefined {
    if (modifier.toleratesBadPath) return undefined
    const element = `{${field}: ${render(value)}}`
    throw new CommandError(
      'PathNotViable',
      modifier.creates
        ? `Cannot create field '${part}' in element ${element}`
        : `Cannot use the part (${part}) of (${path}) to traverse the element (${element})`,
    )
  }
}

function put(parent: Doc | Value[], name: string, value: Value | undefined): void {
  if (isDoc(parent)) {
    if (value === undefined) parent.delete(name)
    else parent.set(name, value)
    return
  }
  const index = Number(name)
  if (index > parent.length + MAX_PADDING) throw badValue(`can't backfill more than ${MAX_PADDING} elements`)
  while (parent.length < index) parent.push(null)
  // A field is unset, but an element is made null: the others keep their places.
  parent[index] = value ?? null
}

function clone(value: Value): Value {
  if (isDoc(value)) return new Map([...value].map(([name, field]): [string, Value] => [name, clone(field)]))
  return Array.isArray(value) ? value.map(clone) : value
}
