import { randomUUID } from 'node:crypto'
import { createWriteStream, mkdirSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { serveFiles } from './disk-serve.js'
import { assertKey } from './names.js'
import { assertKnownKeys } from './options.js'
import type { Storage } from './storage.js'

/** Options of `diskStorage()`. */
export interface DiskStorageOptions {
  /** The folder, outside of what a release replaces. It is made if it is missing, for this user and group alone (0750). */
  dir: string
  /** What addresses begin with: a path of this site, or an origin and a path. @default '/uploads' */
  baseUrl?: string
}

/** Where files are while they come in. No key begins with a dot, so nothing in here is ever served. */
const incomingDir = '.incoming'

/** What is older than this was left by a process that died: no body may take so long. */
const leftoverMs = 86_400_000

const sweepEveryMs = 3_600_000

/**
 * Keeps files on this machine's disk: written aside, flushed, renamed; so a key is a whole file or none. Several processes
 * may share the folder, several machines not. It does not transform images: `url` gives the original.
 */
export function diskStorage(options: DiskStorageOptions): Storage {
  assertKnownKeys('diskStorage', options, ['dir', 'baseUrl'])
  if (typeof options.dir !== 'string' || options.dir === '')
    throw new TypeError('diskStorage: dir is required, such as "/srv/shop/shared/uploads".')
  const { baseUrl = '/uploads' } = options
  if (!/^(?:https?:\/\/[^/?#]+)?(?:\/[\w.~-]+)*$/.test(baseUrl))
    throw new TypeError(
      `diskStorage: baseUrl "${baseUrl}" must be like "/uploads", with no slash at its end.`,
    )
  const dir = resolve(options.dir)
  const incoming = join(dir, incomingDir)
  mkdirSync(incoming, { recursive: true, mode: 0o750 })
  let sweptAt = 0

  const pathOf = (key: string): string => {
    assertKey('diskStorage', key)
    return join(dir, key)
  }

  return {
    async put(stream, { key, signal }) {
      const path = pathOf(key)
      const temporary = join(incoming, randomUUID())
      await sweepLeftovers()
      try {
        await pipeline(stream, createWriteStream(temporary, { flags: 'wx', mode: 0o640, flush: true }), {
          signal,
        })
        await mkdir(dirname(path), { recursive: true, mode: 0o750 })
        signal.throwIfAborted()
        await rename(temporary, path)
        await flushFolder(dirname(path))
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
    },
    async remove({ key }) {
      await rm(pathOf(key), { force: true })
    },
    url: ({ key }) => {
      assertKey('diskStorage', key)
      return `${baseUrl}/${key}`
    },
    serve: () => serveFiles(dir),
  }

  /** Now and then, in front of a file that comes in: a timer would be one more thing to stop. */
  async function sweepLeftovers(): Promise<void> {
    if (Date.now() - sweptAt < sweepEveryMs) return
    sweptAt = Date.now()
    for (const name of await readdir(incoming)) {
      const path = join(incoming, name)
      // Another process may have been quicker.
      const found = await stat(path).catch(() => undefined)
      if (found && Date.now() - found.mtimeMs > leftoverMs) await rm(path, { force: true })
    }
  }
}

/** A rename is on disk once its folder is. Windows can open no folder, and needs it not. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
