import Stripe from 'stripe'
import { expect, it } from 'vitest'
import type { Sandbox, StripeFaultOrder } from '../../src/index.js'
import { sandboxFor } from '../support.js'
import { paid, refusalOf, sdkFor, webhookServer } from './support.js'

const type = 'payment_intent.succeeded'

/** A sandbox whose payments tell an application, which answers with `statuses`. */
async function listening({
  statuses,
  faults = [],
}: { statuses?: number[]; faults?: StripeFaultOrder[] } = {}) {
  const sandbox = await sandboxFor()
  const hooks = await webhookServer(statuses)
  const endpoint = await sandbox.stripe.listen(hooks.url, { events: [type] })
  faults.forEach((fault) => sandbox.stripe.faults.order(fault))
  return { sandbox, hooks, endpoint, stripe: sdkFor(sandbox) }
}

const verify = (received: { text: string; signature: string } | undefined, secret: string) =>
  Stripe.webhooks.constructEvent(received?.text ?? '', received?.signature ?? '', secret)

it('an event is signed so that the SDK accepts it, and no other secret does', async () => {
  const { sandbox, hooks, stripe } = await listening()
  const intent = await stripe.paymentIntents.create(paid, { idempotencyKey: 'order-7' })
  await sandbox.clock.advance(1000)
  const [received] = await hooks.count(1)
  expect(verify(received, sandbox.env.STRIPE_WEBHOOK_SECRET)).toMatchObject({
    id: expect.stringMatching(/^evt_1\w{23}$/),
    type,
    api_version: Stripe.API_VERSION,
    livemode: false,
    pending_webhooks: 1,
    request: { id: intent.lastResponse.requestId, idempotency_key: 'order-7' },
    data: { object: { id: intent.id, status: 'succeeded' } },
  })
  expect(() => verify(received, 'whsec_other')).toThrow(Stripe.errors.StripeSignatureVerificationError)
})

it('for a day after a roll, the old secret and the new one are good', async () => {
  const { sandbox, hooks, stripe, endpoint } = await listening()
  const secret = await sandbox.stripe.rollSecret(endpoint.id)
  await stripe.paymentIntents.create(paid)
  await sandbox.clock.advance(1000)
  const [first] = await hooks.count(1)
  for (const good of [secret, sandbox.env.STRIPE_WEBHOOK_SECRET]) expect(verify(first, good).type).toBe(type)
  await sandbox.clock.advance(86_400_000)
  await stripe.paymentIntents.create(paid)
  await sandbox.clock.advance(1000)
  const second = (await hooks.count(2))[1]
  expect(verify(second, secret).type).toBe(type)
  expect(() => verify(second, sandbox.env.STRIPE_WEBHOOK_SECRET)).toThrow('No signatures found')
})

it('what is not answered with 2xx is sent again, the same, and is undelivered until then', async () => {
  const { sandbox, hooks, stripe } = await listening({ statuses: [500, 302, 400, 204] })
  await stripe.paymentIntents.create(paid)
  const undelivered = async () =>
    (await stripe.events.list({ delivery_success: false, types: [type] })).data.length
  await sandbox.clock.advance(1000)
  await hooks.count(1)
  expect(await undelivered()).toBe(1)
  await sandbox.clock.advance(300_000 + 1_800_000 + 7_200_000)
  const received = await hooks.count(4)
  expect(new Set(received.map(({ event }) => event.id)).size).toBe(1)
  expect(sandbox.stripe.deliveries()).toMatchObject([
    { state: 'delivered', attempts: [{ status: 500 }, { status: 302 }, { status: 400 }, { status: 204 }] },
  ])
  expect(await undelivered()).toBe(0)
})

it('after four attempts it is given up, and a person can send it once more', async () => {
  const { sandbox, hooks, stripe } = await listening({ statuses: [500, 500, 500, 500] })
  await stripe.paymentIntents.create(paid)
  await sandbox.clock.advance(86_400_000)
  await hooks.count(4)
  expect(sandbox.stripe.deliveries()).toMatchObject([{ state: 'failed' }])
  const id = hooks.received[0]?.event.id ?? ''
  await sandbox.stripe.resend(id)
  await sandbox.clock.advance(1000)
  expect((await hooks.count(5))[4]?.event.id).toBe(id)
  await expect(sandbox.stripe.resend('evt_none')).rejects.toMatchObject({ code: 'SANDBOX_NOT_FOUND' })
})

/** Makes `count` payments, waits for what comes of them, and says in which order the intents were told of. */
async function tell(sandbox: Sandbox, hooks: Awaited<ReturnType<typeof webhookServer>>, count = 1) {
  const intents: string[] = []
  for (let index = 0; index < count; index++) {
    intents.push((await sdkFor(sandbox).paymentIntents.create(paid)).id)
    await sandbox.clock.advance(1000)
  }
  const told = hooks.received.map(({ event }) => intents.indexOf(event.data.object.id))
  return { intents, told }
}

it('dropDelivery: it is never sent, and stays in the list of the undelivered', async () => {
  const { sandbox, hooks, stripe } = await listening({ faults: [{ fault: 'dropDelivery', type }] })
  expect((await tell(sandbox, hooks)).told).toEqual([])
  await sandbox.clock.advance(86_400_000)
  expect(hooks.received).toEqual([])
  expect((await stripe.events.list({ delivery_success: false })).data).toMatchObject([{ type }])
})

it('duplicateDelivery: the same event comes again', async () => {
  const { sandbox, hooks } = await listening({ faults: [{ fault: 'duplicateDelivery', type, copies: 2 }] })
  expect((await tell(sandbox, hooks)).told).toEqual([0, 0, 0])
  expect(new Set(hooks.received.map(({ event }) => event.id)).size).toBe(1)
})

it('delayDelivery: it comes later', async () => {
  const { sandbox, hooks } = await listening({ faults: [{ fault: 'delayDelivery', type, ms: 60_000 }] })
  expect((await tell(sandbox, hooks)).told).toEqual([])
  await sandbox.clock.advance(60_000)
  expect(hooks.received).toHaveLength(1)
})

it('reorderDelivery: it comes after the next one', async () => {
  const { sandbox, hooks } = await listening({ faults: [{ fault: 'reorderDelivery', type }] })
  expect((await tell(sandbox, hooks, 2)).told).toEqual([1, 0])
})

it('corruptSignature: its signature is wrong, and it is sent again when that is refused', async () => {
  const { sandbox, hooks } = await listening({
    statuses: [400],
    faults: [{ fault: 'corruptSignature', type }],
  })
  await tell(sandbox, hooks)
  const secret = sandbox.env.STRIPE_WEBHOOK_SECRET
  expect(() => verify(hooks.received[0], secret)).toThrow('No signatures found')
  await sandbox.clock.advance(300_000)
  expect(verify(hooks.received[1], secret).type).toBe(type)
})

it('suppressEvent: the payment is made, and nothing ever says so', async () => {
  const { sandbox, hooks, stripe } = await listening({ faults: [{ fault: 'suppressEvent', type }] })
  const { intents } = await tell(sandbox, hooks)
  expect(hooks.received).toEqual([])
  expect((await stripe.events.list({ type })).data).toEqual([])
  expect((await stripe.paymentIntents.retrieve(intents[0] ?? '')).status).toBe('succeeded')
})

it('events are listed by type, moment and cursor, for 30 days', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  await stripe.paymentIntents.create(paid)
  await sandbox.clock.advance(10_000)
  await stripe.paymentIntents.create(paid)
  const list = async (params: Stripe.EventListParams) =>
    (await stripe.events.list({ limit: 100, ...params })).data
  const all = await list({})
  expect(all).toHaveLength(6)
  expect(await list({ types: ['charge.succeeded', type] })).toHaveLength(4)
  expect(await list({ type: 'charge.*' })).toHaveLength(2)
  expect(await list({ created: { gt: all[5]?.created ?? 0 } })).toEqual(all.slice(0, 3))

  const forward: string[] = []
  for await (const { id } of stripe.events.list({ ending_before: all[5]?.id ?? '', limit: 2 }))
    forward.push(id)
  expect(forward).toEqual(
    all
      .slice(0, 5)
      .map(({ id }) => id)
      .reverse(),
  )
  expect(await refusalOf(stripe.events.list({ type, types: [type] }))).toMatchObject({ statusCode: 400 })

  await sandbox.clock.advance(31 * 86_400_000)
  expect(await list({})).toEqual([])
  expect(await refusalOf(stripe.events.retrieve(all[0]?.id ?? ''))).toMatchObject({ statusCode: 404 })
})
