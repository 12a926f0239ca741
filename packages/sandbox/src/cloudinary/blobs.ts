import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Keeps bytes under names of its own making. */
export interface Blobs {
  /** Resolves to the name once the bytes are durable. */
  put(bytes: Buffer): Promise<string>
  /** @throws if the name was removed */
  read(name: string): Promise<Buffer>
  remove(...names: string[]): Promise<void>
}

/**
 * Opens the bytes kept in `dir`; without `dir`, in memory. What `isKept` does not know was never acknowledged, or was
 * given up: it is swept away.
 */
export async function openBlobs(dir: string | undefined, isKept: (name: string) => boolean): Promise<Blobs> {
  if (dir === undefined) return memoryBlobs()
  const folder = join(dir, 'cloudinary')
  await mkdir(folder, { recursive: true })
  const pathOf = (name: string) => join(folder, name)
  const remove = async (...names: string[]) => {
    await Promise.all(names.map((name) => rm(pathOf(name), { force: true })))
  }
  await remove(...(await readdir(folder)).filter((name) => !isKept(name)))
  return {
    async put(bytes) {
      const name = newName()
      const file = await open(pathOf(name), 'wx')
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await syncFolder(folder)
      return name
    },
    read: (name) => readFile(pathOf(name)),
    remove,
  }
}

function memoryBlobs(): Blobs {
  const kept = new Map<string, Buffer>()
  return {
    async put(bytes) {
      const name = newName()
      kept.set(name, bytes)
      return name
    },
    async read(name) {
      const bytes = kept.get(name)
      if (!bytes) throw new Error('These bytes were removed.')
      return bytes
    },
    async remove(...names) {
      for (const name of names) kept.delete(name)
    },
  }
}

function newName(): string {
  return randomBytes(16).toString('hex')
}

/** So that the name is as durable as the bytes. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return // a directory cannot be opened there
  const handle = await open(folder, 'r')
  await handle.sync()
  await handle.close()
}
