import assert from 'node:assert/strict'
import type { Inbox } from '../store.js'
import { atOnce, eventually, LONG_MS, type ContractCase } from './contract-case.js'

/** What every inbox promises about tasks that recur. */
export function sweepCases(create: () => Promise<Inbox> | Inbox): ContractCase[] {
  const promise = (name: string, check: (inbox: Inbox) => Promise<void>): ContractCase => {
    return { name, run: async () => check(await create()) }
  }

  return [
    promise('gives a task that recurs to one of many, and keeps its cursor', async (inbox) => {
      const turn = (leaseMs = LONG_MS) => inbox.claimSweep('events', { owner: 'contract', leaseMs })
      const claims = (await atOnce(12, () => turn())).filter((result) => result !== null)
      assert.equal(claims.length, 1)
      const { lease, cursor } = claims[0]!
      assert.equal(cursor, null)
      assert.notEqual(await inbox.claimSweep('other', { owner: 'contract', leaseMs: LONG_MS }), null)
      assert.equal(await inbox.setSweep(lease, { dueInMs: LONG_MS }), true)
      assert.equal(await turn(), null)
      assert.equal(await inbox.setSweep(lease, { dueInMs: 0, cursor: new Date(7) }), true)
      const second = await eventually(() => turn())
      assert.deepEqual(second.cursor, new Date(7))
      assert.equal(await inbox.setSweep(second.lease, { dueInMs: 0 }), true)
      assert.deepEqual((await eventually(() => turn())).cursor, new Date(7))
      assert.equal(await inbox.claim({ owner: 'contract', leaseMs: LONG_MS, exclude: [] }), null)
    }),

    promise(
      'gives such a task to another when the lease has run out, and refuses the old holder',
      async (inbox) => {
        const turn = (leaseMs: number) => inbox.claimSweep('events', { owner: 'contract', leaseMs })
        const first = (await turn(20))!
        const second = await eventually(() => turn(LONG_MS))
        assert.ok(second.lease.token > first.lease.token)
        assert.equal(await inbox.setSweep(first.lease, { dueInMs: 0, cursor: new Date(1) }), false)
        assert.equal(await turn(LONG_MS), null)
        assert.equal(await inbox.setSweep(second.lease, { dueInMs: 0 }), true)
        assert.equal((await eventually(() => turn(LONG_MS))).cursor, null)
      },
    ),
  ]
}
