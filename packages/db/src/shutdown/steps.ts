import { errorFields } from '../errors.js'
import type { Logger } from '../logger.js'
import { assertKnownKeys } from '../options.js'
import { settlesWithin, type Budget } from './budget.js'

/** Work to do while stopping: a function, or a function with a time of its own. */
export type ShutdownStep = (() => unknown) | { run: () => unknown; timeoutMs?: number | undefined }

/** Named steps, run in the order in which they are written. */
export type ShutdownSteps = Readonly<Record<string, ShutdownStep>>

interface NamedStep {
  name: string
  run: () => unknown
  timeoutMs: number
}

/** @internal */
export function normaliseSteps(option: string, steps: ShutdownSteps = {}, timeoutMs: number): NamedStep[] {
  return Object.entries(steps).map(([name, step]) => {
    const where = `createShutdown: ${option}.${name}`
    // JavaScript moves such keys to the front, so the order written would not be the order run.
    if (/^\d+$/.test(name))
      throw new TypeError(`${where}: name a step by a word, or its place in the order is lost.`)
    if (typeof step === 'function') return { name, run: step, timeoutMs }
    assertKnownKeys(where, step, ['run', 'timeoutMs'])
    if (typeof step.run !== 'function')
      throw new TypeError(`${where}: must be a function or { run, timeoutMs }.`)
    return { name, run: step.run, timeoutMs: step.timeoutMs ?? timeoutMs }
  })
}

/**
 * Runs every step, the next one also when one fails or takes too long: a database must be closed even if a queue would
 * not stop. Resolves to whether all went well. Logs before a step, never after: the last one may close the logger.
 * @internal
 */
export async function runSteps(steps: NamedStep[], budget: Budget, logger: Logger): Promise<boolean> {
  let allWell = true
  for (const step of steps) {
    logger.info('shutdown: step', { step: step.name })
    const work = Promise.resolve().then(step.run)
    work.catch((err: unknown) => {
      allWell = false
      logger.error('shutdown: step failed', { step: step.name, err: errorFields(err) })
    })
    if (await settlesWithin(work, budget.within(step.timeoutMs))) continue
    allWell = false
    logger.error('shutdown: step took too long, going on without it', {
      step: step.name,
      timeoutMs: step.timeoutMs,
    })
  }
  return allWell
}
