import { buffer } from 'node:stream/consumers'
import { addAbortSignal } from 'node:stream'
import { assertKey } from './names.js'
import type { Storage } from './storage.js'

/** A storage in memory, for tests, which shows what it holds. */
export interface MemoryStorage extends Storage {
  /** What is stored, by key. */
  readonly files: ReadonlyMap<string, Buffer>
}

/** Keeps files in the memory of this process: for tests alone, since it holds each of them whole. */
export function memoryStorage(): MemoryStorage {
  const files = new Map<string, Buffer>()
  return {
    files,
    async put(stream, { key, signal }) {
      assertKey('memoryStorage', key)
      const bytes = await buffer(addAbortSignal(signal, stream))
      signal.throwIfAborted()
      files.set(key, bytes)
    },
    async remove({ key }) {
      assertKey('memoryStorage', key)
      files.delete(key)
    },
    url({ key }) {
      assertKey('memoryStorage', key)
      return `/uploads/${key}`
    },
  }
}
