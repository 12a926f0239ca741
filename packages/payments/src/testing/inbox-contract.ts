import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Inbox, InboxEntry } from '../store.js'
import { atOnce, eventually, LONG_MS, type ContractCase } from './contract-case.js'

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
      assert.deepEqual(await inbox.findDead(10), [{ id, paymentId, attempts: 1, error: 'broken' }])
      assert.equal(await inbox.replay(entry.id), true)
      const again = await eventually(() => claim(inbox))
      assert.equal(again.attempts, 1)
      assert.deepEqual(await inbox.findDead(10), [])
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
