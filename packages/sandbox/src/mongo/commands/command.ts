import { toInteger } from '../bson/arithmetic.js'
import type { Encodable } from '../bson/encode.js'
import { isDoc, isNumeric, isTruthy, typeName, type Doc, type Value } from '../bson/value.js'
import type { Cursors } from '../cursors.js'
import { Deadline } from '../deadline.js'
import { CommandError } from '../errors.js'
import { assertCollectionName, type Catalog } from '../storage/catalog.js'
import { equalValues } from '../bson/compare.js'
import type { Collection } from '../storage/collection.js'
import type { Index } from '../storage/index.js'

/** The body of a reply. */
export type Reply = Map<string, Encodable>

/** One command of the wire protocol. */
export interface Command {
  /** The fields that it knows besides those that every command has. */
  fields: readonly string[]
  /** Whether it may change something, and so takes a write concern. */
  writes?: boolean
  run(request: Request): Reply
}

/** What the commands work on. */
export interface ServerState {
  catalog: Catalog
  cursors: Cursors
}

/** A command as it came in, with the readers that every command needs. */
export class Request {
  readonly name: string
  readonly db: string
  readonly body: Doc
  readonly state: ServerState
  readonly connectionId: number
  readonly deadline: Deadline

  constructor(name: string, db: string, body: Doc, state: ServerState, connectionId: number) {
    this.name = name
    this.db = db
    this.body = body
    this.state = state
    this.connectionId = connectionId
    this.deadline = new Deadline(this.integer('maxTimeMS') ?? 0)
  }

  /** The name of the collection that the command is about. Throws if it is none. */
  collectionName(field: string = this.name): string {
    const name = this.body.get(field)
    if (typeof name !== 'string') {
      throw new CommandError('InvalidNamespace', `collection name has invalid type ${typeName(name)}`)
    }
    if (name === '' || name.startsWith('.') || /[$\0]/.test(name)) {
      throw new CommandError('InvalidNamespace', `Invalid namespace specified '${this.db}.${name}'`)
    }
    return name
  }

  /** The collection that the command is about, if it exists. */
  collection(): Collection | undefined {
    return this.state.catalog.find(this.db, this.collectionName())
  }

  /** The collection that the command is about, which is made if it does not exist. */
  ensureCollection(): Collection {
    const name = this.collectionName()
    assertCollectionName(this.db, name)
    return this.state.catalog.ensure(this.db, name)
  }

  /** "database.collection" of the command. */
  namespace(): string {
    return `${this.db}.${this.collectionName()}`
  }

  /** A field that is a document; `undefined` if it is not there. */
  doc(field: string): Doc | undefined {
    const value = this.body.get(field)
    if (value === undefined || isDoc(value)) return value
    throw this.wrongType(field, value, 'object')
  }

  /** A field that is a whole number of 0 or more; `undefined` if it is not there. */
  integer(field: string): number | undefined {
    const value = this.body.get(field)
    if (value === undefined) return undefined
    const integer = isNumeric(value) ? toInteger(value) : undefined
    if (integer === undefined) throw this.wrongType(field, value, 'long')
    if (integer < 0n) {
      throw new CommandError(51024, `BSON field '${field}' value must be >= 0, actual value '${integer}'`)
    }
    return Number(integer)
  }

  /** A field that is true or false; numbers count by MongoDB's rules. */
  flag(field: string, fallback = false): boolean {
    const value = this.body.get(field)
    if (value === undefined) return fallback
    if (typeof value === 'boolean' || isNumeric(value)) return isTruthy(value)
    throw this.wrongType(field, value, 'bool')
  }

  /** A field that is a list of documents. */
  docs(field: string): Doc[] {
    const value = this.body.get(field)
    if (!Array.isArray(value)) {
      if (value === undefined) {
        throw new CommandError(40414, `BSON field '${this.name}.${field}' is missing but a required field`)
      }
      throw this.wrongType(field, value, 'array')
    }
    return value.map((item, at) => {
      if (isDoc(item)) return item
      throw this.wrongType(`${field}.${at}`, item, 'object')
    })
  }

  wrongType(field: string, value: Value | undefined, expected: string): CommandError {
    return new CommandError(
      'TypeMismatch',
      `BSON field '${this.name}.${field}' is the wrong type '${typeName(value)}', expected type '${expected}'`,
    )
  }
}

/** The index that a `hint` names. Throws BadValue if there is none, as MongoDB does. */
export function resolveHint(collection: Collection | undefined, hint: Value | undefined): Index | undefined {
  if (hint === undefined || !collection || (isDoc(hint) && hint.size === 0)) return undefined
  if (isDoc(hint) && hint.has('$natural')) {
    throw new CommandError('CommandNotSupported', 'hint: { $natural } is not supported by this server')
  }
  const found = collection.indexes.find(({ spec }) =>
    typeof hint === 'string' ? spec.name === hint : isDoc(hint) && equalValues(spec.key, hint),
  )
  if (found && !found.spec.hidden) return found
  throw new CommandError(
    'BadValue',
    'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
  )
}

/** Throws for a field of an inner document (such as one update of many) that is not known. */
export function assertFields(where: string, doc: Doc, known: readonly string[]): void {
  for (const name of doc.keys()) {
    if (!known.includes(name)) {
      throw new CommandError('IDLUnknownField', `BSON field '${where}.${name}' is an unknown field.`)
    }
  }
}

/** Throws for an option that MongoDB has and that would change the answer, but is not done here. */
export function refuseOptions(request: Request, options: readonly string[]): void {
  for (const option of options) {
    const value = request.body.get(option)
    if (value === undefined || value === false) continue
    throw new CommandError(
      'CommandNotSupported',
      `the option '${option}' of ${request.name} is not supported by this server`,
    )
  }
}
