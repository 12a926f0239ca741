import Stripe from 'stripe'
import { expect, it } from 'vitest'
import { sandboxFor } from '../support.js'
import { paid, raw, refusalOf, sdkFor, webhookServer } from './support.js'

it('an endpoint that asks for thin events is told what happened, and fetches the rest', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const hooks = await webhookServer()
  const destination = await stripe.v2.core.eventDestinations.create({
    name: 'Payments',
    type: 'webhook_endpoint',
    event_payload: 'thin',
    enabled_events: ['v1.payment_intent.succeeded'],
    webhook_endpoint: { url: hooks.url },
    include: ['webhook_endpoint.signing_secret', 'webhook_endpoint.url'],
  })
  expect(destination).toMatchObject({ status: 'enabled', webhook_endpoint: { url: hooks.url } })
  const intent = await stripe.paymentIntents.create(paid)
  await sandbox.clock.advance(1000)
  const [received] = await hooks.count(1)
  const secret = destination.webhook_endpoint?.signing_secret ?? ''
  const notification = stripe.parseEventNotification(received?.text ?? '', received?.signature ?? '', secret)
  expect(notification).toMatchObject({
    id: expect.stringMatching(/^evt_test_/),
    object: 'v2.core.event',
    type: 'v1.payment_intent.succeeded',
    livemode: false,
    reason: { type: 'request' },
    related_object: { id: intent.id, type: 'payment_intent', url: `/v1/payment_intents/${intent.id}` },
  })
  expect(() =>
    Stripe.webhooks.constructEvent(received?.text ?? '', received?.signature ?? '', secret),
  ).toThrow()
  if (notification.type !== 'v1.payment_intent.succeeded') throw new Error('Another type.')
  expect(await notification.fetchRelatedObject()).toMatchObject({ id: intent.id, status: 'succeeded' })
  const event = await notification.fetchEvent()
  expect(event.id).toBe(notification.id)
  expect((await stripe.events.retrieve(event.snapshot_event ?? '')).type).toBe('payment_intent.succeeded')
  expect(hooks.received).toHaveLength(1)
  expect((await stripe.webhookEndpoints.list()).data).toEqual([])
})

it('both kinds of events can be listened to at once', async () => {
  const sandbox = await sandboxFor()
  const hooks = await webhookServer()
  const events = ['payment_intent.created']
  await sandbox.stripe.listen(hooks.url, { events })
  const thin = { events: ['v1.payment_intent.created'], payload: 'thin' as const }
  await sandbox.stripe.listen(hooks.url, thin)
  await sandbox.stripe.listen(hooks.url, thin)
  await sdkFor(sandbox).paymentIntents.create(paid)
  await sandbox.clock.advance(1000)
  const received = (await hooks.count(2)).map(({ event }) => event.type)
  expect(received.sort()).toEqual(['payment_intent.created', 'v1.payment_intent.created'])
})

it('thin events are listed, by object and type, in pages', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const [first] = [await stripe.paymentIntents.create(paid), await stripe.paymentIntents.create(paid)]
  const all: string[] = []
  for await (const { type } of stripe.v2.core.events.list({ limit: 2 })) all.push(type)
  const types = ['v1.payment_intent.succeeded', 'v1.charge.succeeded', 'v1.payment_intent.created']
  expect(all).toEqual([...types, ...types])
  const ofFirst = await stripe.v2.core.events.list({ object_id: first?.id ?? '', types: types.slice(0, 1) })
  expect(ofFirst).toMatchObject({
    data: [{ related_object: { id: first?.id } }],
    next_page_url: null,
    previous_page_url: null,
  })
  expect(await refusalOf(stripe.v2.core.events.retrieve('evt_test_65none'))).toMatchObject({
    statusCode: 404,
  })
})

it('a destination is changed, switched off and on, listed and deleted', async () => {
  const sandbox = await sandboxFor()
  const { eventDestinations } = sdkFor(sandbox).v2.core
  const hooks = await webhookServer()
  const { id } = await eventDestinations.create({
    name: 'A',
    type: 'webhook_endpoint',
    event_payload: 'thin',
    enabled_events: ['v1.refund.created'],
    webhook_endpoint: { url: hooks.url },
  })
  expect(await eventDestinations.update(id, { name: 'B' })).toMatchObject({ name: 'B' })
  expect((await eventDestinations.disable(id)).status).toBe('disabled')
  expect((await eventDestinations.enable(id)).status).toBe('enabled')
  expect((await eventDestinations.list()).data).toMatchObject([{ id, name: 'B' }])
  expect(await eventDestinations.retrieve(id)).not.toHaveProperty('webhook_endpoint')
  await eventDestinations.del(id)
  expect(await refusalOf(eventDestinations.retrieve(id))).toMatchObject({ statusCode: 404 })
})

const whole = {
  name: 'A',
  type: 'webhook_endpoint',
  event_payload: 'thin',
  enabled_events: ['v1.refund.created'],
  webhook_endpoint: { url: 'https://shop.example' },
}

it.each([
  [{}, 'enabled_events'],
  [{ ...whole, enabled_events: ['payment_intent.succeeded'] }, 'enabled_events'],
  [{ ...whole, event_payload: 'snapshot' }, 'event_payload'],
  [{ ...whole, webhook_endpoint: {} }, 'webhook_endpoint[url]'],
  [{ ...whole, amazon_eventbridge: {} }, 'amazon_eventbridge'],
])('refuses the destination %j', async (body, param) => {
  const sandbox = await sandboxFor()
  const answer = await raw(sandbox, 'POST', '/v2/core/event_destinations', {
    'content-type': 'application/json',
    body: JSON.stringify(body),
  })
  expect(answer).toMatchObject({ status: 400, json: { error: { param } } })
})

it('refuses what is no JSON', async () => {
  const sandbox = await sandboxFor()
  for (const body of ['{', '1', 'name=A']) {
    const answer = await raw(sandbox, 'POST', '/v2/core/event_destinations', { body })
    expect(answer).toMatchObject({ status: 400, json: { error: { type: 'invalid_request_error' } } })
  }
})
