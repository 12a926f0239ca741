import { lockDir, noJournal, openJournal, readJournal } from '../journal.js'
import { apply, emptyState, type Change, type State } from './state.js'

/** The state and the way to change it. */
export interface Store {
  /** The state now. To be read, never written. */
  readonly state: State
  /** Applies the changes at once and together. They are durable once `saved()` resolves. */
  commit(...changes: Change[]): void
  /** Resolves when every change so far is durable. To be awaited before anyone outside is told of one. */
  saved(): Promise<void>
  /** Calls `listener` after each change. Returns what ends that. */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}

/**
 * Opens the state kept in `dir`; without `dir`, one that lives in memory.
 *
 * @throws SandboxError SANDBOX_DIR_IN_USE, SANDBOX_JOURNAL_DAMAGED
 */
export async function openStore(dir?: string): Promise<Store> {
  const unlock = dir === undefined ? () => {} : lockDir(dir)
  const { state, journal } = await openJournaled(dir).catch((error: unknown) => {
    unlock()
    throw error
  })
  const listeners = new Set<() => void>()
  return {
    state,
    commit(...changes) {
      // First, and as text: applying a change may make its objects part of a state that goes on changing.
      journal.append({ changes })
      for (const change of changes) apply(state, change)
      for (const listener of listeners) listener()
    },
    saved: () => journal.saved(),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      await journal.close()
      unlock()
    },
  }
}

async function openJournaled(dir?: string) {
  if (dir === undefined) return { state: emptyState(), journal: noJournal }
  const state = readState(dir)
  return { state, journal: await openJournal(dir, { state }) }
}

function readState(dir: string): State {
  let state = emptyState()
  for (const record of readJournal(dir) as Array<{ state?: State; changes?: Change[] }>) {
    // A state that was written before something new was added to it has none of that.
    if (record.state) {
      const { stripe, cloudinary } = emptyState()
      state = {
        ...{ ...emptyState(), ...record.state },
        stripe: { ...stripe, ...record.state.stripe },
        cloudinary: { ...cloudinary, ...record.state.cloudinary },
      }
    }
    for (const change of record.changes ?? []) apply(state, change)
  }
  return state
}
