import { expect, it } from 'vitest'
import { directoryFor, startCli } from '../process.js'
import { clientOf } from '../support.js'
import { paid, refusalOf, sdkFor, webhookServer } from './support.js'

it('a kill -9 loses nothing that was answered, and what was due is done', async () => {
  const dir = directoryFor()
  // The application is down: nothing is delivered before the crash.
  const hooks = await webhookServer(Array.from({ length: 100 }, () => 500))
  const start = () =>
    startCli('stripe', '--port', '0', '--dir', dir, '--time-scale', '60', '--stripe-webhooks', hooks.url)
  const first = await start()
  const stripe = sdkFor(first)
  const customer = await stripe.customers.create({ email: 'amina@example.com' })
  const session = await stripe.checkout.sessions.create({
    customer: customer.id,
    success_url: 'https://shop.example/thanks',
    line_items: [
      { quantity: 1, price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'Tea' } } },
    ],
  })
  const intent = await stripe.paymentIntents.create(paid, { idempotencyKey: 'order-7' })
  const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 500 })
  const events = await stripe.events.list({ limit: 100 })
  // Its dispute comes 83 ms later: after the crash.
  const disputed = await stripe.paymentIntents.create({ ...paid, payment_method: 'pm_card_createDispute' })
  await first.kill('SIGKILL')

  hooks.received.length = 0
  const next = () => hooks.count(hooks.received.length + 1)
  const second = await start()
  const again = sdkFor(second)
  expect(await again.refunds.retrieve(refund.id)).toEqual(refund)
  expect(await again.customers.retrieve(customer.id)).toEqual(customer)
  expect((await again.paymentIntents.create(paid, { idempotencyKey: 'order-7' })).id).toBe(intent.id)
  expect(
    await refusalOf(again.paymentIntents.create(paid, { idempotencyKey: 'x'.repeat(256) })),
  ).toMatchObject({
    statusCode: 400,
  })
  const kept = (await again.events.list({ limit: 100 })).data.map(({ id }) => id)
  expect(kept).toEqual(expect.arrayContaining(events.data.map(({ id }) => id)))
  const payment = await clientOf(second).control('POST', `/stripe/sessions/${session.id}/pay`)
  expect(payment.json).toMatchObject({ outcome: 'paid', session: { customer: customer.id } })

  // Every event that was acknowledged is still delivered, and the dispute that was due comes.
  const isTold = (fits: (event: { id: string; type: string }) => boolean) =>
    hooks.received.some(({ event }) => fits(event))
  for (const { id } of events.data) while (!isTold((event) => event.id === id)) await next()
  while (!isTold(({ type }) => type === 'charge.dispute.created')) await next()
  const disputes = await again.disputes.list()
  expect(disputes.data).toMatchObject([{ payment_intent: disputed.id, status: 'needs_response' }])
}, 180_000)
