import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SandboxError } from '../../errors.js'

/**
 * Takes a directory for this process, or throws SANDBOX_DIR_IN_USE. A lock whose process is gone is taken over.
 * Returns the function that gives the directory back.
 */
export function lockDirectory(dir: string): () => void {
  const lock = join(dir, 'mongo.lock')
  const own = `${lock}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(own, String(process.pid))
  try {
    // A link appears with its content, and fails where there is one already: no moment is between the two.
    while (!tryLink(own, lock)) removeStale(dir, lock)
  } finally {
    rmSync(own, { force: true })
  }
  return () => rmSync(lock, { force: true })
}

function tryLink(own: string, lock: string): boolean {
  try {
    linkSync(own, lock)
    return true
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw err
  }
}

function removeStale(dir: string, lock: string): void {
  const owner = read(lock)
  if (owner === undefined) return
  if (isAlive(Number(owner))) throw inUse(dir, lock, owner)
  const aside = `${lock}.${process.pid}.stale`
  try {
    renameSync(lock, aside)
  } catch {
    return
  }
  // Another process may have taken the stale lock over in between; then what was moved away is its lock.
  const moved = read(aside)
  if (moved !== owner) tryLink(aside, lock)
  rmSync(aside, { force: true })
  if (moved !== owner) throw inUse(dir, lock, String(moved))
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  // In a container every run may have the same pid: a lock of our own that we do not know of is stale.
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (err) {
    return (err as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function inUse(dir: string, lock: string, owner: string): SandboxError {
  return new SandboxError(
    'SANDBOX_DIR_IN_USE',
    `${dir} is in use by process ${owner}. Stop it or take another directory; if that process is no MongoDB of ours, delete ${lock}.`,
  )
}
