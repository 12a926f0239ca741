import { isDoc, typeName, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { compareStrings } from '../bson/compare.js'
import { ARRAY_OPERATORS } from './arrays.js'
import { FIELD_OPERATORS } from './fields.js'
import { badValue, type CompileModifier, type Modifier } from './modifier.js'
import { NUMBER_OPERATORS } from './numbers.js'
import { PULL_OPERATORS } from './pull.js'

/** One thing to do to one path. */
export interface Step {
  path: string
  parts: string[]
  modifier: Modifier
}

/** An update: another document in place of the old one, or steps. */
export type Update = { kind: 'replace'; doc: Doc } | { kind: 'modify'; steps: Step[] }

const OPERATORS: Record<string, CompileModifier> = {
  ...FIELD_OPERATORS,
  ...NUMBER_OPERATORS,
  ...ARRAY_OPERATORS,
  ...PULL_OPERATORS,
}

/** Parses what an update command was given. Throws a `CommandError` for what MongoDB would refuse. */
export function parseUpdate(source: Value): Update {
  if (Array.isArray(source)) {
    throw new CommandError(
      'CommandNotSupported',
      'update pipelines are not supported by this server: use update operators',
    )
  }
  if (!isDoc(source)) {
    throw new CommandError('FailedToParse', 'Update argument must be either an object or an array')
  }
  const [first] = source.keys()
  if (!first?.startsWith('$')) return { kind: 'replace', doc: source }
  const steps = [...source].flatMap(([name, fields]) => parseOperator(name, fields))
  return { kind: 'modify', steps: checkAndOrder(steps) }
}

function parseOperator(name: string, fields: Value): Step[] {
  const compile = OPERATORS[name]
  if (!compile) {
    throw new CommandError(
      'FailedToParse',
      `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
    )
  }
  if (!isDoc(fields)) {
    throw new CommandError(
      'FailedToParse',
      `Modifiers operate on fields but we found type ${typeName(fields)} instead. For example: {$mod: {<field>: ...}} not {${name}: ${String(fields)}}`,
    )
  }
  return [...fields].map(([path, operand]) => {
    if (name === '$rename') return parseRename(path, operand, compile)
    return { path, parts: parsePath(path), modifier: compile(path, operand) }
  })
}

/** A rename is a step at its target, with the source to be taken from. */
function parseRename(source: string, target: Value, compile: CompileModifier): Step {
  if (typeof target !== 'string') {
    throw badValue(`The 'to' field for $rename must be a string: ${source}: ${typeName(target)}`)
  }
  for (const [which, path] of [
    ['source', source],
    ['destination', target],
  ] as const) {
    if (parsePath(path).some((part) => part.startsWith('$'))) {
      throw badValue(`The ${which} field for $rename may not be dynamic: ${path}`)
    }
  }
  if (source === target) {
    throw badValue(`The source and target field for $rename must differ: ${source}: "${target}"`)
  }
  return { path: target, parts: parsePath(target), modifier: compile(target, source) }
}

function parsePath(path: string): string[] {
  if (path === '') throw new CommandError('EmptyFieldName', 'An empty update path is not valid.')
  const parts = path.split('.')
  if (parts.includes('')) {
    throw new CommandError(
      'EmptyFieldName',
      `The update path '${path}' contains an empty field name, which is not allowed.`,
    )
  }
  const isPositional = (part: string) => part === '$' || /^\$\[[^\]]*\]$/.test(part)
  if (isPositional(parts[0]!)) {
    throw badValue(`Cannot have positional (i.e. '$') element in the first position in path '${path}'`)
  }
  if (parts.filter((part) => part === '$').length > 1) {
    throw badValue(`Too many positional (i.e. '$') elements found in path '${path}'`)
  }
  const dollar = parts.find(
    (part) => part.startsWith('$') && !isPositional(part) && !['$ref', '$id', '$db'].includes(part),
  )
  if (dollar !== undefined) {
    throw new CommandError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${dollar}' in '${path}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    )
  }
  return parts
}

/**
 * Refuses steps that touch one another (code 40) and puts the rest in the order in which MongoDB works: by field
 * name, numeric names by number. It is the order in which new fields appear.
 * https://www.mongodb.com/docs/manual/reference/operator/update/#update-operators-processing-order
 */
export function checkAndOrder(steps: Step[]): Step[] {
  const seen: string[][] = []
  for (const { path, parts, modifier } of steps) {
    const touched = modifier.source === undefined ? [parts] : [modifier.source.split('.'), parts]
    for (const mine of touched) {
      const other = seen.find((theirs) => startsWith(mine, theirs) || startsWith(theirs, mine))
      if (other) {
        const at = (other.length < mine.length ? other : mine).join('.')
        throw new CommandError(
          'ConflictingUpdateOperators',
          `Updating the path '${path}' would create a conflict at '${at}'`,
        )
      }
      seen.push(mine)
    }
  }
  return [...steps].sort((a, b) => comparePaths(a.parts, b.parts))
}

function startsWith(path: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((part, at) => path[at] === part)
}

function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [x, y] = [a[at]!, b[at]!]
    const bothNumeric = /^\d+$/.test(x) && /^\d+$/.test(y)
    const order = bothNumeric ? Number(x) - Number(y) : compareStrings(x, y)
    if (order !== 0) return order
  }
  return a.length - b.length
}
