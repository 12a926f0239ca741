import type { Context } from './context.js'
import type { OperationName } from './operations.js'

/**
 * Creates the gateway's rate limit: within any period, so many requests and no more. Apigee's own rule is stricter
 * about bursts; this is the most that a client may count on.
 */
export function createSpikeArrest({ clock, faults, settings }: Context) {
  const admitted: Partial<Record<OperationName, number[]>> = {}

  /** The rate that this request breaks, if it breaks one. */
  return function arrest(name: OperationName): { requests: number; perMs: number } | undefined {
    const rate = settings.spikeArrest[name]
    if (faults.take('spikeArrest', { on: name })) return rate ?? { requests: 5, perMs: 60_000 }
    if (!rate) return undefined
    const recent = (admitted[name] ?? []).filter((atMs) => clock.now() - atMs < rate.perMs)
    if (recent.length >= rate.requests) return rate
    admitted[name] = [...recent, clock.now()]
    return undefined
  }
}
