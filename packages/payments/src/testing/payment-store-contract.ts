import assert from 'node:assert/strict'
import type { PaymentRecord } from '../payment.js'
import type { PaymentStore } from '../store.js'
import { atOnce, eventually, LONG_MS, type ContractCase } from './contract-case.js'
import { dispute, effect, FUTURE, newId, PAST, payment, refund } from './payment-fixtures.js'

/**
 * What every {@link PaymentStore} promises. `create` gives an empty store for each case:
 *
 * ```ts
 * for (const { name, run } of paymentStoreContract(() => myStore())) test(name, run)
 * ```
 */
export function paymentStoreContract(create: () => Promise<PaymentStore> | PaymentStore): ContractCase[] {
  const promise = (name: string, check: (store: PaymentStore) => Promise<void>): ContractCase => {
    return { name, run: async () => check(await create()) }
  }
  const claim = (store: PaymentStore, { leaseMs = LONG_MS, exclude = [] as string[] } = {}) =>
    store.claim({ owner: 'contract', leaseMs, exclude })

  return [
    promise('gives back a payment as it was stored', async (store) => {
      const record = payment({
        reviewReason: 'mismatch',
        metadata: { 'a.b': '1', $c: '2' },
        attempts: [
          {
            id: '1',
            status: 'processing',
            providerRef: null,
            startedAt: new Date(5),
            payerMessage: { en: 'a', sw: 'b' },
            claim: { amount: null, at: new Date(7), contradicted: true },
          },
        ],
        history: [
          { at: new Date(1), attemptId: '1', evidence: 'read', observed: 'x', from: 'created', to: 'review' },
        ],
        outbox: [effect({ refundId: 'ref_1' })],
        refunds: [refund()],
        disputes: [dispute()],
        nextCheckAt: FUTURE,
      })
      await store.insert(record)
      assert.deepEqual(await store.get(record.id), record)
      assert.equal(await store.get('nobody'), null)
    }),

    promise('forgets a review reason that is gone', async (store) => {
      const record = payment({ status: 'review', reviewReason: 'unresolved' })
      await store.insert(record)
      const next: PaymentRecord = { ...record, status: 'failed', version: 2 }
      delete next.reviewReason
      await store.replace(next, { version: 1 })
      assert.deepEqual(await store.get(record.id), next)
    }),

    promise('gives copies: what a caller does to them changes nothing', async (store) => {
      const record = payment()
      await store.insert(record)
      record.metadata['changed'] = 'yes'
      const read = await store.get(record.id)
      read!.amount = { minor: 1, currency: 'KES' }
      assert.deepEqual(await store.get(record.id), { ...record, metadata: {} })
    }),

    promise('stores one of many payments with the same id, and gives it to all', async (store) => {
      const id = newId()
      const results = await atOnce(20, (index) => store.insert(payment({ id, reference: `R${index}` })))
      assert.equal(results.filter(({ inserted }) => inserted).length, 1)
      const kept = await store.get(id)
      for (const { record } of results) assert.deepEqual(record, kept)
    }),

    promise('lets one of many writers on the same version through', async (store) => {
      const record = payment()
      await store.insert(record)
      const written = await atOnce(20, (index) =>
        store.replace({ ...record, version: 2, reference: `R${index}` }, { version: 1 }),
      )
      assert.equal(written.filter(Boolean).length, 1)
      assert.equal((await store.get(record.id))!.reference, `R${written.indexOf(true)}`)
      assert.equal(await store.replace({ ...record, id: 'nobody' }, { version: 1 }), false)
    }),

    promise('finds a payment by provider and reference', async (store) => {
      const attempt = { id: '1', status: 'pending', startedAt: PAST } as const
      const record = payment({ attempts: [{ ...attempt, providerRef: 'ws_1' }] })
      await store.insert(record)
      await store.insert(payment({ attempts: [{ ...attempt, providerRef: null }] }))
      assert.equal((await store.findByProviderRef('mpesa', 'ws_1'))!.id, record.id)
      assert.equal(await store.findByProviderRef('other', 'ws_1'), null)
      assert.equal(await store.findByProviderRef('mpesa', 'ws_2'), null)
    }),

    promise('lists the payments of one reference, oldest first', async (store) => {
      const [reference, other] = [newId(), newId()]
      const [first, second] = [
        payment({ reference, createdAt: PAST }),
        payment({ reference, createdAt: FUTURE }),
      ]
      const elsewhere = payment({ reference, provider: 'other' })
      for (const record of [second, elsewhere, first, payment({ reference: other })])
        await store.insert(record)
      assert.deepEqual(await store.listByReference('mpesa', reference), [first, second])
      assert.deepEqual(await store.listByReference('mpesa', newId()), [])
    }),

    promise('claims what is due, longest due first, and nothing else', async (store) => {
      const late = payment({ nextCheckAt: new Date(PAST.getTime() - 5_000) })
      const effects = payment({ nextCheckAt: FUTURE, outbox: [effect({ nextRunAt: PAST })] })
      const notYet = payment({ nextCheckAt: FUTURE, outbox: [effect({ nextRunAt: FUTURE })] })
      const done = payment({ outbox: [effect({ state: 'done' }), effect({ state: 'dead' })] })
      for (const record of [effects, notYet, late, done, payment()]) await store.insert(record)
      assert.equal((await claim(store))?.record.id, late.id)
      assert.equal((await claim(store))?.record.id, effects.id)
      assert.equal(await claim(store), null)
    }),

    promise('becomes due, and ceases to be, by being written', async (store) => {
      const record = payment()
      await store.insert(record)
      assert.equal(await claim(store), null)
      await store.replace({ ...record, version: 2, nextCheckAt: PAST }, { version: 1 })
      const claimed = await claim(store)
      assert.equal(claimed?.record.version, 2)
      await store.replace({ ...record, version: 3, nextCheckAt: null }, { version: 2 })
      await store.release(claimed!.lease)
      assert.equal(await claim(store), null)
    }),

    promise('does not claim what is excluded', async (store) => {
      const [first, second] = [payment({ nextCheckAt: PAST }), payment({ nextCheckAt: PAST })]
      await store.insert(first)
      await store.insert(second)
      assert.equal((await claim(store, { exclude: [first.id] }))?.record.id, second.id)
      assert.equal(await claim(store, { exclude: [first.id] }), null)
    }),

    promise('gives each due payment to one of many claimants', async (store) => {
      for (let count = 0; count < 5; count++) await store.insert(payment({ nextCheckAt: PAST }))
      const claimed = (await atOnce(12, () => claim(store))).filter((result) => result !== null)
      assert.equal(new Set(claimed.map(({ record }) => record.id)).size, claimed.length)
      while (await claim(store)) claimed.length += 1
      assert.equal(claimed.length, 5)
    }),

    promise('claims again when a lease has run out, and refuses its old holder everything', async (store) => {
      const record = payment({ nextCheckAt: PAST })
      await store.insert(record)
      const first = await claim(store, { leaseMs: 20 })
      const second = await eventually(() => claim(store))
      assert.ok(second.lease.token > first!.lease.token)
      assert.equal(await store.extend(first!.lease, LONG_MS), false)
      assert.equal(await store.replace({ ...record, version: 2 }, { version: 1, lease: first!.lease }), false)
      await store.release(first!.lease)
      assert.equal(await claim(store), null)
      assert.equal(await store.replace({ ...record, version: 2 }, { version: 1, lease: second.lease }), true)
    }),

    promise('keeps a lease that is extended, and frees one that is released', async (store) => {
      await store.insert(payment({ nextCheckAt: PAST }))
      const { lease } = (await claim(store, { leaseMs: 200 }))!
      assert.equal(await store.extend(lease, LONG_MS), true)
      assert.equal(await claim(store), null)
      await store.release(lease)
      assert.notEqual(await claim(store), null)
    }),

    promise('keeps a lease while somebody else writes the payment', async (store) => {
      const record = payment({ nextCheckAt: PAST })
      await store.insert(record)
      const { lease } = (await claim(store))!
      assert.equal(await store.replace({ ...record, version: 2 }, { version: 1 }), true)
      assert.equal(await claim(store), null)
      assert.equal(await store.extend(lease, LONG_MS), true)
    }),

    promise('finds payments with a dead effect', async (store) => {
      const dead = payment({ outbox: [effect({ state: 'dead' })] })
      await store.insert(dead)
      await store.insert(payment({ outbox: [effect({ state: 'done' })] }))
      assert.deepEqual(await store.findDead(10), [dead])
    }),

    promise('lists the oldest payments with a dead effect first, no more than asked for', async (store) => {
      const dead = (minutes: number) =>
        payment({
          outbox: [effect({ state: 'dead' })],
          createdAt: new Date(PAST.getTime() + minutes * 60_000),
        })
      const [last, first, middle] = [dead(3), dead(1), dead(2)]
      for (const record of [last, first, middle]) await store.insert(record)
      assert.deepEqual(await store.findDead(2), [first, middle])
    }),

    promise('keeps what was discarded, with its errors, and finds nothing in it to do', async (store) => {
      const errors = [{ at: new Date(3), message: 'no such table' }]
      const discarded = { at: new Date(5), reason: 'sent by hand', actor: 'amina' }
      const record = payment({
        outbox: [
          effect({ state: 'discarded', nextRunAt: PAST, errors, lastError: 'no such table', discarded }),
        ],
      })
      await store.insert(record)
      assert.deepEqual(await store.get(record.id), record)
      assert.deepEqual(await store.findDead(10), [])
      assert.equal(await claim(store), null)
    }),

    promise('lists what has changed since a time, page by page, and leaves out nothing', async (store) => {
      const at = (minutes: number) => ({ updatedAt: new Date(PAST.getTime() + minutes * 60_000) })
      const before = payment(at(-1))
      const records = [at(0), at(1), at(1), at(1), at(2)].map((fields) => payment(fields))
      for (const record of [...records, before].reverse()) await store.insert(record)
      const seen: PaymentRecord[] = []
      let page = await store.listChanged({ since: PAST, limit: 2 })
      while (page.length > 0) {
        assert.ok(page.length <= 2)
        seen.push(...page)
        // One that was seen, and one that was not, change while we read.
        for (const moved of seen.length === 2 ? [records[0]!, records[4]!] : []) {
          await store.replace({ ...moved, ...at(9), version: 2 }, { version: 1 })
        }
        page = await store.listChanged({ since: PAST, after: page.at(-1)!, limit: 2 })
      }
      const [first, second, third, fourth, fifth] = records.map(({ id }) => id)
      const sameTime = [second!, third!, fourth!].sort()
      const moved = [first!, fifth!].sort()
      assert.deepEqual(
        seen.map(({ id }) => id),
        [first, ...sameTime, ...moved],
      )
      assert.deepEqual(await store.listChanged({ since: FUTURE, limit: 2 }), [])
    }),

    promise('has a clock that goes forward', async (store) => {
      const first = await store.now()
      assert.ok(first instanceof Date)
      assert.ok((await store.now()) >= first)
    }),
  ]
}
