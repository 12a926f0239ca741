import { afterEach, beforeEach, expect, test } from 'vitest'
import { fromMinor } from '../src/index.js'
import { eventually, startSandboxShop } from './stripe/sandbox-shop.js'

/** What Stripe tells twice, tells wrongly, or takes back: the sandbox's Stripe through the real SDK. */
let shop: Awaited<ReturnType<typeof startSandboxShop>>
let worker: ReturnType<typeof shop.payments.worker>
beforeEach(async () => {
  shop = await startSandboxShop()
  worker = shop.payments.worker({ pollMs: 5 })
})
afterEach(() => shop.close())

const entries = (type: string) => shop.inbox.list({ limit: 100, type })

async function paid(method = 'pm_card_visa') {
  const { id, ref } = await shop.started(fromMinor(100_00, 'USD'))
  await shop.client.paymentIntents.confirm(ref, { payment_method: method, return_url: 'https://shop.test/' })
  await shop.until(id, 'succeeded')
  return { id, ref }
}

/** The payment, once it is so. */
const once = (
  id: string,
  check: (payment: Awaited<ReturnType<typeof shop.payments.get>> & object) => boolean,
) =>
  eventually(async () => {
    const payment = await shop.payments.get(id)
    return payment && check(payment) ? payment : undefined
  })

test('mode 5: Stripe makes two events, with two ids, of one change: the second changes nothing', async () => {
  shop.remote.faults.order({ fault: 'duplicateAsNewEvent', type: 'payment_intent.succeeded' })
  const { id } = await paid()
  const both = await eventually(async () => {
    const listed = await entries('payment_intent.succeeded')
    return listed.length === 2 && listed.every(({ state }) => state === 'done') ? listed : undefined
  })
  expect(new Set(both.map(({ entry }) => entry.id)).size).toBe(2)
  await worker.drained()
  const record = (await shop.store.get(id))!
  expect(record.history.filter(({ from, to }) => from !== to && to === 'succeeded')).toHaveLength(1)
  expect(record).toMatchObject({ captured: 100_00, outbox: [{ key: `${id}:paid` }] })
  expect(shop.told).toEqual([`${id}:paid`])
})

test('mode 6: an event that shows its object as it was before is not believed', async () => {
  shop.remote.faults.order({ fault: 'staleSnapshot', type: 'payment_intent.succeeded' })
  const { id } = await paid()
  await worker.drained()
  expect(shop.told).toEqual([`${id}:paid`])
})

test('mode 20: an amount that somebody changed at Stripe is taken and parked in review, and never told as paid', async () => {
  const { id, ref } = await shop.started(fromMinor(100_00, 'USD'))
  await shop.client.paymentIntents.update(ref, { amount: 1_00 })
  await shop.pay(ref)
  expect(await shop.until(id, 'review')).toMatchObject({
    reviewReason: 'mismatch',
    flags: { mismatch: true },
  })
  await worker.drained()
  expect(shop.told).toEqual([`${id}:review:mismatch:1`])
})

test('mode 21: a refund races with a dispute, and loses: it has failed, and nothing of it counts', async () => {
  const { id, ref } = await paid()
  await Promise.all([
    shop.payments.refund(id, { amount: fromMinor(30_00, 'USD'), idempotencyKey: 'a part' }),
    shop.remote.dispute(ref, { amount: 50_00 }),
  ])
  expect(await once(id, ({ refunds }) => refunds[0]?.status === 'failed')).toMatchObject({
    status: 'succeeded',
    captured: { minor: 100_00 },
    refunded: { minor: 0 },
    refundPending: { minor: 0 },
    refunds: [{ code: 'charge_disputed' }],
  })
})

test('mode 21: a dispute after a refund takes nothing from what was refunded', async () => {
  const { id, ref } = await paid()
  await shop.payments.refund(id, { amount: fromMinor(30_00, 'USD'), idempotencyKey: 'a part' })
  await shop.remote.dispute(ref)
  const sums = { captured: { minor: 100_00 }, refunded: { minor: 30_00 } }
  expect(await once(id, ({ refunded }) => refunded.minor > 0)).toMatchObject({ status: 'succeeded', ...sums })
  await eventually(async () => (await entries('charge.dispute.created'))[0])
  await worker.drained()
  expect(await shop.payments.get(id)).toMatchObject({ status: 'succeeded', ...sums })
  expect(shop.told.filter((key) => key.endsWith(':paid'))).toEqual([`${id}:paid`])
})

test('mode 21: a refund that fails after it had succeeded is money that can be given back again', async () => {
  const { id } = await paid('pm_card_refundFail')
  await shop.payments.refund(id, { idempotencyKey: 'all of it' })
  await shop.sandbox.clock.advance(30 * 24 * 60 * 60 * 1000)
  const failed = await once(id, ({ refunds }) => refunds[0]?.status === 'failed')
  expect(failed).toMatchObject({ status: 'succeeded', refunded: { minor: 0 }, refundPending: { minor: 0 } })
  const again = await shop.payments.refund(id, { idempotencyKey: 'all of it, again' })
  expect(again.refunds).toHaveLength(2)
})
