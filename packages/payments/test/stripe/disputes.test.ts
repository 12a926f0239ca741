import { afterEach, describe, expect, test } from 'vitest'
import { money } from '../../src/index.js'
import { cardOrder, CHECKOUT, startStripeShop } from './stripe-shop.js'

let shop: Awaited<ReturnType<typeof startStripeShop>>
afterEach(() => shop.close())

const usd = (decimal: string) => money(decimal, 'USD')

/** A payment of USD 25.50 that was paid, its Payment Intent, and a worker. */
async function paid(options?: Parameters<typeof startStripeShop>[0]) {
  shop = await startStripeShop(options)
  const { id } = await shop.payments.create(cardOrder())
  const { attempts } = await shop.payments.start(id)
  const intent = shop.fake.pay(attempts[0]!.providerRef!)
  await shop.deliver(shop.fake.event('payment_intent.succeeded', intent))
  const worker = shop.payments.worker({ pollMs: 2 })
  await shop.until(id, 'succeeded')
  await worker.drained()
  /** An event is sent, and worked on. */
  const news = async (type: string, object: Record<string, unknown>) => {
    expect((await shop.deliver(shop.fake.event(type, object))).status).toBe(200)
    await worker.drained()
    return (await shop.payments.get(id))!
  }
  return { id, intent, worker, news }
}

describe('disputes', () => {
  test.each([undefined, CHECKOUT])(
    'one is opened, and decided: told once each, and the money comes back when it is won (%#)',
    async (checkout) => {
      const { id, intent, news } = await paid(checkout && { stripe: { checkout } })
      const dispute = shop.fake.dispute(intent.id, 2550)
      const opened = await news('charge.dispute.created', dispute)
      expect(opened).toMatchObject({
        status: 'succeeded',
        captured: usd('25.50'),
        disputed: usd('25.50'),
        refunded: usd('0'),
        disputes: [
          {
            id: dispute.id,
            attemptId: '1',
            amount: usd('25.50'),
            status: 'needs_response',
            reason: 'fraudulent',
            respondBy: new Date(1_800_000_000_000),
          },
        ],
      })
      dispute['status'] = 'won'
      expect(await news('charge.dispute.closed', dispute)).toMatchObject({
        disputed: usd('0'),
        disputes: [{ status: 'won' }],
      })
      expect(shop.told).toEqual([
        `${id}:paid`,
        `${id}:disputed:${dispute.id}`,
        `${id}:disputeClosed:${dispute.id}:won`,
      ])
    },
  )

  test('a lost one stays lost; its own old events, in any order, change nothing', async () => {
    const { id, intent, news } = await paid()
    const dispute = shop.fake.dispute(intent.id, 1000)
    const before = structuredClone(dispute)
    dispute['status'] = 'lost'
    await news('charge.dispute.closed', dispute)
    await news('charge.dispute.created', before)
    const after = await news('charge.dispute.funds_withdrawn', before)
    expect(after).toMatchObject({ disputed: usd('10'), disputes: [{ status: 'lost' }] })
    expect(shop.told.slice(1)).toEqual([
      `${id}:disputed:${dispute.id}`,
      `${id}:disputeClosed:${dispute.id}:lost`,
    ])
  })

  test('an enquiry takes no money; what it becomes is told again; an appeal reopens what was lost', async () => {
    const { id, intent, news } = await paid()
    const dispute = shop.fake.dispute(intent.id, 1000, { status: 'warning_needs_response' })
    expect((await news('charge.dispute.created', dispute)).disputed).toEqual(usd('0'))
    const way = ['needs_response', 'lost', 'appeal_under_review', 'won', 'some_future_status']
    const sums = []
    for (const status of way) {
      dispute['status'] = status
      sums.push((await news('charge.dispute.updated', dispute)).disputed)
    }
    expect(sums).toEqual(['10', '10', '10', '0', '10'].map(usd))
    expect(shop.told.slice(1)).toEqual(
      ['disputed:X:warning', 'disputed:X', 'disputeClosed:X:lost', 'disputeClosed:X:won'].map(
        (key) => `${id}:${key.replace('X', dispute.id)}`,
      ),
    )
  })

  test('mode 21: a refund that races a dispute: the axes do not touch each other', async () => {
    const { id, intent, news } = await paid()
    const dispute = shop.fake.dispute(intent.id, 1000)
    const [{ refunds }] = await Promise.all([
      shop.payments.refund(id, { amount: usd('5'), idempotencyKey: 'a' }),
      news('charge.dispute.created', dispute),
    ])
    expect(await shop.payments.get(id)).toMatchObject({ refunded: usd('5'), disputed: usd('10') })
    const refund = shop.fake.refunds.get(refunds[0]!.providerRef!)!
    Object.assign(refund, { status: 'failed', failure_reason: 'charge_for_pending_refund_disputed' })
    expect(await news('refund.failed', refund)).toMatchObject({
      status: 'succeeded',
      refunded: usd('0'),
      disputed: usd('10'),
      refunds: [{ status: 'failed', code: 'charge_for_pending_refund_disputed' }],
      disputes: [{ status: 'needs_response' }],
    })
    // Whether money that is disputed may be refunded is for Stripe to say.
    const { refunds: both } = await shop.payments.refund(id, { idempotencyKey: 'b' })
    expect(both[1]).toMatchObject({ status: 'succeeded', amount: usd('25.50') })
  })

  test('while Stripe cannot be asked the event waits; disputes of other programs are none of ours', async () => {
    const { id, intent } = await paid()
    const dispute = shop.fake.dispute(intent.id, 1000)
    const { disputes } = shop.fake.client
    const { list } = disputes
    let refusals = 2
    disputes.list = ((...args: Parameters<typeof list>) => {
      if (refusals-- > 0) throw new Error('not now')
      return list.apply(disputes, args)
    }) as typeof list
    await shop.deliver(shop.fake.event('charge.dispute.created', dispute))
    await shop.deliver(shop.fake.event('charge.dispute.created', { ...dispute, payment_intent: 'pi_other' }))
    while ((await shop.payments.get(id))!.disputes.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5))
    expect(refusals).toBeLessThan(0)
    expect(await shop.payments.deadLetters.list()).toEqual([])
  })
})
