/** Tells whoever listens that something has changed, at most once per turn of the event loop. */
export interface Signal {
  send(): void
  listen(listener: () => void): () => void
  /** Drops every listener. */
  end(): void
}

/** Creates a signal. */
export function createSignal(): Signal {
  const listeners = new Set<() => void>()
  let isDue = false
  return {
    send() {
      if (isDue) return
      isDue = true
      setImmediate(() => {
        isDue = false
        for (const listener of listeners) listener()
      })
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    end: () => listeners.clear(),
  }
}
