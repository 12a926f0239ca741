import { expect, test } from 'vitest'
import { memoryInbox } from '../src/index.js'
import type { Provider, ProviderEvent } from '../src/provider.js'
import { createSweeps } from '../src/sweeps.js'

const MINUTE = 60_000
const T0 = Date.UTC(2026, 10, 26)

const event = (n: number, createdAt = T0): ProviderEvent => ({
  eventId: `evt_${n}`,
  paymentId: `pay_${n}`,
  attemptId: '1',
  createdAt: new Date(createdAt),
  raw: Buffer.from('{}'),
})

/** Sweeps of one provider over a real inbox, what they asked, and a clock that stands until it is told. */
function sweepsOf(events: ProviderEvent[], everyMs = 1) {
  const inbox = memoryInbox()
  const asked = { turns: 0, batches: [] as number[], since: [] as number[], logged: [] as object[] }
  const watched: typeof inbox = {
    ...inbox,
    claimSweep: (...args) => ((asked.turns += 1), inbox.claimSweep(...args)),
    missing: (ids) => (asked.batches.push(ids.length), inbox.missing(ids)),
  }
  const list = async function* (since: Date) {
    asked.since.push(since.getTime())
    yield* events
  }
  const providers = { stripe: { events: { everyMs, list } } as unknown as Provider }
  const silent = () => {}
  const logger = {
    ...{ debug: silent, warn: silent, error: silent },
    info: (_: string, fields?: object) => asked.logged.push(fields!),
  }
  const clock = { ms: 0 }
  const now = async () => new Date(T0)
  const sweeps = createSweeps({ inbox: watched, providers, now, logger }, () => clock.ms)
  const claim = () => sweeps.claim({ owner: 'a', leaseMs: MINUTE })
  /** The next turn, once it is due. */
  async function turn() {
    for (;;) {
      clock.ms += MINUTE
      const sweep = await claim()
      if (sweep) return sweep
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  return { inbox, asked, clock, claim, turn, run: sweeps.run }
}

const running = new AbortController().signal

test('the first look goes back three days, the next ones to ten minutes before the newest event', async () => {
  for (const ages of [
    [3, 1, 2],
    [1, 2, 3],
    [3, 2, 1],
  ]) {
    const { turn, run, asked } = sweepsOf(ages.map((age) => event(age, T0 - age * MINUTE)))
    await run(await turn(), running)
    await run(await turn(), running)
    expect(asked.since).toEqual([T0 - (3 * 24 * 60 + 10) * MINUTE, T0 - 11 * MINUTE])
  }
})

test('a look that finds nothing keeps its place, and says nothing', async () => {
  const events = [event(1, T0 - MINUTE)]
  const { turn, run, asked } = sweepsOf(events)
  await run(await turn(), running)
  events.length = 0
  await run(await turn(), running)
  await run(await turn(), running)
  expect(asked.since.slice(1)).toEqual([T0 - 11 * MINUTE, T0 - 11 * MINUTE])
  expect(asked.logged).toEqual([{ provider: 'stripe', found: 1 }])
})

test('the inbox is not asked at each turn of a worker whether a look is due', async () => {
  const { claim, clock, asked } = sweepsOf([], 10 * MINUTE)
  for (let n = 0; n < 100; n++) await claim()
  expect(asked.turns).toBe(1)
  clock.ms += MINUTE - 1
  await claim()
  expect(asked.turns).toBe(1)
  clock.ms += 1
  await claim()
  expect(asked.turns).toBe(2)
})

test('many events are looked up a hundred at a time, and stored once', async () => {
  const { inbox, turn, run, asked } = sweepsOf(Array.from({ length: 250 }, (_, n) => event(n)))
  await run(await turn(), running)
  await run(await turn(), running)
  expect(asked.batches).toEqual([100, 100, 50, 100, 100, 50])
  expect(asked.logged).toEqual([{ provider: 'stripe', found: 250 }])
  expect(await inbox.list({ limit: 1000 })).toHaveLength(250)
})

test('one that is stopped stores no further, and keeps its place', async () => {
  const stop = new AbortController()
  const events = Array.from({ length: 300 }, (_, n) => event(n))
  const { inbox, turn, run } = sweepsOf(events)
  const sweep = await turn()
  Object.defineProperty(events[150], 'createdAt', { get: () => (stop.abort(), new Date(T0)) })
  await run(sweep, stop.signal)
  expect(await inbox.list({ limit: 1000 })).toHaveLength(200)
  await inbox.setSweep(sweep.lease, { dueInMs: 0 })
  expect((await turn()).cursor).toBeNull()
})
