import { randomBytes } from 'node:crypto'
import Stripe from 'stripe'
import { afterEach, describe, expect, test } from 'vitest'
import { eventually, startSandboxShop } from './sandbox-shop.js'
import { cardOrder, CHECKOUT, startStripeShop } from './stripe-shop.js'

let shop: Awaited<ReturnType<typeof startSandboxShop>>
afterEach(() => shop.close())

/** A shop that hears nothing but what the test delivers, and looks nothing up on its own. */
async function open(stripe: Parameters<typeof startSandboxShop>[0] = {}) {
  shop = await startSandboxShop({ stripe: { sweepEveryMs: Infinity, ...stripe.stripe } })
  shop.remote.faults.order({ fault: 'dropDelivery', times: 1_000 })
  return shop
}

/** A notification as Stripe's thin endpoints get it (docs.stripe.com/event-destinations#thin-payload). */
function thin(type: string, related: { id: string; type: string } | null) {
  return {
    id: `evt_test_${randomBytes(12).toString('hex')}`,
    object: 'v2.core.event',
    type,
    created: '2026-11-26T10:00:00.000Z',
    livemode: false,
    related_object: related && { ...related, url: `/v1/${related.type}s/${related.id}` },
    snapshot_event: `evt_${randomBytes(12).toString('hex')}`,
  }
}

async function deliver(event: object) {
  const payload = JSON.stringify(event)
  const secret = shop.sandbox.env.STRIPE_WEBHOOK_SECRET
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret })
  // What we send is what the SDK understands.
  const known = shop.client.parseEventNotification(payload, signature, secret)
  expect(known.type).toBe((event as { type: string }).type)
  return fetch(shop.url, { method: 'POST', body: payload, headers: { 'stripe-signature': signature } })
}

describe('thin events', () => {
  test('are news about their object: Stripe is asked whose it is and how it stands', async () => {
    const { payments, told } = await open()
    const { id, ref } = await shop.started()
    await shop.pay(ref)
    const event = thin('v1.payment_intent.succeeded', { id: ref, type: 'payment_intent' })
    expect((await deliver(event)).status).toBe(200)
    const worker = payments.worker({ pollMs: 5 })
    await shop.until(id, 'succeeded')
    // Again, and the snapshot of the same change.
    expect((await deliver(event)).status).toBe(200)
    shop.remote.faults.clear()
    await shop.remote.resend(shop.event('payment_intent.succeeded').id)
    await eventually(async () => ((await payments.inbox.list()).length === 2 ? true : undefined))
    await worker.drained()
    expect(told).toEqual([`${id}:paid`])
    const [first] = await payments.inbox.list({ type: 'v1.payment_intent.succeeded' })
    expect(first).toMatchObject({
      id: `stripe:${event.id}`,
      state: 'done',
      deliveries: 2,
      verifiedBy: 'secret#1',
    })
  })

  test('of something that nobody handles, of nothing, and of other people’s objects are kept as ignored', async () => {
    const { payments, client } = await open()
    const { id: other } = await client.paymentIntents.create({ amount: 500, currency: 'usd' })
    for (const event of [
      thin('v2.core.account.updated', { id: 'acct_1', type: 'v2.core.account' }),
      thin('v1.some.future.thing', { id: 'pi_1', type: 'payment_intent' }),
      thin('v1.payment_intent.succeeded', null),
      thin('v1.payment_intent.succeeded', { id: '../v1/refunds', type: 'payment_intent' }),
      thin('v1.payment_intent.succeeded', { id: other, type: 'payment_intent' }),
      thin('v1.payment_intent.succeeded', { id: 'pi_of_nobody', type: 'payment_intent' }),
    ]) {
      expect((await deliver(event)).status).toBe(200)
    }
    await payments.worker({ pollMs: 5 }).drained()
    const ignored = (await payments.inbox.list({ state: 'ignored' })).map((entry) => [
      entry.ignored,
      entry.attempts,
    ])
    expect(ignored.toSorted()).toEqual(
      [
        ['not a type that is handled', 0],
        ['not a type that is handled', 0],
        ['not about a payment of ours', 0],
        ['not about a payment of ours', 0],
        ['nothing follows from it', 1],
        ['nothing follows from it', 1],
      ].toSorted(),
    )
    expect(await payments.deadLetters.list()).toEqual([])
  })

  test('wait until Stripe can be asked', async () => {
    const { payments, remote } = await open()
    const { id, ref } = await shop.started()
    await shop.pay(ref)
    remote.faults.order({ fault: 'rateLimit', on: 'GET /v1/payment_intents/:id', times: 3 })
    await deliver(thin('v1.payment_intent.succeeded', { id: ref, type: 'payment_intent' }))
    payments.worker({ pollMs: 5 })
    await shop.until(id, 'succeeded')
    expect(remote.faults.list().map(({ fault }) => fault)).not.toContain('rateLimit')
  })

  test('of a refund made in the dashboard: the payment that it gives back is found by its Payment Intent', async () => {
    const { payments, client } = await open()
    const worker = payments.worker({ pollMs: 5 })
    const { id, ref } = await shop.started()
    await shop.pay(ref)
    await deliver(thin('v1.payment_intent.succeeded', { id: ref, type: 'payment_intent' }))
    await shop.until(id, 'succeeded')
    const refund = await client.refunds.create({ payment_intent: ref, amount: 500 })
    await deliver(thin('v1.refund.created', { id: refund.id, type: 'refund' }))
    const refunded = await eventually(async () => {
      const payment = await payments.get(id)
      return payment?.refunded.minor === 500 ? payment : undefined
    })
    expect(refunded.refunds).toMatchObject([{ providerRef: refund.id, status: 'succeeded' }])
    await worker.drained()
  })
})

test.each(['cs', 'pi'] as const)(
  'a thin event about a %s_ of Checkout leads to the session that we know',
  async (kind) => {
    const cards = await startStripeShop({ stripe: { checkout: CHECKOUT, sweepEveryMs: Infinity } })
    try {
      cards.payments.worker({ pollMs: 5 })
      const { id } = await cards.payments.create(cardOrder())
      const session = (await cards.payments.start(id)).attempts[0]!.providerRef!
      const { id: intent } = cards.fake.pay(session)
      const about = kind === 'cs' ? session : intent
      const type = kind === 'cs' ? 'v1.checkout.session.completed' : 'v1.payment_intent.succeeded'
      expect((await cards.deliver(thin(type, { id: about, type: 'x' }))).status).toBe(200)
      expect((await cards.until(id, 'succeeded')).attempts).toMatchObject([{ providerRef: session }])
      expect(cards.told).toEqual([`${id}:paid`])
    } finally {
      await cards.close()
    }
  },
)

test('a swept list finds refunds too, and reconcile() agrees', async () => {
  shop = await startSandboxShop()
  shop.remote.faults.order({ fault: 'dropDelivery', times: 1_000 })
  shop.payments.worker({ pollMs: 5 })
  const { id, ref } = await shop.started()
  await shop.pay(ref)
  await shop.until(id, 'succeeded')
  await shop.client.refunds.create({ payment_intent: ref, amount: 500 })
  await eventually(async () => ((await shop.payments.get(id))?.refunded.minor === 500 ? true : undefined))
  const now = Date.now()
  const [result] = await shop.payments.reconcile({ from: new Date(now - 60_000), to: new Date(now + 60_000) })
  expect(result).toMatchObject({ ours: { refunded: { minor: 500 } }, theirs: { refunded: { minor: 500 } } })
  expect(result?.differences).toEqual([])
})
