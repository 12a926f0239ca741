import { document, type Doc } from '../bson/value.js'
import { CommandError } from '../errors.js'
import { Collection } from './collection.js'
import { describeIndex } from './index-spec.js'
import { memoryJournal, type Journal } from './journal.js'

/** All databases and their collections. */
export class Catalog {
  /** Where changes are noted; while a journal is read back, nowhere. */
  journal: Journal = memoryJournal
  readonly #databases = new Map<string, Map<string, Collection>>()

  /** The names of the databases that hold a collection, sorted. */
  databases(): string[] {
    return [...this.#databases.keys()].sort()
  }

  /** The collections of a database, by name. */
  collections(db: string): Collection[] {
    return [...(this.#databases.get(db)?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** The collection, if it exists. */
  find(db: string, name: string): Collection | undefined {
    return this.#databases.get(db)?.get(name)
  }

  /** The collection, which is made if it does not exist: what MongoDB does on a first write. */
  ensure(db: string, name: string): Collection {
    return this.find(db, name) ?? this.create(db, name)
  }

  /** Makes a collection. */
  create(db: string, name: string): Collection {
    assertCollectionName(db, name)
    this.#assertSameCase(db)
    const collection = new Collection(db, name, this)
    const collections = this.#databases.get(db) ?? new Map<string, Collection>()
    this.#databases.set(db, collections.set(name, collection))
    this.journal.append(document({ op: 'create', ns: collection.namespace }))
    return collection
  }

  /** Removes a collection with all that is in it. */
  drop(collection: Collection): void {
    const collections = this.#databases.get(collection.db)
    collections?.delete(collection.name)
    if (collections?.size === 0) this.#databases.delete(collection.db)
    this.journal.append(document({ op: 'drop', ns: collection.namespace }))
  }

  /** The changes that make all there is out of nothing. */
  *snapshot(): Generator<[change: Doc, bytes?: Buffer]> {
    for (const collection of this.#all()) {
      const ns = collection.namespace
      yield [document({ op: 'create', ns })]
      for (const { spec } of collection.indexes.slice(1)) {
        yield [document({ op: 'createIndex', ns, spec: describeIndex(spec) })]
      }
      for (const { bytes } of collection.documents.values()) yield [document({ op: 'put', ns }), bytes]
    }
  }

  /** About how many bytes the snapshot has. */
  liveBytes(): number {
    const perRecord = 64
    return this.#all().reduce((total, { bytes, documents }) => total + bytes + documents.size * perRecord, 0)
  }

  #all(): Collection[] {
    return this.databases().flatMap((db) => this.collections(db))
  }

  #assertSameCase(db: string): void {
    const other = [...this.#databases.keys()].find(
      (name) => name !== db && name.toLowerCase() === db.toLowerCase(),
    )
    if (other === undefined) return
    throw new CommandError(
      13297,
      `db already exists with different case already have: [${other}] trying to create [${db}]`,
    )
  }
}

/** Throws if this is no name of a database. https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions */
export function assertDatabaseName(db: string): void {
  if (/^[^/\\. "$\0]{1,63}$/.test(db)) return
  throw new CommandError('InvalidNamespace', `Invalid database name: '${db}'`)
}

/** Throws if this is no name that a collection may be given. */
export function assertCollectionName(db: string, name: string): void {
  const namespace = `${db}.${name}`
  const isValid = name !== '' && !name.startsWith('.') && !/[$\0]/.test(name)
  if (!isValid) throw new CommandError('InvalidNamespace', `Invalid collection name: ${name}`)
  if (name.startsWith('system.')) throw new CommandError('InvalidNamespace', `cannot write to ${namespace}`)
  if (Buffer.byteLength(namespace) > 255) {
    throw new CommandError(
      'InvalidNamespace',
      `Fully qualified namespace is too long. Namespace: ${namespace} Max: 255`,
    )
  }
}

/** Cuts "database.collection" in two. */
export function splitNamespace(namespace: string): [db: string, name: string] {
  const dot = namespace.indexOf('.')
  return [namespace.slice(0, dot), namespace.slice(dot + 1)]
}
