import { isDoc, type Doc, type Value } from '../bson/value.js'

/** Is asked about each element that a path leads to; `offset` is the index in the outermost array on the way. */
export type ElementTest = (value: Value | undefined, offset: number | undefined) => boolean

/**
 * Whether `test` holds for an element that the path leads to. Arrays on the way are walked through, both as
 * lists and by index ("items.0.sku"); with `expandLeaf` an array at the end gives its elements and then itself.
 * A path that ends nowhere gives `undefined`, but not for want of a document inside an array.
 */
export function someElement(
  doc: Doc,
  path: readonly string[],
  expandLeaf: boolean,
  test: ElementTest,
): boolean {
  return walk(doc, path, 0, expandLeaf, test, undefined)
}

/** The values that a path leads to, an array taken apart into its elements; `undefined` where it ends nowhere. */
export function leafValues(doc: Doc, path: readonly string[]): (Value | undefined)[] {
  const values: (Value | undefined)[] = []
  someElement(doc, path, false, (value) => {
    values.push(...(Array.isArray(value) ? value : [value]))
    return false
  })
  return values
}

function walk(
  start: Value | undefined,
  path: readonly string[],
  from: number,
  expandLeaf: boolean,
  test: ElementTest,
  offset: number | undefined,
): boolean {
  let value = start
  for (let at = from; at < path.length; at++) {
    // The start is taken as a document even where it is not: an array is walked by its caller.
    if (at > from && Array.isArray(value)) return walkArray(value, path, at, expandLeaf, test, offset)
    value = isDoc(value) ? value.get(path[at]!) : undefined
  }
  if (!expandLeaf || !Array.isArray(value)) return test(value, offset)
  for (let index = 0; index < value.length; index++) {
    if (test(value[index], offset ?? index)) return true
  }
  return test(value, offset)
}

function walkArray(
  array: Value[],
  path: readonly string[],
  at: number,
  expandLeaf: boolean,
  test: ElementTest,
  offset: number | undefined,
): boolean {
  const isLast = at === path.length - 1
  for (let index = 0; index < array.length; index++) {
    const element = array[index]
    const outer = offset ?? index
    if (isDoc(element) && walk(element, path, at, expandLeaf, test, outer)) return true
    if (path[at] !== String(index)) continue
    if (isLast) {
      if (test(element, outer)) return true
    } else if (Array.isArray(element)) {
      if (walkArray(element, path, at + 1, expandLeaf, test, outer)) return true
    } else if (isDoc(element) && walk(element, path, at + 1, expandLeaf, test, outer)) return true
  }
  return false
}
