/** Sandbox time, for whoever stands outside. */
export interface SandboxClock {
  /** How many times as fast as real time it runs; 0 stands still. */
  readonly timeScale: number
  /** Milliseconds since 1970. */
  now(): number
  /** Moves time forward by `ms` and resolves when all that came due in between has been done, in order. */
  advance(ms: number): Promise<void>
}

/** The one clock of a sandbox. Everything that takes time there takes it from here. */
export interface Clock {
  /** Sandbox time, in milliseconds since 1970. */
  now(): number
  /** Runs `task` once sandbox time reaches `dueMs`. */
  at(dueMs: number, task: () => void | Promise<void>): void
  /** Resolves when `ms` of sandbox time have passed. */
  sleep(ms: number): Promise<void>
  /** Moves time forward by `ms` and resolves when all that came due in between has been done, in order. */
  advance(ms: number): Promise<void>
  /** Cancels all tasks. */
  stop(): void
}

interface Task {
  dueMs: number
  run: () => void | Promise<void>
}

/** `setTimeout` fires at once when asked for more. */
const longestTimeoutMs = 2 ** 31 - 1

/** Creates a clock that starts at `startMs` and runs `timeScale` times as fast as real time; 0 stands still. */
export function createClock({ startMs, timeScale }: { startMs: number; timeScale: number }): Clock {
  const tasks = new Set<Task>() // in the order of their making, which decides where two are due together
  let origin = { realMs: performance.now(), sandboxMs: startMs }
  let timer: NodeJS.Timeout | undefined
  let advancing = 0

  const now = () => Math.floor(origin.sandboxMs + (performance.now() - origin.realMs) * timeScale)

  function earliest(): Task | undefined {
    let first: Task | undefined
    for (const task of tasks) if (!first || task.dueMs < first.dueMs) first = task
    return first
  }

  function arm(): void {
    clearTimeout(timer)
    const task = earliest()
    if (!task || timeScale === 0 || advancing > 0) return
    const realMs = Math.max(0, (task.dueMs - now()) / timeScale)
    timer = setTimeout(runDue, Math.min(Math.ceil(realMs), longestTimeoutMs))
  }

  function runDue(): void {
    for (let task = earliest(); task && task.dueMs <= now(); task = earliest()) {
      tasks.delete(task)
      void task.run()
    }
    arm()
  }

  function setTo(sandboxMs: number): void {
    origin = { realMs: performance.now(), sandboxMs }
  }

  function at(dueMs: number, run: Task['run']): void {
    tasks.add({ dueMs, run })
    arm()
  }

  return {
    now,
    at,
    sleep: (ms) => new Promise((resolve) => at(now() + ms, resolve)),
    async advance(ms) {
      const targetMs = now() + ms
      advancing++
      for (let task = earliest(); task && task.dueMs <= targetMs; task = earliest()) {
        tasks.delete(task)
        setTo(Math.max(now(), task.dueMs))
        await task.run()
      }
      setTo(Math.max(now(), targetMs))
      advancing--
      arm()
    },
    stop() {
      clearTimeout(timer)
      tasks.clear()
    },
  }
}
