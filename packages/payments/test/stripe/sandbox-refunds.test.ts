import { afterEach, expect, test } from 'vitest'
import { money, type Payment } from '../../src/index.js'
import { CHECKOUT } from './stripe-shop.js'
import { eventually, startSandboxShop } from './sandbox-shop.js'

let shop: Awaited<ReturnType<typeof startSandboxShop>>
afterEach(() => shop.close())

const usd = (decimal: string) => money(decimal, 'USD')
const until = (id: string, holds: (payment: Payment) => boolean) =>
  eventually(async () => {
    const payment = await shop.payments.get(id)
    return payment && holds(payment) ? payment : undefined
  })

/** A payment of USD 25.50, paid with a card of this kind; a worker goes on. */
async function paid(card = 'pm_card_visa', options?: Parameters<typeof startSandboxShop>[0]) {
  shop = await startSandboxShop(options)
  shop.payments.worker({ pollMs: 5 })
  const { id, ref } = await shop.started()
  if (ref.startsWith('cs_')) await shop.remote.checkout(ref).pay({})
  else {
    const how = { payment_method: card, return_url: 'https://shop.test/' }
    await shop.client.paymentIntents.confirm(ref, how)
  }
  await shop.until(id, options?.stripe?.capture === 'manual' ? 'authorized' : 'succeeded')
  return { id, ref }
}

test.each([undefined, CHECKOUT])(
  'parts and the rest are refunded; Stripe has the same sum (%#)',
  async (checkout) => {
    const { id } = await paid('pm_card_visa', checkout && { stripe: { checkout } })
    await shop.payments.refund(id, {
      amount: usd('10'),
      idempotencyKey: 'a',
      reason: 'requested_by_customer',
    })
    const rest = await shop.payments.refund(id, { idempotencyKey: 'b' })
    expect(rest).toMatchObject({
      refunded: usd('25.50'),
      refunds: [{ amount: usd('10') }, { amount: usd('15.50') }],
    })
    expect(shop.remote.charges()).toMatchObject([{ amount_refunded: 2550, refunded: true }])
  },
)

test('mode 21: a refund that succeeds, and fails later by an event', async () => {
  const { id } = await paid('pm_card_refundFail')
  await shop.payments.refund(id, { idempotencyKey: 'a' })
  await shop.sandbox.clock.advance(60_000)
  const failed = await until(id, ({ refunds }) => refunds[0]!.status === 'failed')
  expect(failed).toMatchObject({
    status: 'succeeded',
    refunded: usd('0'),
    refunds: [{ code: expect.any(String) as string }],
  })
})

test('a refund that is pending for a while', async () => {
  const { id } = await paid('pm_card_pendingRefund')
  const pending = await shop.payments.refund(id, { idempotencyKey: 'a' })
  expect(pending).toMatchObject({ refundPending: usd('25.50'), refunds: [{ status: 'pending' }] })
  await shop.sandbox.clock.advance(60_000)
  await until(id, ({ refunded }) => refunded.minor === 2550)
})

test('a refund made in the dashboard is adopted', async () => {
  const { id, ref } = await paid()
  const { id: made } = await shop.client.refunds.create({ payment_intent: ref, amount: 500 })
  const adopted = await until(id, ({ refunded }) => refunded.minor === 500)
  expect(adopted.refunds).toMatchObject([{ providerRef: made, status: 'succeeded' }])
  await expect(shop.payments.refund(id, { amount: usd('20.51'), idempotencyKey: 'a' })).rejects.toMatchObject(
    {
      code: 'PAYMENTS_REFUND_TOO_MUCH',
    },
  )
})

test('a part of what is held is captured, and no more than that can be refunded', async () => {
  const { id } = await paid('pm_card_visa', { stripe: { capture: 'manual' } })
  expect(await shop.payments.capture(id, { amount: usd('20') })).toMatchObject({
    status: 'succeeded',
    captured: usd('20'),
    flags: { mismatch: false },
  })
  expect((await shop.payments.refund(id, { idempotencyKey: 'a' })).refunded).toEqual(usd('20'))
})

test.each([
  [undefined, 'manual'],
  [CHECKOUT, 'manual'],
] as const)('what is held is let go (%#)', async (checkout, capture) => {
  const { id } = await paid('pm_card_visa', { stripe: { capture, ...(checkout && { checkout }) } })
  expect((await shop.payments.cancel(id)).status).toBe('canceled')
  expect(shop.remote.paymentIntents()).toMatchObject([{ status: 'canceled' }])
})

test.each([undefined, CHECKOUT])('what nobody has paid yet is called off (%#)', async (checkout) => {
  shop = await startSandboxShop({ stripe: checkout ? { checkout } : {} })
  const { id } = await shop.started()
  expect((await shop.payments.cancel(id)).status).toBe('canceled')
})

test('a dispute comes, is lost, and leaves the refunds alone', async () => {
  const { id } = await paid('pm_card_createDispute')
  await shop.sandbox.clock.advance(60_000)
  const disputed = await until(id, ({ disputes }) => disputes.length === 1)
  expect(disputed).toMatchObject({
    status: 'succeeded',
    disputed: usd('25.50'),
    disputes: [{ status: 'needs_response', reason: 'fraudulent', respondBy: expect.any(Date) as Date }],
  })
  const refused = await shop.payments.refund(id, { idempotencyKey: 'a' })
  expect(refused).toMatchObject({ refundPending: usd('0'), refunds: [{ status: 'failed' }] })
  await shop.remote.closeDispute(disputed.disputes[0]!.id, 'lost')
  const lost = await until(id, ({ disputes }) => disputes[0]!.status === 'lost')
  expect(lost).toMatchObject({ disputed: usd('25.50'), refunded: usd('0') })
})

test('events that never came are found in Stripe’s list: a dashboard refund, and a dispute', async () => {
  const { id, ref } = await paid()
  shop.goDown()
  await shop.client.refunds.create({ payment_intent: ref, amount: 500 })
  await shop.remote.dispute(ref, { amount: 700 })
  const healed = await until(id, ({ refunds, disputes }) => refunds.length === 1 && disputes.length === 1)
  expect(healed).toMatchObject({ refunded: usd('5'), disputed: usd('7') })
})
