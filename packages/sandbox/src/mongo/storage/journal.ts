import type { Doc } from '../bson/value.js'

/** Where changes go before they are acknowledged. */
export interface Journal {
  /** Notes one change; `bytes` is the document that it put. */
  append(change: Doc, bytes?: Buffer): void
  /** Hands all noted changes to the operating system: they outlive a kill of the process. */
  write(): void
  /** Resolves when all that was written is on the disk: it outlives a loss of power. */
  sync(): Promise<void>
  /** Writes, syncs and lets go of the file. */
  close(): Promise<void>
}

/** The journal of a server that keeps everything in memory. */
export const memoryJournal: Journal = {
  append() {},
  write() {},
  async sync() {},
  async close() {},
}
