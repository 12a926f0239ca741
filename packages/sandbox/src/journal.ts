import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { crc32 } from 'node:zlib'
import { SandboxError } from './errors.js'

/** An append-only file of JSON records. */
export interface Journal {
  /** Queues a record. It is safe once `saved()` resolves. */
  append(record: unknown): void
  /** Resolves when everything appended so far is on the disk. */
  saved(): Promise<void>
  close(): Promise<void>
}

/** A journal that keeps nothing: the sandbox without a `dir`. */
export const noJournal: Journal = { append() {}, saved: async () => {}, close: async () => {} }

/**
 * Reads the records of `dir`'s journal. A torn last record, which nobody was told of, is dropped.
 *
 * @throws SandboxError SANDBOX_JOURNAL_DAMAGED if any other record is damaged
 */
export function readJournal(dir: string): unknown[] {
  const path = join(dir, fileName)
  const lines = readIfThere(path).split('\n')
  lines.pop() // what follows the last line feed: nothing, or a record that was being written
  return lines.flatMap((line, index) => {
    const record = decode(line)
    if (record !== undefined) return [record]
    if (index === lines.length - 1) return []
    throw new SandboxError(
      'SANDBOX_JOURNAL_DAMAGED',
      `${path} is damaged at line ${index + 1}. Restore it, or delete it to start afresh.`,
    )
  })
}

/**
 * Opens `dir`'s journal for writing and replaces its content by `first`, atomically.
 * Records appended while a write is under way share the next one, and its fsync.
 */
export async function openJournal(dir: string, first: unknown): Promise<Journal> {
  const path = join(dir, fileName)
  replaceFile(dir, path, encode(first))
  const file = await open(path, 'a')
  let queue: string[] = []
  let writing: Promise<void> = Promise.resolve()
  let failure: unknown

  function append(record: unknown): void {
    queue.push(encode(record))
    if (queue.length === 1) writing = writing.then(writeQueue)
  }

  async function writeQueue(): Promise<void> {
    const lines = queue.join('')
    queue = []
    await write(file, lines).catch((error: unknown) => (failure ??= error))
  }

  async function saved(): Promise<void> {
    await writing
    if (failure) throw failure
  }

  return {
    append,
    saved,
    async close() {
      await writing
      await file.close()
    },
  }
}

/**
 * Takes `dir` for this process; a lock left behind by a process that has died is taken over. Returns the release.
 *
 * @throws SandboxError SANDBOX_DIR_IN_USE if a living process has it
 */
export function lockDir(dir: string): () => void {
  mkdirSync(dir, { recursive: true })
  const path = join(resolve(dir), 'lock')
  const owner = Number(readIfThere(path))
  // Our own id in a lock that we do not hold was left by a predecessor: in a container every run has the same one.
  if (owner === process.pid ? held.has(path) : owner && isAlive(owner)) {
    throw new SandboxError(
      'SANDBOX_DIR_IN_USE',
      `${dir} is in use by process ${owner}. Stop it, choose another directory, or delete ${path} if that process is no sandbox.`,
    )
  }
  writeFileSync(path, String(process.pid))
  held.add(path)
  return () => {
    held.delete(path)
    rmSync(path, { force: true })
  }
}

const held = new Set<string>()
const fileName = 'daraja.journal'

async function write(file: FileHandle, text: string): Promise<void> {
  await file.appendFile(text)
  await file.datasync()
}

function encode(record: unknown): string {
  const json = JSON.stringify(record)
  return `${checksum(json)} ${json}\n`
}

function decode(line: string): unknown {
  const json = line.slice(9)
  return line.slice(0, 9) === `${checksum(json)} ` ? JSON.parse(json) : undefined
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0')
}

function replaceFile(dir: string, path: string, text: string): void {
  const fresh = openSync(`${path}.new`, 'w')
  writeFileSync(fresh, text)
  fsyncSync(fresh)
  closeSync(fresh)
  renameSync(`${path}.new`, path)
  if (process.platform === 'win32') return // a directory cannot be opened there
  const folder = openSync(dir, 'r')
  fsyncSync(folder)
  closeSync(folder)
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
