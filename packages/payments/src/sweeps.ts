import { performance } from 'node:perf_hooks'
import { describeError, type Logger } from './logger.js'
import type { Provider, ProviderEvent } from './provider.js'
import type { ClaimOptions, Inbox, SweepClaim } from './store.js'

/** One provider's events, about to be looked through under a lease. */
export interface Sweep extends SweepClaim {
  readonly provider: string
}

/** What sweeps need. */
export interface SweepDeps {
  inbox: Inbox
  providers: Readonly<Record<string, Provider>>
  now: () => Promise<Date>
  logger: Logger
}

/** Events may be listed a little after they were made, and in another order. */
const OVERLAP_MS = 10 * 60 * 1000
/** The first look goes back as far as providers deliver again; what is older, open payments have asked for. */
const FIRST_LOOK_MS = 3 * 24 * 60 * 60 * 1000
const BATCH = 100
const LOOK_AT_MOST_EVERY_MS = 60_000

/** Finds in the providers' own lists what never reached us. Whoever has the lease of a provider does it. */
export function createSweeps({ inbox, providers, now, logger }: SweepDeps, ticks = () => performance.now()) {
  const looks = Object.entries(providers).flatMap(([name, { events }]) =>
    events && Number.isFinite(events.everyMs) ? [{ name, events, nextAt: -Infinity }] : [],
  )

  /** The sweep that is due, if there is one. Whether it is, the inbox is not asked at each turn of a worker. */
  async function claim({ owner, leaseMs }: Pick<ClaimOptions, 'owner' | 'leaseMs'>): Promise<Sweep | null> {
    for (const look of looks) {
      if (look.nextAt > ticks()) continue
      look.nextAt = ticks() + Math.min(look.events.everyMs / 10, LOOK_AT_MOST_EVERY_MS)
      const claimed = await inbox.claimSweep(`events:${look.name}`, { owner, leaseMs })
      if (claimed) return { ...claimed, provider: look.name }
    }
    return null
  }

  /** list → what is missing → stored under the id that its callback has. The cursor moves once all of it is stored. */
  async function run({ provider, lease, cursor }: Sweep, signal: AbortSignal): Promise<void> {
    const { list, everyMs } = providers[provider]!.events!
    let newest = cursor
    let found = 0
    try {
      const since = (cursor ?? new Date((await now()).getTime() - FIRST_LOOK_MS)).getTime() - OVERLAP_MS
      for await (const batch of batches(list(new Date(since)))) {
        if (signal.aborted) return
        found += await insertMissing(provider, batch)
        for (const { createdAt } of batch) if (newest === null || createdAt > newest) newest = createdAt
      }
    } catch (error) {
      logger.warn('events could not be listed', { provider, err: describeError(error) })
      await inbox.setSweep(lease, { dueInMs: everyMs })
      return
    }
    if (found > 0) logger.info('events found that never came', { provider, found })
    await inbox.setSweep(lease, { dueInMs: everyMs, ...(newest && { cursor: newest }) })
  }

  async function insertMissing(provider: string, batch: ProviderEvent[]): Promise<number> {
    const missing = new Set(await inbox.missing(batch.map(({ eventId }) => eventId)))
    let stored = 0
    for (const { eventId, createdAt: _, ...facts } of batch) {
      if (!missing.has(eventId)) continue
      const entry = { ...facts, id: eventId, provider, verifiedBy: 'sweep' }
      if ((await inbox.insert(entry)) === 'stored') stored += 1
    }
    return stored
  }

  return { claim, run }
}

async function* batches(events: AsyncIterable<ProviderEvent>): AsyncGenerator<ProviderEvent[]> {
  let batch: ProviderEvent[] = []
  for await (const event of events) {
    batch.push(event)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
