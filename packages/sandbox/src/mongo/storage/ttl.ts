import type { ServerState } from '../commands/command.js'
import { typeOrder } from '../bson/value.js'
import type { Collection } from './collection.js'
import type { Index } from './index.js'

/** Removes expired documents every `intervalMs`, and forgets idle cursors. Returns the function that stops it. */
export function startTtlMonitor(
  state: ServerState,
  intervalMs: number,
  onFatal: (err: unknown) => void,
): () => void {
  const timer = setInterval(() => {
    try {
      removeExpired(state, new Date())
      state.cursors.reap()
    } catch (err) {
      onFatal(err)
    }
  }, intervalMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** Removes the documents that have expired by now. */
export function removeExpired({ catalog }: Pick<ServerState, 'catalog'>, now: Date): void {
  for (const db of catalog.databases()) {
    for (const collection of catalog.collections(db)) {
      for (const index of collection.indexes) {
        if (index.spec.expireAfterSeconds !== undefined) removeFrom(collection, index, now)
      }
    }
  }
  catalog.journal.write()
}

function removeFrom(collection: Collection, index: Index, now: Date): void {
  const limit = new Date(now.getTime() - index.spec.expireAfterSeconds! * 1000)
  // Dates up to the limit. In an array it is the earliest that counts, and each has an entry of its own.
  const expired = index.within([{ type: typeOrder(limit), high: { value: limit, inclusive: true } }])
  for (const stored of new Set([...expired].map((entry) => entry.stored))) collection.remove(stored)
}
