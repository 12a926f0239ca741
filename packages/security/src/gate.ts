/** Lets a bounded number of tasks run at once; a bounded number waits, in order. */
export interface Gate {
  /** Runs `task` when its turn comes. Resolves to undefined, without running it, when too many wait already. */
  run<T>(task: () => Promise<T>): Promise<{ value: T } | undefined>
  /** Lets nothing more in. Resolves when what was let in has ended. */
  close(): Promise<void>
}

/** Makes a gate for `concurrency` tasks at once and `maxWaiting` behind them. */
export function createGate({ concurrency, maxWaiting }: { concurrency: number; maxWaiting: number }): Gate {
  const waiting: (() => void)[] = []
  const inside = new Set<Promise<unknown>>()
  let running = 0
  let closed = false

  return {
    async run(task) {
      if (closed || (running >= concurrency && waiting.length >= maxWaiting)) return undefined
      const passage = pass(task)
      inside.add(passage)
      try {
        return { value: await passage }
      } finally {
        inside.delete(passage)
      }
    },

    async close() {
      closed = true
      await Promise.allSettled(inside)
    },
  }

  async function pass<T>(task: () => Promise<T>): Promise<T> {
    if (running >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await task()
    } finally {
      // Whoever waits longest takes the place over; only when nobody does it becomes free.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
