import type { StateStore } from './state-store.js'

/** State in the memory of this process: for tests and development. It ends with the process, and no other sees it. */
export function memoryStateStore(): StateStore {
  const entries = new Map<string, { value: string; expiresAt: number }>()
  let sweepAt = 0

  return {
    async get(key) {
      return read(key)
    },
    async swap(key, before, after, expiresAt) {
      if (read(key) !== before) return false
      dropExpired()
      if (after === undefined) entries.delete(key)
      else entries.set(key, { value: after, expiresAt: expiresAt.getTime() })
      return true
    },
  }

  function read(key: string): string | undefined {
    const entry = entries.get(key)
    return entry && entry.expiresAt > Date.now() ? entry.value : undefined
  }

  /** Once a minute: at every write it would cost more, the more there is. */
  function dropExpired(): void {
    const now = Date.now()
    if (now < sweepAt) return
    sweepAt = now + 60_000
    for (const [key, { expiresAt }] of entries) if (expiresAt <= now) entries.delete(key)
  }
}
