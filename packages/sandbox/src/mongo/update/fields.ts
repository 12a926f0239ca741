import { Timestamp } from 'bson'
import { compareValues } from '../bson/compare.js'
import { render } from '../bson/render.js'
import { isDoc, typeName, type Value } from '../bson/value.js'
import { badValue, type CompileModifier, type Modifier } from './modifier.js'

/** The operators that set, remove and move fields. */
export const FIELD_OPERATORS: Record<string, CompileModifier> = {
  $set: (_path, operand) => ({ creates: true, apply: () => operand }),
  $setOnInsert: (_path, operand) => ({ creates: true, onInsertOnly: true, apply: () => operand }),
  $unset: () => ({ creates: false, toleratesBadPath: true, apply: () => undefined }),
  $min: (_path, operand) => keepExtreme(operand, (order) => order < 0),
  $max: (_path, operand) => keepExtreme(operand, (order) => order > 0),
  $currentDate: (path, operand) => currentDate(path, operand),
  // Compiled at the target; the parser has checked the operand and swapped the paths.
  $rename: (_path, source) => ({ creates: true, source: String(source), apply: (existing) => existing }),
}

function keepExtreme(operand: Value, isBetter: (order: number) => boolean): Modifier {
  const apply = (existing: Value | undefined) =>
    existing === undefined || isBetter(compareValues(operand, existing)) ? operand : existing
  return { creates: true, apply }
}

function currentDate(path: string, operand: Value): Modifier {
  const type =
    operand === true || operand === false
      ? 'date'
      : isDoc(operand) && operand.size === 1
        ? operand.get('$type')
        : undefined
  if (type === 'date') return { creates: true, apply: (_existing, { now }) => new Date(now) }
  if (type === 'timestamp') return { creates: true, apply: (_existing, { now }) => nextTimestamp(now) }
  if (isDoc(operand)) {
    throw badValue(
      operand.has('$type')
        ? "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}"
        : `Unrecognized $currentDate option: ${[...operand.keys()][0] ?? ''}`,
    )
  }
  throw badValue(
    `${typeName(operand)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}). (field '${path}': ${render(operand)})`,
  )
}

let last = { t: 0, i: 0 }

/** A timestamp that no other has had: those of one second are counted. */
function nextTimestamp(now: Date): Timestamp {
  const t = Math.max(Math.floor(now.getTime() / 1000), last.t)
  last = { t, i: t === last.t ? last.i + 1 : 1 }
  return new Timestamp(last)
}
