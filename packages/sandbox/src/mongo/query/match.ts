import { isTruthy, type Doc } from '../bson/value.js'
import { someElement } from './path.js'
import type { Filter } from './filter.js'

/** What a match tells the positional operator `$`: the index in the array that matched. */
export interface MatchDetails {
  offset?: number
}

/** Whether the document matches the filter. */
export function matches(filter: Filter, doc: Doc, details?: MatchDetails): boolean {
  switch (filter.kind) {
    case 'leaf':
      return someElement(doc, filter.parts, filter.predicate.expandsLeaf, (value, offset) => {
        const found = filter.predicate.test(value)
        if (found === false) return false
        // $elemMatch tells the index itself; everything else has matched at the element it was asked about.
        const index = offset ?? (found === true ? undefined : found)
        if (details && index !== undefined) details.offset = index
        return true
      })
    case 'and':
      return filter.of.every((part) => matches(part, doc, details))
    case 'or':
      return filter.of.some((part) => matches(part, doc, details))
    case 'nor':
      return !filter.of.some((part) => matches(part, doc))
    case 'not':
      return !matches(filter.of, doc)
    case 'expr':
      return isTruthy(filter.expression({ root: doc, current: doc, variables: {} }))
  }
}
