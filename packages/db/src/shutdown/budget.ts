/** One span of time that several waits share. */
export interface Budget {
  /** The smaller of `ms` and of what is left. */
  within(ms: number): number
  end(): void
}

/** Calls `onExhausted` after `ms`, unless `end()` comes first. */
export function startBudget(ms: number, onExhausted: () => void): Budget {
  const endsAt = performance.now() + ms
  const timer = setTimeout(onExhausted, ms)
  return {
    within: (wanted) => Math.max(0, Math.min(wanted, endsAt - performance.now())),
    end: () => clearTimeout(timer),
  }
}

/** Resolves to true once `work` settles, to false after `ms` or when `cancel` is aborted. Never rejects. */
export function settlesWithin(work: Promise<unknown>, ms: number, cancel?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (settled: boolean): void => {
      clearTimeout(timer)
      resolve(settled)
    }
    const timer = setTimeout(() => finish(false), ms)
    if (cancel?.aborted) finish(false)
    cancel?.addEventListener('abort', () => finish(false), { once: true })
    work.then(
      () => finish(true),
      () => finish(true),
    )
  })
}
