import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { DeadEntry, Inbox, InboxEntry } from '../store.js'
import { atOnce, eventually, LONG_MS, type ContractCase } from './contract-case.js'
import { sweepCases } from './sweep-cases.js'

/**
 * What every {@link Inbox} promises. `create` gives an empty inbox for each case:
 *
 * ```ts
 * for (const { name, run } of inboxContract(() => myInbox())) test(name, run)
 * ```
 */
export function inboxContract(create: () => Promise<Inbox> | Inbox): ContractCase[] {
  const promise = (name: string, check: (inbox: Inbox) => Promise<void>): ContractCase => {
    return { name, run: async () => check(await create()) }
  }
  const claim = (inbox: Inbox, { leaseMs = LONG_MS, exclude = [] as string[] } = {}) =>
    inbox.claim({ owner: 'contract', leaseMs, exclude })

  return [
    promise('gives back a callback as it came, byte for byte', async (inbox) => {
      const entry = callback({ raw: Uint8Array.from({ length: 256 }, (_, byte) => byte) })
      assert.equal(await inbox.insert(entry), 'stored')
      const claimed = (await claim(inbox))!
      assert.deepEqual([...claimed.entry.raw], [...entry.raw])
      assert.deepEqual({ ...claimed.entry, raw: null }, { ...entry, raw: null })
      assert.equal(claimed.attempts, 1)
    }),

    promise('stores one of fifty deliveries of the same callback', async (inbox) => {
      const entry = callback()
      const results = await atOnce(50, () => inbox.insert(entry))
      assert.equal(results.filter((result) => result === 'stored').length, 1)
      assert.equal(results.filter((result) => result === 'duplicate').length, 49)
      assert.notEqual(await claim(inbox), null)
      assert.equal(await claim(inbox), null)
    }),

    promise('hands out the oldest first', async (inbox) => {
      const entries = [callback(), callback(), callback()]
      for (const entry of entries) {
        await inbox.insert(entry)
        await tick()
      }
      for (const entry of entries) assert.equal((await claim(inbox))?.entry.id, entry.id)
    }),

    promise('does not hand out callbacks of excluded payments', async (inbox) => {
      const [first, second] = [callback(), callback()]
      await inbox.insert(first)
      await inbox.insert(second)
      assert.equal((await claim(inbox, { exclude: [first.paymentId] }))?.entry.id, second.id)
      assert.equal(await claim(inbox, { exclude: [first.paymentId] }), null)
    }),

    promise('gives each callback to one of many claimants', async (inbox) => {
      for (let count = 0; count < 5; count++) await inbox.insert(callback())
      const ids = (await atOnce(12, () => claim(inbox))).flatMap((result) => result?.entry.id ?? [])
      for (let more = await claim(inbox); more; more = await claim(inbox)) ids.push(more.entry.id)
      assert.equal(ids.length, 5)
      assert.equal(new Set(ids).size, 5)
    }),

    promise(
      'hands out again when a lease has run out, and refuses its old holder everything',
      async (inbox) => {
        await inbox.insert(callback())
        const first = (await claim(inbox, { leaseMs: 20 }))!
        const second = await eventually(() => claim(inbox))
        assert.equal(second.attempts, 2)
        assert.ok(second.lease.token > first.lease.token)
        assert.equal(await inbox.extend(first.lease, LONG_MS), false)
        assert.equal(await inbox.complete(first.lease), false)
        assert.equal(await inbox.retry(first.lease, { delayMs: 0, error: 'x' }), false)
        assert.equal(await inbox.release(first.lease), false)
        assert.equal(await inbox.bury(first.lease, 'x'), false)
        assert.equal(await inbox.complete(second.lease), true)
      },
    ),

    promise('keeps a lease that is extended', async (inbox) => {
      await inbox.insert(callback())
      const { lease } = (await claim(inbox, { leaseMs: 200 }))!
      assert.equal(await inbox.extend(lease, LONG_MS), true)
      assert.equal(await claim(inbox), null)
    }),

    promise('never hands out again what is complete, and knows it for ever', async (inbox) => {
      const entry = callback()
      await inbox.insert(entry)
      const { lease } = (await claim(inbox))!
      assert.equal(await inbox.complete(lease), true)
      assert.equal(await inbox.complete(lease), false)
      assert.equal(await inbox.insert(entry), 'duplicate')
      assert.equal(await claim(inbox), null)
    }),

    promise('hands out again, after the delay, what is to be retried', async (inbox) => {
      const [soon, later] = [callback(), callback()]
      await inbox.insert(soon)
      await inbox.retry((await claim(inbox))!.lease, { delayMs: 1, error: 'not yet' })
      await inbox.insert(later)
      await inbox.retry((await claim(inbox, { exclude: [soon.paymentId] }))!.lease, {
        delayMs: LONG_MS,
        error: 'x',
      })
      const again = await eventually(() => claim(inbox))
      assert.equal(again.entry.id, soon.id)
      assert.equal(again.attempts, 2)
      assert.equal(await claim(inbox), null)
    }),

    promise('forgets the attempt of what is released', async (inbox) => {
      await inbox.insert(callback())
      assert.equal(await inbox.release((await claim(inbox))!.lease), true)
      const again = await eventually(() => claim(inbox))
      assert.equal(again.attempts, 1)
    }),

    promise('keeps the dead, and brings them back when asked', async (inbox) => {
      const entry = callback()
      await inbox.insert(entry)
      assert.equal(await inbox.replay(entry.id), false)
      await inbox.bury((await claim(inbox))!.lease, 'broken')
      assert.equal(await claim(inbox), null)
      const { id, paymentId } = entry
      const [{ diedAt, ...dead }] = (await inbox.findDead(10)) as [DeadEntry]
      assert.deepEqual(dead, { id, paymentId, attempts: 1, error: 'broken' })
      assert.ok(diedAt instanceof Date)
      assert.equal(await inbox.replay(entry.id), true)
      const again = await eventually(() => claim(inbox))
      assert.equal(again.attempts, 1)
      assert.deepEqual(await inbox.findDead(10), [])
    }),

    promise('lists the dead as they died, no more than asked for', async (inbox) => {
      const [first, second, third] = [callback(), callback(), callback()]
      for (const entry of [first, second, third]) await inbox.insert(entry)
      const claims = [await claim(inbox), await claim(inbox), await claim(inbox)]
      for (const entry of [third, first, second]) {
        await inbox.bury(claims.find((one) => one?.entry.id === entry.id)!.lease, 'x')
        await tick()
      }
      const listed = await inbox.findDead(2)
      assert.deepEqual(
        listed.map(({ id }) => id),
        [third.id, first.id],
      )
    }),

    promise('shows an entry as it stands, with its last five errors', async (inbox) => {
      const entry = callback({ raw: Uint8Array.of(0, 255) })
      await inbox.insert(entry)
      await inbox.insert(entry)
      for (let count = 1; count <= 6; count++) {
        const { lease } = await eventually(() => claim(inbox))
        await inbox.retry(lease, { delayMs: 0, error: `error ${count}` })
      }
      const stored = (await inbox.find(entry.id))!
      assert.deepEqual({ ...stored.entry, raw: [...stored.entry.raw] }, { ...entry, raw: [0, 255] })
      const { state, attempts, deliveries, receivedAt, dueAt, errors } = stored
      assert.deepEqual({ state, attempts, deliveries }, { state: 'pending', attempts: 6, deliveries: 2 })
      assert.ok(receivedAt <= dueAt)
      assert.deepEqual(
        errors.map(({ message }) => message),
        [2, 3, 4, 5, 6].map((count) => `error ${count}`),
      )
      assert.ok(errors.every(({ at }) => at instanceof Date))
      assert.equal(await inbox.find('nobody'), null)
      assert.equal(await inbox.find('clock'), null)
    }),

    promise(
      'discards the dead and nothing else, keeps who and why, and never hands them out',
      async (inbox) => {
        const why = { reason: 'a test of theirs', actor: 'amina' }
        const entry = callback()
        assert.equal(await inbox.discard(entry.id, why), false)
        await inbox.insert(entry)
        assert.equal(await inbox.discard(entry.id, why), false)
        await inbox.bury((await claim(inbox))!.lease, 'broken')
        const discarded = await atOnce(5, (index) => inbox.discard(entry.id, { ...why, actor: `a${index}` }))
        assert.equal(discarded.filter(Boolean).length, 1)
        const stored = (await inbox.find(entry.id))!
        assert.equal(stored.state, 'discarded')
        const { at, ...kept } = stored.discarded!
        assert.ok(at instanceof Date)
        assert.deepEqual(kept, { ...why, actor: `a${discarded.indexOf(true)}` })
        assert.equal(await inbox.replay(entry.id), false)
        assert.equal(await inbox.insert(entry), 'duplicate')
        assert.equal(await claim(inbox), null)
        assert.deepEqual(await inbox.findDead(10), [])
      },
    ),

    promise('keeps what is ignored, and hands it out to nobody until it is replayed', async (inbox) => {
      const entry = callback({ type: 'charge.updated', ignored: 'not a type that is handled' })
      assert.equal(await inbox.insert(entry), 'stored')
      assert.equal(await inbox.insert(entry), 'duplicate')
      assert.equal(await claim(inbox), null)
      const stored = (await inbox.find(entry.id))!
      assert.equal(stored.state, 'ignored')
      assert.deepEqual({ ...stored.entry, raw: null }, { ...entry, raw: null })
      assert.equal(await inbox.discard(entry.id, { reason: 'r', actor: 'a' }), false)
      assert.equal(await inbox.replay(entry.id), true)
      const again = await eventually(() => claim(inbox))
      const { ignored: _, ...kept } = entry
      assert.deepEqual({ ...again.entry, raw: null }, { ...kept, raw: null })
      assert.equal(again.attempts, 1)
    }),

    promise('is told at its completion that nothing followed from an entry', async (inbox) => {
      const entry = callback()
      await inbox.insert(entry)
      const { lease } = (await claim(inbox))!
      assert.equal(await inbox.complete(lease, { ignored: 'nobody knows it' }), true)
      const { state, entry: kept } = (await inbox.find(entry.id))!
      assert.deepEqual([state, kept.ignored], ['ignored', 'nobody knows it'])
      assert.equal(await claim(inbox), null)
      assert.equal(await inbox.replay(entry.id), true)
    }),

    promise('lists what came last first, by state and type, without the bytes', async (inbox) => {
      const entries = [
        callback({ type: 'a' }),
        callback({ type: 'b', ignored: 'x' }),
        callback({ type: 'a', ignored: 'y' }),
        callback(),
      ]
      for (const entry of entries) {
        await inbox.insert(entry)
        await tick()
      }
      await inbox.claimSweep('events', { owner: 'contract', leaseMs: LONG_MS })
      const [first, second, third, fourth] = entries.map(({ id }) => id)
      const listed = async (filter: Omit<Parameters<Inbox['list']>[0], 'limit'>, limit = 10) =>
        (await inbox.list({ limit, ...filter })).map(({ entry }) => entry.id)
      assert.deepEqual(await listed({}), [fourth, third, second, first])
      assert.deepEqual(await listed({}, 2), [fourth, third])
      assert.deepEqual(await listed({ state: 'ignored' }), [third, second])
      assert.deepEqual(await listed({ type: 'a' }), [third, first])
      assert.deepEqual(await listed({ state: 'pending', type: 'a' }), [first])
      assert.deepEqual(await listed({ state: 'dead' }), [])
      const { raw: _, ...facts } = entries[1]!
      const { entry, state, attempts, deliveries, receivedAt } = (await inbox.list({ limit: 3 }))[2]!
      assert.deepEqual(entry, facts)
      assert.deepEqual({ state, attempts, deliveries }, { state: 'ignored', attempts: 0, deliveries: 1 })
      assert.ok(receivedAt instanceof Date)
    }),

    promise('knows which callbacks never came, whatever became of the others', async (inbox) => {
      const [done, ignored, waiting] = [callback(), callback({ ignored: 'x' }), callback()]
      await inbox.insert(done)
      await inbox.complete((await claim(inbox))!.lease)
      await inbox.insert(ignored)
      await inbox.insert(waiting)
      const ids = ['nobody', done.id, ignored.id, waiting.id, 'clock2']
      assert.deepEqual(await inbox.missing(ids), ['nobody', 'clock2'])
      assert.deepEqual(await inbox.missing([]), [])
    }),

    ...sweepCases(create),

    promise('lets one of a replay and a discard at the same moment through', async (inbox) => {
      const entry = callback()
      await inbox.insert(entry)
      await inbox.bury((await claim(inbox))!.lease, 'broken')
      const done = await Promise.all([
        inbox.replay(entry.id),
        inbox.discard(entry.id, { reason: 'r', actor: 'a' }),
      ])
      assert.equal(done.filter(Boolean).length, 1)
      assert.equal((await inbox.find(entry.id))!.state, done[0] ? 'pending' : 'discarded')
    }),
  ]
}

function callback(fields: Partial<InboxEntry> = {}): InboxEntry {
  return {
    id: `mpesa:stk:${randomUUID()}`,
    provider: 'mpesa',
    paymentId: `pay_${randomUUID().replaceAll('-', '')}`,
    attemptId: '1',
    raw: new TextEncoder().encode('{ }'),
    verifiedBy: 'callbackSecret#1',
    ...fields,
  }
}

/** Long enough for two arrivals to have different times. */
function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2))
}
