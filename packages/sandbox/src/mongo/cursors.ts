import { encode, EncodedDoc } from './bson/encode.js'
import { document, type Doc } from './bson/value.js'
import { CommandError } from './errors.js'
import type { Encodable } from './bson/encode.js'

/** How many documents the first answer holds unless `batchSize` says otherwise: MongoDB's number. */
const FIRST_BATCH = 101
/** The documents of one answer stay below this, as in MongoDB. */
const MAX_BATCH_BYTES = 16 * 1024 * 1024
/** A cursor that is not asked for this long is forgotten: MongoDB's cursorTimeoutMillis. */
const IDLE_MS = 10 * 60 * 1000

interface Cursor {
  namespace: string
  /** The answers as they were when the cursor was opened. */
  docs: readonly EncodedDoc[]
  at: number
  lastUsed: number
  isKept: boolean
}

/** The cursors that have more to give. */
export class Cursors {
  readonly #open = new Map<bigint, Cursor>()
  #lastId = BigInt(Date.now()) * 1000n

  /** The reply to the command that opens a cursor; it stays open if not everything fits into the reply. */
  open(namespace: string, docs: readonly EncodedDoc[], options: CursorOptions): Map<string, Encodable> {
    const { batchSize = FIRST_BATCH, isSingleBatch = false, isKept = false } = options
    const cursor: Cursor = { namespace, docs, at: 0, lastUsed: Date.now(), isKept }
    const firstBatch = takeBatch(cursor, batchSize)
    let id = 0n
    if (cursor.at < docs.length && !isSingleBatch) {
      id = ++this.#lastId
      this.#open.set(id, cursor)
    }
    return reply('firstBatch', firstBatch, id, namespace)
  }

  /** The reply to `getMore`. Throws CursorNotFound (43). */
  next(id: bigint, namespace: string, batchSize: number): Map<string, Encodable> {
    const cursor = this.#open.get(id)
    if (!cursor) throw new CommandError('CursorNotFound', `cursor id ${id} not found`)
    if (cursor.namespace !== namespace) {
      throw new CommandError(
        'Unauthorized',
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      )
    }
    cursor.lastUsed = Date.now()
    const batch = takeBatch(cursor, batchSize === 0 ? Infinity : batchSize)
    const isDone = cursor.at >= cursor.docs.length
    if (isDone) this.#open.delete(id)
    return reply('nextBatch', batch, isDone ? 0n : id, cursor.namespace)
  }

  /** Closes a cursor; tells whether there was one. */
  kill(id: bigint): boolean {
    return this.#open.delete(id)
  }

  /** Closes the cursors of a collection that goes. */
  killNamespace(namespace: string): void {
    for (const [id, cursor] of this.#open) if (cursor.namespace === namespace) this.#open.delete(id)
  }

  /** Closes the cursors that have been idle for too long. */
  reap(now = Date.now()): void {
    for (const [id, cursor] of this.#open) {
      if (!cursor.isKept && now - cursor.lastUsed > IDLE_MS) this.#open.delete(id)
    }
  }
}

/** How a cursor answers. */
export interface CursorOptions {
  batchSize?: number | undefined
  isSingleBatch?: boolean
  /** `noCursorTimeout`. */
  isKept?: boolean
}

/** Documents made for an answer, in the form that cursors take. */
export function encodeAll(docs: readonly Doc[]): EncodedDoc[] {
  return docs.map((doc) => {
    const bytes = encode(doc)
    if (bytes.length <= MAX_BATCH_BYTES) return new EncodedDoc(bytes)
    throw new CommandError(
      'BSONObjectTooLarge',
      `BSONObj size: ${bytes.length} is invalid. Size must be between 0 and ${MAX_BATCH_BYTES}`,
    )
  })
}

function takeBatch(cursor: Cursor, batchSize: number): EncodedDoc[] {
  const batch: EncodedDoc[] = []
  let bytes = 0
  while (cursor.at < cursor.docs.length && batch.length < batchSize) {
    const doc = cursor.docs[cursor.at]!
    bytes += doc.bytes.length
    if (bytes > MAX_BATCH_BYTES && batch.length > 0) break
    batch.push(doc)
    cursor.at++
  }
  return batch
}

function reply(
  batchName: string,
  batch: EncodedDoc[],
  id: bigint,
  namespace: string,
): Map<string, Encodable> {
  const cursor = new Map<string, Encodable>([
    [batchName, batch],
    ['id', id],
    ['ns', namespace],
  ])
  return new Map<string, Encodable>([['cursor', cursor], ...document({ ok: 1 })])
}
