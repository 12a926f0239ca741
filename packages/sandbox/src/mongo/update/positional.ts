import { isDoc, type Doc, type Value } from '../bson/value.js'
import { render } from '../bson/render.js'
import { CommandError } from '../errors.js'
import { parseFilter, type Filter } from '../query/filter.js'
import { matches } from '../query/match.js'
import { badValue } from './modifier.js'
import { checkAndOrder, type Step } from './parse.js'

/** The filters of `arrayFilters`, by their identifiers. */
export type ArrayFilters = ReadonlyMap<string, Filter>

/** Parses `arrayFilters` and checks that each is used by one of the steps. */
export function parseArrayFilters(source: Value | undefined, steps: readonly Step[]): ArrayFilters {
  const filters = new Map<string, Filter>()
  if (source === undefined) source = []
  if (!Array.isArray(source)) throw new CommandError('TypeMismatch', 'arrayFilters has to be an array')
  for (const filter of source) {
    if (!isDoc(filter)) throw new CommandError('TypeMismatch', 'each array filter has to be an object')
    const names = identifiers(filter)
    const [name] = names
    if (name === undefined) {
      throw new CommandError(
        'FailedToParse',
        'Cannot use an expression without a top-level field name in arrayFilters',
      )
    }
    if (names.size > 1) {
      const [a, b] = names
      throw new CommandError(
        'FailedToParse',
        `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${a}' and '${b}'`,
      )
    }
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) {
      throw badValue(
        `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${name}'`,
      )
    }
    if (filters.has(name)) {
      throw new CommandError(
        'FailedToParse',
        `Found multiple array filters with the same top-level field name ${name}`,
      )
    }
    filters.set(name, parseFilter(filter))
    if (!steps.some(({ parts }) => parts.includes(`$[${name}]`))) {
      throw new CommandError(
        'FailedToParse',
        `The array filter for identifier '${name}' was not used in the update ${render(filter)}`,
      )
    }
  }
  return filters
}

function identifiers(filter: Doc): Set<string> {
  const names = new Set<string>()
  for (const [name, value] of filter) {
    if (!name.startsWith('$')) names.add(name.split('.')[0]!)
    else if (Array.isArray(value)) {
      value.filter(isDoc).forEach((part) => identifiers(part).forEach((id) => names.add(id)))
    }
  }
  return names
}

/** Puts indexes in the place of `$`, `$[]` and `$[id]`, as they are for this document. */
export function expandPositional(
  steps: readonly Step[],
  doc: Doc,
  offset: number | undefined,
  filters: ArrayFilters,
): readonly Step[] {
  if (!steps.some(({ path }) => path.includes('.$'))) return steps
  const expanded = steps.flatMap((step) =>
    expand(doc, step, 0, { offset, filters }).map((parts) => ({ ...step, parts, path: parts.join('.') })),
  )
  return checkAndOrder(expanded)
}

function expand(
  value: Value | undefined,
  step: Step,
  at: number,
  context: { offset: number | undefined; filters: ArrayFilters },
): string[][] {
  if (at === step.parts.length) return [[]]
  const part = step.parts[at]!
  const next = (name: string) =>
    expand(child(value, name), step, at + 1, context).map((rest) => [name, ...rest])
  if (part === '$') {
    if (context.offset === undefined) {
      throw badValue('The positional operator did not find the match needed from the query.')
    }
    return next(String(context.offset))
  }
  const identifier = /^\$\[(.*)\]$/.exec(part)?.[1]
  if (identifier === undefined) return next(part)
  const filter = identifier === '' ? undefined : context.filters.get(identifier)
  if (identifier !== '' && !filter) {
    throw badValue(`No array filter found for identifier '${identifier}' in path '${step.path}'`)
  }
  const before = step.parts.slice(0, at).join('.')
  if (value === undefined) {
    throw badValue(`The path '${before}' must exist in the document in order to apply array updates.`)
  }
  if (!Array.isArray(value)) {
    throw badValue(`Cannot apply array updates to non-array element ${step.parts[at - 1]}: ${render(value)}`)
  }
  return value.flatMap((item, index) => {
    const isMeant = !filter || matches(filter, new Map([[identifier, item]]))
    return isMeant ? next(String(index)) : []
  })
}

function child(value: Value | undefined, name: string): Value | undefined {
  if (isDoc(value)) return value.get(name)
  return Array.isArray(value) && /^\d+$/.test(name) ? value[Number(name)] : undefined
}
