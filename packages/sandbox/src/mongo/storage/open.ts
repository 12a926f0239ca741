import { mkdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { SandboxError } from '../../errors.js'
import { decode } from '../bson/decode.js'
import { isDoc, type Doc } from '../bson/value.js'
import { Catalog, splitNamespace } from './catalog.js'
import { FileJournal, JOURNAL_FILE, syncDirectory } from './file-journal.js'
import { parseIndexSpec } from './index-spec.js'
import { readRecords, type Change } from './journal-format.js'
import { lockDirectory } from './lock.js'

/** Options of the storage. */
export interface StorageOptions {
  dir?: string | undefined
  compactBytes?: number | undefined
  onFatal(err: unknown): void
}

const COMPACT_BYTES = 16 * 1024 * 1024

/** Opens the data in a directory, or an empty memory. */
export async function openStorage({
  dir,
  compactBytes = COMPACT_BYTES,
  onFatal,
}: StorageOptions): Promise<Catalog> {
  if (dir === undefined) return new Catalog()
  const path = resolve(dir)
  mkdirSync(path, { recursive: true })
  const unlock = lockDirectory(path)
  try {
    const catalog = new Catalog()
    const size = replay(path, catalog)
    const journal = new FileJournal({
      dir: path,
      size,
      compactBytes,
      onFatal,
      snapshot: () => catalog.snapshot(),
      liveBytes: () => catalog.liveBytes(),
    })
    syncDirectory(path)
    catalog.journal = {
      append: (change, bytes) => journal.append(change, bytes),
      write: () => journal.write(),
      sync: () => journal.sync(),
      close: () => journal.close().finally(unlock),
    }
    return catalog
  } catch (err) {
    unlock()
    throw err
  }
}

/** Does again what the journal says was done. Returns where its last whole record ends; the file is cut there. */
function replay(dir: string, catalog: Catalog): number {
  const file = join(dir, JOURNAL_FILE)
  // What a compaction had not finished: the journal that it was to replace is still whole.
  rmSync(`${file}.new`, { force: true })
  const content = readIfExists(file)
  const { changes, end, damagedAt } = readRecords(content)
  if (damagedAt !== undefined) {
    throw new SandboxError(
      'SANDBOX_JOURNAL_DAMAGED',
      `${file} is damaged at byte ${damagedAt}. Restore it from a copy, or delete it to start with an empty database.`,
    )
  }
  for (const change of changes) redo(catalog, change)
  if (end < content.length) truncateSync(file, end)
  return end
}

function redo(catalog: Catalog, { change, bytes }: Change): void {
  const [db, name] = splitNamespace(String(change.get('ns')))
  const op = change.get('op')
  if (op === 'create') {
    catalog.create(db, name)
    return
  }
  const collection = catalog.find(db, name)!
  switch (op) {
    case 'put': {
      const { doc } = decode(bytes)
      const old = collection.byId(doc.get('_id')!)
      if (old) collection.replace(old, doc)
      else collection.insert(doc)
      return
    }
    case 'delete':
      collection.remove(collection.byId(change.get('id')!)!)
      return
    case 'createIndex':
      collection.createIndex(parseIndexSpec(specOf(change)))
      return
    case 'dropIndex':
      collection.dropIndex(collection.indexes.find(({ spec }) => spec.name === change.get('name'))!)
      return
    case 'drop':
      catalog.drop(collection)
      return
    default:
      throw new Error(`the journal has a change that this version does not know: ${String(op)}`)
  }
}

function specOf(change: Doc): Doc {
  const spec = change.get('spec')
  return isDoc(spec) ? spec : new Map()
}

function readIfExists(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
    throw err
  }
}
