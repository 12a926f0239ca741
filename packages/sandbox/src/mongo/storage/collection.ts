import { encode } from '../bson/encode.js'
import { document, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { Index, type IndexSpec, type StoredDoc } from './index.js'
import { describeIndex, ID_INDEX } from './index-spec.js'
import type { Journal } from './journal.js'

/** MongoDB's limit for one document, in bytes. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024

/** The documents and indexes of one collection. Every change is one call, whole or not at all, and journaled. */
export class Collection {
  readonly db: string
  readonly name: string
  readonly indexes: Index[] = [new Index(ID_INDEX)]
  readonly documents = new Map<number, StoredDoc>()
  /** The sum of the documents' sizes in bytes. */
  bytes = 0
  readonly #owner: { readonly journal: Journal }
  #nextPosition = 0

  constructor(db: string, name: string, owner: { readonly journal: Journal }) {
    this.db = db
    this.name = name
    this.#owner = owner
  }

  /** "database.collection". */
  get namespace(): string {
    return `${this.db}.${this.name}`
  }

  /** Stores a new document that has an `_id`. Throws on a duplicate key. */
  insert(doc: Doc): StoredDoc {
    return this.#put({ position: this.#nextPosition++, doc, bytes: encodeDocument(doc) })
  }

  /** Puts another document in the place of `old`, or does nothing if they are equal byte by byte. */
  replace(old: StoredDoc, doc: Doc): StoredDoc {
    const bytes = encodeDocument(doc)
    if (bytes.equals(old.bytes)) return old
    return this.#put({ position: old.position, doc, bytes }, old)
  }

  /** Removes a document. */
  remove(stored: StoredDoc): void {
    for (const index of this.indexes) index.remove(stored)
    this.documents.delete(stored.position)
    this.bytes -= stored.bytes.length
    this.#owner.journal.append(document({ op: 'delete', ns: this.namespace, id: stored.doc.get('_id') }))
  }

  /** The document with this `_id`. */
  byId(id: Value): StoredDoc | undefined {
    for (const { stored } of this.indexes[0]!.entriesAt([id])) return stored
    return undefined
  }

  /** Builds an index over the documents that are there. Throws on a duplicate key and leaves no trace then. */
  createIndex(spec: IndexSpec): void {
    const index = new Index(spec)
    for (const stored of this.documents.values()) {
      const found = index.keysFor(stored.doc)
      index.assertUnique(this.namespace, found.keys, stored.position)
      index.add(stored, found)
    }
    this.indexes.push(index)
    this.#owner.journal.append(document({ op: 'createIndex', ns: this.namespace, spec: describeIndex(spec) }))
  }

  /** Removes an index. */
  dropIndex(index: Index): void {
    this.indexes.splice(this.indexes.indexOf(index), 1)
    this.#owner.journal.append(document({ op: 'dropIndex', ns: this.namespace, name: index.spec.name }))
  }

  #put(stored: StoredDoc, old?: StoredDoc): StoredDoc {
    // All that can fail comes first: from here on the change is whole.
    const found = this.indexes.map((index) => {
      const keys = index.keysFor(stored.doc)
      index.assertUnique(this.namespace, keys.keys, stored.position)
      return keys
    })
    if (old) {
      for (const index of this.indexes) index.remove(old)
      this.bytes -= old.bytes.length
    }
    this.indexes.forEach((index, at) => index.add(stored, found[at]!))
    this.documents.set(stored.position, stored)
    this.bytes += stored.bytes.length
    this.#owner.journal.append(document({ op: 'put', ns: this.namespace }), stored.bytes)
    return stored
  }
}

function encodeDocument(doc: Doc): Buffer {
  const bytes = encode(doc)
  if (bytes.length <= MAX_DOCUMENT_BYTES) return bytes
  throw new CommandError(
    'BSONObjectTooLarge',
    `BSONObj size: ${bytes.length} (0x${bytes.length.toString(16).toUpperCase()}) is invalid. Size must be between 0 and ${MAX_DOCUMENT_BYTES + 16384}(16MB)`,
  )
}
