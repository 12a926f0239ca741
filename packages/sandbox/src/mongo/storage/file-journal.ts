import { closeSync, fdatasync, fsyncSync, openSync, renameSync, writevSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Doc } from '../bson/value.js'
import { FatalError } from '../errors.js'
import { formatRecord } from './journal-format.js'
import type { Journal } from './journal.js'

const datasync = promisify(fdatasync)

/** What was written without being asked to sync is on the disk after this long: MongoDB's journal interval. */
const SYNC_INTERVAL_MS = 100
/** Linux takes no more buffers than this in one call (IOV_MAX). */
const MAX_BUFFERS = 1024

/** Options of the journal. */
export interface FileJournalOptions {
  dir: string
  /** How long the file is now: what is behind has been read and is whole. */
  size: number
  compactBytes: number
  /** The whole state as the changes that make it, and how many bytes that will be about. */
  snapshot(): Iterable<[change: Doc, bytes?: Buffer]>
  liveBytes(): number
  onFatal(err: unknown): void
}

/** The file name of the journal. */
export const JOURNAL_FILE = 'mongo.journal'

/** A journal in a file: appended to, synced for many writers at once, rewritten when half of it is waste. */
export class FileJournal implements Journal {
  readonly #options: FileJournalOptions
  readonly #path: string
  #file: number
  #pending: Buffer[] = []
  #size: number
  #synced: number
  /** The syncs and compactions, one after the other. */
  #tail: Promise<void> = Promise.resolve()
  #nextSync: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #isCompacting = false

  constructor(options: FileJournalOptions) {
    this.#options = options
    this.#path = join(options.dir, JOURNAL_FILE)
    this.#file = openSync(this.#path, 'a')
    this.#size = options.size
    this.#synced = 0
  }

  append(change: Doc, bytes?: Buffer): void {
    this.#pending.push(...formatRecord(change, bytes))
  }

  write(): void {
    if (this.#pending.length === 0) return
    const buffers = this.#pending
    this.#pending = []
    this.#size += orFatal(() => writeAll(this.#file, buffers))
    this.#timer ??= setTimeout(() => this.sync().catch(this.#options.onFatal), SYNC_INTERVAL_MS).unref()
    this.#compactIfDue()
  }

  /** Writers that come while a sync runs share the next one. */
  sync(): Promise<void> {
    if (this.#synced >= this.#size) return Promise.resolve()
    this.#nextSync ??= this.#enqueue(async () => {
      this.#nextSync = undefined
      clearTimeout(this.#timer)
      this.#timer = undefined
      const size = this.#size
      await datasync(this.#file).catch(fatal)
      this.#synced = Math.max(this.#synced, size)
    })
    return this.#nextSync
  }

  async close(): Promise<void> {
    this.write()
    await this.sync()
    await this.#enqueue(async () => closeSync(this.#file))
    clearTimeout(this.#timer)
  }

  #compactIfDue(): void {
    const { compactBytes, liveBytes, onFatal } = this.#options
    if (this.#isCompacting || this.#size < compactBytes || this.#size < 2 * liveBytes()) return
    this.#isCompacting = true
    this.#enqueue(async () => orFatal(() => this.#compact())).catch(onFatal)
  }

  /** Writes what there is to a new file and puts it in the place of the old one: at any moment one of them is whole. */
  #compact(): void {
    const file = openSync(`${this.#path}.new`, 'w')
    let size = 0
    let batch: Buffer[] = []
    for (const [change, bytes] of this.#options.snapshot()) {
      batch.push(...formatRecord(change, bytes))
      if (batch.length < MAX_BUFFERS) continue
      size += writeAll(file, batch)
      batch = []
    }
    size += writeAll(file, batch)
    fsyncSync(file)
    renameSync(`${this.#path}.new`, this.#path)
    syncDirectory(this.#options.dir)
    closeSync(this.#file)
    this.#file = file
    // What was pending is in the snapshot already.
    this.#pending = []
    this.#size = this.#synced = size
    this.#isCompacting = false
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(work)
    this.#tail = done.catch(() => {})
    return done
  }
}

/** Makes what happened to a directory's entries outlive a loss of power. */
export function syncDirectory(dir: string): void {
  // Windows has no way to open a directory, and needs none.
  if (process.platform === 'win32') return
  const directory = openSync(dir, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

function orFatal<T>(work: () => T): T {
  try {
    return work()
  } catch (err) {
    return fatal(err)
  }
}

function fatal(cause: unknown): never {
  throw new FatalError('the journal cannot be written', { cause })
}

function writeAll(file: number, buffers: Buffer[]): number {
  let total = 0
  for (let at = 0; at < buffers.length; at += MAX_BUFFERS) {
    let rest = buffers.slice(at, at + MAX_BUFFERS)
    while (rest.length > 0) {
      const written = writevSync(file, rest)
      total += written
      rest = after(rest, written)
    }
  }
  return total
}

/** What is left of the buffers after `written` bytes of them; empty buffers fall away. */
function after(buffers: Buffer[], written: number): Buffer[] {
  let skip = written
  const first = buffers.findIndex((buffer) => {
    if (skip < buffer.length) return true
    skip -= buffer.length
    return false
  })
  if (first < 0) return []
  return [buffers[first]!.subarray(skip), ...buffers.slice(first + 1)]
}
