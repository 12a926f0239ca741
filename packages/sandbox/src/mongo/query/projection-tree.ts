import { isDoc, type Doc, type Value } from '../bson/value.js'
import type { Expression, Scope } from '../expression/compile.js'

/** What a projection does at one field. */
export type Leaf =
  'include' | 'exclude' | { transform(value: Value): Value | undefined } | { expression: Expression }

/** A projection as a tree over field names. */
export interface Node {
  children: Map<string, Leaf | Node>
}

/** Keeps the fields that the tree names, in the document's order. */
export function include(node: Node, doc: Doc): Doc {
  return project(node, doc, true)
}

/** Keeps all but the fields that the tree names. */
export function exclude(node: Node, doc: Doc): Doc {
  return project(node, doc, false)
}

function project(node: Node, doc: Doc, isInclusion: boolean): Doc {
  const result: Doc = new Map()
  for (const [name, value] of doc) {
    const kept = projectField(node.children.get(name), value, isInclusion)
    if (kept !== undefined) result.set(name, kept)
  }
  return result
}

function projectField(child: Leaf | Node | undefined, value: Value, isInclusion: boolean): Value | undefined {
  if (child === undefined) return isInclusion ? undefined : value
  if (child === 'include') return value
  if (child === 'exclude') return undefined
  if ('transform' in child) return child.transform(value)
  // A computed field keeps the place of the one that it replaces.
  if ('expression' in child) return value
  return projectNested(child, value, isInclusion)
}

function projectNested(node: Node, value: Value, isInclusion: boolean): Value | undefined {
  if (isDoc(value)) return project(node, value, isInclusion)
  if (!Array.isArray(value)) return isInclusion ? undefined : value
  return value.flatMap((item) => {
    const kept = projectNested(node, item, isInclusion)
    return kept === undefined ? [] : [kept]
  })
}

/** Sets the computed fields of the tree on a document that was made for it. */
export function applyComputed(node: Node, value: Value | undefined, scope: Scope): Value | undefined {
  if (!hasComputed(node)) return value
  if (Array.isArray(value)) return value.map((item) => applyComputed(node, item, scope)!)
  const doc: Doc = new Map(isDoc(value) ? value : [])
  for (const [name, child] of node.children) {
    if (typeof child === 'string' || 'transform' in child) continue
    const computed =
      'expression' in child ? child.expression(scope) : applyComputed(child, doc.get(name), scope)
    if (computed === undefined) doc.delete(name)
    else doc.set(name, computed)
  }
  return doc
}

function hasComputed(node: Node): boolean {
  for (const child of node.children.values()) {
    if (typeof child === 'string' || 'transform' in child) continue
    if ('expression' in child || hasComputed(child)) return true
  }
  return false
}
