import Stripe from 'stripe'
import { expect, it } from 'vitest'
import { sandboxFor } from '../support.js'
import { paid, raw, refusalOf, sdkFor } from './support.js'

const errorOf = async (answer: ReturnType<typeof raw>) => (await answer).json.error

it('takes the secret key as Bearer and as Basic, and no other', async () => {
  const sandbox = await sandboxFor()
  const { STRIPE_SECRET_KEY: key, STRIPE_PUBLISHABLE_KEY: publishable } = sandbox.env
  const withKey = (authorization: string) => raw(sandbox, 'GET', '/v1/balance', { authorization })
  expect((await withKey(`Bearer ${key}`)).status).toBe(200)
  expect((await withKey(`Basic ${Buffer.from(`${key}:`).toString('base64')}`)).status).toBe(200)
  expect((await withKey('')).json.error?.message).toContain('You did not provide an API key.')
  expect(await withKey(`Bearer ${publishable}`)).toMatchObject({
    status: 401,
    json: { error: { code: 'secret_key_required' } },
  })
  const wrong = await refusalOf(sdkFor(sandbox, {}, 'sk_test_wrongwrongwrong1234').balance.retrieve())
  expect(wrong).toBeInstanceOf(Stripe.errors.StripeAuthenticationError)
  expect(wrong.message).toBe('Invalid API Key provided: sk_test_***************1234')
})

it('answers with the headers of Stripe', async () => {
  const sandbox = await sandboxFor()
  const intent = await sdkFor(sandbox).paymentIntents.create({ ...paid }, { idempotencyKey: 'key-1' })
  expect(intent.lastResponse).toMatchObject({
    statusCode: 200,
    requestId: expect.stringMatching(/^req_\w{14}$/),
    apiVersion: '2026-10-28.endive',
    idempotencyKey: 'key-1',
  })
})

it('refuses what it has not, as Stripe refuses what there is not', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const unknown = await refusalOf(stripe.coupons.create({ percent_off: 10 }))
  expect(unknown).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError)
  expect(unknown).toMatchObject({
    statusCode: 404,
    message: expect.stringContaining('(POST: /v1/coupons)'),
  })
  const search = { query: "email:'a@shop.example'" }
  expect(await refusalOf(stripe.customers.search(search))).toMatchObject({
    statusCode: 404,
    message: expect.stringContaining('(GET: /v1/customers/search)'),
  })
  expect((await raw(sandbox, 'GET', '/v2/core/accounts')).status).toBe(404)
  expect((await raw(sandbox, 'PUT', '/v1/refunds')).status).toBe(404)
  expect(await refusalOf(stripe.paymentIntents.retrieve('pi_none'))).toMatchObject({
    statusCode: 404,
    code: 'resource_missing',
    message: "No such payment_intent: 'pi_none'",
    param: 'intent',
  })
  expect((await raw(sandbox, 'GET', '/v1/refunds/__proto__')).status).toBe(404)
})

it('says of what Stripe has that it is the sandbox that lacks it', async () => {
  const stripe = sdkFor(await sandboxFor())
  const saved = {
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  }
  expect(await refusalOf(stripe.customers.create(saved))).toMatchObject({
    code: 'parameter_unknown',
    param: 'payment_method',
    message: 'This sandbox does not model the parameter payment_method, which Stripe has.',
  })
})

it('names the parameter that it does not know, lacks or cannot read', async () => {
  const sandbox = await sandboxFor()
  const create = (body: string) => errorOf(raw(sandbox, 'POST', '/v1/payment_intents', { body }))
  expect(await create('amount=100&currency=usd&colour=red')).toEqual({
    type: 'invalid_request_error',
    code: 'parameter_unknown',
    param: 'colour',
    message: 'Received unknown parameter: colour',
    doc_url: 'https://docs.stripe.com/error-codes#parameter-unknown',
  })
  expect(
    await create(
      'amount=100&currency=usd&automatic_payment_methods[enabled]=true&automatic_payment_methods[x]=1',
    ),
  ).toMatchObject({
    param: 'automatic_payment_methods[x]',
  })
  expect(await create('currency=usd')).toMatchObject({ code: 'parameter_missing', param: 'amount' })
  expect(await create('amount=1.5&currency=usd')).toMatchObject({
    code: 'parameter_invalid_integer',
    message: 'Invalid integer: 1.5',
  })
  expect(await create('amount=100&currency=usd&confirm=yes')).toMatchObject({
    message: 'Invalid boolean: yes',
  })
  expect(await create('amount=100&currency=usd&metadata=1')).toMatchObject({ param: 'metadata' })
  expect(await create('amount=100&amount[x]=1&currency=usd')).toMatchObject({ param: 'amount[x]' })
  expect(await create('__proto__[x]=1&amount=100&currency=usd')).toMatchObject({ code: 'parameter_unknown' })
  expect(await create('amount=100&currency=')).toMatchObject({ code: 'parameter_invalid_empty' })
})

it('takes no JSON', async () => {
  const sandbox = await sandboxFor()
  const answer = await raw(sandbox, 'POST', '/v1/refunds', { body: '{}', 'content-type': 'application/json' })
  expect(answer).toMatchObject({ status: 400, json: { error: { type: 'invalid_request_error' } } })
})

it('refuses payment_method_types, which endive has removed', async () => {
  const sandbox = await sandboxFor()
  const params = { amount: 2000, currency: 'usd', payment_method_types: ['card'] }
  expect(await refusalOf(sdkFor(sandbox).paymentIntents.create(params as never))).toMatchObject({
    statusCode: 400,
    code: 'payment_method_types_no_longer_supported',
    param: 'payment_method_types',
  })
})

it('refuses an API version with other rules', async () => {
  const sandbox = await sandboxFor()
  const answer = await raw(sandbox, 'GET', '/v1/balance', { 'stripe-version': '2025-09-30.clover' })
  expect(answer).toMatchObject({ status: 400 })
  expect(answer.json.error?.message).toContain('Invalid Stripe API version: 2025-09-30.clover')
})

it('answers a repeated idempotency key with the first answer, and does nothing', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const create = (amount: number) =>
    stripe.paymentIntents.create({ ...paid, amount }, { idempotencyKey: 'order-7' })
  const first = await create(2000)
  const second = await create(2000)
  expect(second).toEqual(first)
  expect(first.lastResponse.headers['idempotent-replayed']).toBeUndefined()
  expect(second.lastResponse.headers['idempotent-replayed']).toBe('true')
  expect(sandbox.stripe.paymentIntents()).toHaveLength(1)

  const other = await refusalOf(create(3000))
  expect(other).toBeInstanceOf(Stripe.errors.StripeIdempotencyError)
  expect(other).toMatchObject({ statusCode: 400, rawType: 'idempotency_error' })

  await sandbox.clock.advance(86_400_000)
  expect((await create(3000)).id).not.toBe(first.id)
})

it('keeps a decline under its idempotency key, but not a refusal', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const declined = { ...paid, payment_method: 'pm_card_chargeDeclined' }
  const one = await refusalOf(stripe.paymentIntents.create(declined, { idempotencyKey: 'a' }))
  const two = await refusalOf(stripe.paymentIntents.create(declined, { idempotencyKey: 'a' }))
  expect(two.payment_intent?.id).toBe(one.payment_intent?.id)
  expect(sandbox.stripe.charges()).toHaveLength(1)

  await refusalOf(stripe.paymentIntents.create({ ...paid, amount: 1 }, { idempotencyKey: 'b' }))
  await stripe.paymentIntents.create({ ...paid }, { idempotencyKey: 'b' })
})

it('answers 409 while the first request with a key is under way', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  sandbox.stripe.faults.order({ fault: 'slowAnswer', on: 'POST /v1/payment_intents', ms: 5000 })
  const first = stripe.paymentIntents.create({ ...paid }, { idempotencyKey: 'a' })
  while (sandbox.stripe.paymentIntents().length === 0) await new Promise((resolve) => setImmediate(resolve))
  const second = await refusalOf(stripe.paymentIntents.create({ ...paid }, { idempotencyKey: 'a' }))
  expect(second).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' })
  await sandbox.clock.advance(5000)
  expect((await first).status).toBe('succeeded')
})

it('repeats a saved 500 for ever', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  sandbox.stripe.faults.order({ fault: 'serverError', on: 'POST /v1/payment_intents' })
  for (let again = 0; again < 3; again++) {
    const error = await refusalOf(stripe.paymentIntents.create({ ...paid }, { idempotencyKey: 'a' }))
    expect(error).toMatchObject({ statusCode: 500, rawType: 'api_error' })
  }
  expect((await stripe.paymentIntents.create({ ...paid }, { idempotencyKey: 'b' })).status).toBe('succeeded')
})

it('executes once what the SDK sends twice because the answer was lost', async () => {
  const sandbox = await sandboxFor()
  sandbox.stripe.faults.order({ fault: 'loseAnswer' })
  const intent = await sdkFor(sandbox, { maxNetworkRetries: 1 }).paymentIntents.create({ ...paid })
  expect(sandbox.stripe.paymentIntents().map(({ id }) => id)).toEqual([intent.id])
})

it('refuses with 429 when told to', async () => {
  const sandbox = await sandboxFor()
  sandbox.stripe.faults.order({ fault: 'rateLimit' })
  expect(await refusalOf(sdkFor(sandbox).balance.retrieve())).toBeInstanceOf(
    Stripe.errors.StripeRateLimitError,
  )
})

it('lists in pages, the newest first, in both directions', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const ids: string[] = []
  for (let index = 0; index < 7; index++) ids.unshift((await stripe.paymentIntents.create({ ...paid })).id)
  const idsOf = ({ data }: { data: Array<{ id: string }> }) => data.map(({ id }) => id)

  const first = await stripe.paymentIntents.list({ limit: 3 })
  expect(idsOf(first)).toEqual(ids.slice(0, 3))
  expect(first).toMatchObject({ object: 'list', has_more: true, url: '/v1/payment_intents' })
  expect(idsOf(await stripe.paymentIntents.list({ limit: 3, ending_before: ids[5]! }))).toEqual(
    ids.slice(2, 5),
  )
  const all: string[] = []
  for await (const { id } of stripe.paymentIntents.list({ limit: 2 })) all.push(id)
  expect(all).toEqual(ids)
  expect(await refusalOf(stripe.paymentIntents.list({ starting_after: 'pi_none' }))).toMatchObject({
    code: 'resource_missing',
    param: 'starting_after',
  })
  expect(await refusalOf(stripe.paymentIntents.list({ limit: 101 }))).toMatchObject({ param: 'limit' })
})

it('expands what is asked for', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const intent = await stripe.paymentIntents.create({
    ...paid,
    expand: ['latest_charge.balance_transaction', 'payment_method', 'customer'],
  })
  expect(intent.latest_charge).toMatchObject({
    object: 'charge',
    balance_transaction: { net: 1942, fee: 58 },
  })
  expect(intent.payment_method).toMatchObject({ card: { last4: '4242' } })
  const list = await stripe.paymentIntents.list({ expand: ['data.latest_charge'] })
  expect(list.data[0]?.latest_charge).toMatchObject({ object: 'charge' })
  for (const path of ['amount', 'metadata', 'nothing', 'latest_charge.amount']) {
    expect(await refusalOf(stripe.paymentIntents.retrieve(intent.id, { expand: [path] }))).toMatchObject({
      message: `This property cannot be expanded (${path}).`,
    })
  }
})
