import type { StateStore } from './state-store.js'

/** One counter that an attempt meets. */
export interface BackoffRule {
  key: string
  /** Failures before the first wait. */
  free: number
  /** Whether a success clears the counter; else it takes back this attempt alone, so that no login of one's own buys guesses. */
  clears: boolean
}

/** An attempt that has been counted, as if it had failed. */
export interface BackoffAttempt {
  /** 0: go on. */
  waitSeconds: number
  succeed(): Promise<void>
  /** It was none: the server failed. */
  forget(): Promise<void>
}

interface Count {
  failures: number
  /** In ms since 1970. */
  blockedUntil: number
}

/** How long a counter is kept after the last failure, beyond the wait. */
const memoryMs = 86_400_000

/** Counts failures, and makes each one beyond the free ones wait twice as long as the one before. */
export function createBackoff(
  store: StateStore,
  { firstWaitSeconds, maxWaitSeconds }: { firstWaitSeconds: number; maxWaitSeconds: number },
): { begin(rules: readonly BackoffRule[]): Promise<BackoffAttempt> } {
  return {
    async begin(rules) {
      // First a look at all of them: what is refused is not counted, or guessing on would make the wait longer.
      const waits = await Promise.all(rules.map(async ({ key }) => waitOf(parse(await store.get(key)))))
      let waitSeconds = Math.max(...waits)
      for (const rule of rules) if (waitSeconds === 0) waitSeconds = await count(rule)
      return {
        waitSeconds,
        succeed: () => each(rules, (rule) => (rule.clears ? clear(rule) : takeBack(rule))),
        forget: () => each(rules, takeBack),
      }
    },
  }

  async function count({ key, free }: BackoffRule): Promise<number> {
    let wait = 0
    await change(key, (count) => {
      wait = waitOf(count)
      return wait > 0 ? count : failed(count, free)
    })
    return wait
  }

  function failed({ failures }: Count, free: number): Count {
    const doublings = failures + 1 - free
    const waitSeconds = doublings < 0 ? 0 : Math.min(firstWaitSeconds * 2 ** doublings, maxWaitSeconds)
    return { failures: failures + 1, blockedUntil: waitSeconds === 0 ? 0 : Date.now() + waitSeconds * 1000 }
  }

  function takeBack({ key, free }: BackoffRule): Promise<void> {
    return change(key, ({ failures, blockedUntil }) => ({
      failures: Math.max(failures - 1, 0),
      blockedUntil: failures - 1 < free ? 0 : blockedUntil,
    }))
  }

  function clear({ key }: BackoffRule): Promise<void> {
    return change(key, () => ({ failures: 0, blockedUntil: 0 }))
  }

  /** Until nobody comes between. Each round somebody's change is written, so that all come through. */
  async function change(key: string, next: (count: Count) => Count): Promise<void> {
    for (;;) {
      const before = await store.get(key)
      const { failures, blockedUntil } = next(parse(before))
      const after = failures === 0 ? undefined : `${failures} ${blockedUntil}`
      if (after === before) return
      const expiresAt = new Date(Math.max(blockedUntil, Date.now()) + memoryMs)
      if (await store.swap(key, before, after, expiresAt)) return
    }
  }
}

function parse(text: string | undefined): Count {
  const [failures = 0, blockedUntil = 0] = (text ?? '').split(' ').filter(Boolean).map(Number)
  return { failures, blockedUntil }
}

function waitOf({ blockedUntil }: Count): number {
  return Math.max(0, Math.ceil((blockedUntil - Date.now()) / 1000))
}

async function each(
  rules: readonly BackoffRule[],
  work: (rule: BackoffRule) => Promise<void>,
): Promise<void> {
  await Promise.all(rules.map(work))
}
