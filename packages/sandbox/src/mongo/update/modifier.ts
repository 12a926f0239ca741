import { render } from '../bson/render.js'
import type { Doc, Value } from '../bson/value.js'
import { CommandError } from '../errors.js'

/** What an operator does to one field of a document. */
export interface Modifier {
  /** Whether the field is made where it does not exist; else the operator leaves such a document alone. */
  creates: boolean
  /** Whether it applies only to a document that an upsert makes ($setOnInsert). */
  onInsertOnly?: boolean
  /** `$unset`: a path that leads through a number or a name in an array is no error. */
  toleratesBadPath?: boolean
  /** `$rename`: the field that the value comes from, and that goes. */
  source?: string
  /** The new value of the field; `undefined` removes it. */
  apply(existing: Value | undefined, target: Target): Value | undefined
}

/** Where a modifier is applied, for its messages and its clock. */
export interface Target {
  path: string
  document: Doc
  now: Date
}

/** Makes the modifier for one `path: operand` of an update operator. */
export type CompileModifier = (path: string, operand: Value) => Modifier

/** "{_id: 1}", as the messages name the document. */
export function nameOf({ document }: Target): string {
  return `{_id: ${render(document.get('_id'))}}`
}

/** A refusal of an operand or of a value that it meets. */
export function badValue(message: string): CommandError {
  return new CommandError('BadValue', message)
}
