import { compareValues } from '../bson/compare.js'
import { render } from '../bson/render.js'
import { type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { position, type Interval } from '../query/interval.js'
import type { Filter } from '../query/filter.js'
import { keysOf, type Key } from '../query/keys.js'
import { matches } from '../query/match.js'
import { someElement } from '../query/path.js'
import { assertNoLanguage, type TextSpec } from '../text/text-spec.js'
import { SortedList } from './sorted-list.js'

/** A stored document. It is never changed: an update puts another in its place. */
export interface StoredDoc {
  /** The place in natural order, kept through updates. */
  readonly position: number
  readonly doc: Doc
  readonly bytes: Buffer
}

/** What an index is declared as. */
export interface IndexSpec {
  name: string
  /** The paths and their directions, as given. */
  key: Doc
  fields: readonly { path: string; parts: string[]; direction: 1 | -1 }[]
  unique: boolean
  sparse: boolean
  hidden: boolean
  partialFilter?: { source: Doc; filter: Filter }
  expireAfterSeconds?: number
  /** Of a text index: it has no ordered fields, and no entries. */
  text?: TextSpec
}

/** One entry of an index: a key and the document that has it. */
export interface Entry {
  key: Key
  stored: StoredDoc
}

/** An ordered index over the documents of a collection. */
export class Index {
  readonly spec: IndexSpec
  readonly entries: SortedList<Entry>
  /** Which fields have ever led through an array: what may be concluded from a key depends on it. */
  readonly multikey: boolean[]
  readonly #paths: string[][]

  constructor(spec: IndexSpec) {
    this.spec = spec
    this.multikey = spec.fields.map(() => false)
    this.#paths = spec.fields.map(({ parts }) => parts)
    this.entries = new SortedList(
      (a, b) => this.compareKeys(a.key, b.key) || a.stored.position - b.stored.position,
    )
  }

  /** Compares two keys in the order of the index. */
  compareKeys(a: Key, b: Key): number {
    const { fields } = this.spec
    for (let at = 0; at < fields.length; at++) {
      const order = compareValues(a[at], b[at])
      if (order !== 0) return order * fields[at]!.direction
    }
    return 0
  }

  /** The keys that a document has, each once; none if the index leaves it out. */
  keysFor(doc: Doc): { keys: Key[]; multikey: boolean[] } {
    const { partialFilter, sparse, text } = this.spec
    if (text) {
      assertNoLanguage(text, doc)
      return { keys: [], multikey: [] }
    }
    const isOut =
      (partialFilter && !matches(partialFilter.filter, doc)) ||
      (sparse && !this.#paths.some((path) => someElement(doc, path, true, (value) => value !== undefined)))
    if (isOut) return { keys: [], multikey: [] }
    const { keys, multikey } = keysOf(doc, this.#paths)
    if (keys.length === 1) return { keys, multikey }
    keys.sort((a, b) => this.compareKeys(a, b))
    return {
      keys: keys.filter((key, at) => at === 0 || this.compareKeys(key, keys[at - 1]!) !== 0),
      multikey,
    }
  }

  /** Throws a duplicate key error (11000) if another document than the one at `position` has one of the keys. */
  assertUnique(namespace: string, keys: Key[], position: number): void {
    if (!this.spec.unique) return
    for (const key of keys) {
      for (const { stored } of this.entriesAt(key)) {
        if (stored.position !== position) throw duplicateKey(namespace, this.spec, key)
      }
    }
  }

  /** The entries with exactly this key. */
  entriesAt(key: Key): Iterable<Entry> {
    return this.entries.ascend(
      (entry) => this.compareKeys(entry.key, key) < 0,
      (entry) => this.compareKeys(entry.key, key) === 0,
    )
  }

  /** The entries whose first fields lie within these intervals, in the order of the index or against it. */
  within(intervals: readonly Interval[], isReversed = false): Iterable<Entry> {
    const place = ({ key }: Entry) => {
      for (let at = 0; at < intervals.length; at++) {
        const side = position(intervals[at]!, key[at])
        if (side !== 0) return side * this.spec.fields[at]!.direction
      }
      return 0
    }
    const isWithin = (entry: Entry) => place(entry) === 0
    return isReversed
      ? this.entries.descend((entry) => place(entry) <= 0, isWithin)
      : this.entries.ascend((entry) => place(entry) < 0, isWithin)
  }

  /** Adds a document under the keys that `keysFor` gave for it. */
  add(stored: StoredDoc, { keys, multikey }: { keys: Key[]; multikey: boolean[] }): void {
    for (const key of keys) this.entries.add({ key, stored })
    multikey.forEach((is, at) => {
      if (is) this.multikey[at] = true
    })
  }

  /** Takes a document out. */
  remove(stored: StoredDoc): void {
    for (const key of this.keysFor(stored.doc).keys) this.entries.delete({ key, stored })
  }
}

function duplicateKey(namespace: string, spec: IndexSpec, key: Key): CommandError {
  const value: Doc = new Map(spec.fields.map(({ path }, at): [string, Value] => [path, key[at] ?? null]))
  return new CommandError(
    'DuplicateKey',
    `E11000 duplicate key error collection: ${namespace} index: ${spec.name} dup key: ${render(value)}`,
    new Map([
      ['keyPattern', spec.key],
      ['keyValue', value],
    ]),
  )
}
