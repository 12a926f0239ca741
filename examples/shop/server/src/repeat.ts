interface RepeatOptions {
  everyMs: number
  logger: Pick<Console, 'warn'>
}

/** Does something again and again, never twice at once. A failure is logged, and tried again in its turn. */
export function repeat(work: () => Promise<void>, { everyMs, logger }: RepeatOptions) {
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let running = run()

  return {
    /** Resolves when the work under way has ended. */
    async close() {
      closed = true
      clearTimeout(timer)
      await running
    },
  }

  async function run() {
    try {
      await work()
    } catch (error) {
      logger.warn(`${work.name} failed; it is tried again`, { err: error })
    }
    if (!closed) timer = setTimeout(() => (running = run()), everyMs)
  }
}
