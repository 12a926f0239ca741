import type Stripe from 'stripe'
import { expect, it } from 'vitest'
import type { Sandbox } from '../../src/index.js'
import { sandboxFor } from '../support.js'
import { raw, refusalOf, sdkFor, webhookServer } from './support.js'

const basket: Stripe.Checkout.SessionCreateParams = {
  mode: 'payment',
  success_url: 'https://shop.example/thanks?session={CHECKOUT_SESSION_ID}',
  cancel_url: 'https://shop.example/basket',
  client_reference_id: 'order-7',
  metadata: { order: '7' },
  payment_intent_data: { description: 'Order 7', metadata: { order: '7' } },
  line_items: [
    {
      quantity: 2,
      price_data: { currency: 'usd', unit_amount: 1000, product_data: { name: 'Coffee beans' } },
    },
    { quantity: 1, price_data: { currency: 'usd', unit_amount: 550, product_data: { name: 'Filter' } } },
  ],
}

function create(sandbox: Sandbox, changes: Stripe.Checkout.SessionCreateParams = {}) {
  return sdkFor(sandbox).checkout.sessions.create({ ...basket, ...changes })
}

it('a session is open, unpaid and without an intent until the payer tries to pay', async () => {
  const sandbox = await sandboxFor()
  const session = await create(sandbox)
  expect(session).toMatchObject({
    id: expect.stringMatching(/^cs_test_a1\w{56}$/),
    status: 'open',
    payment_status: 'unpaid',
    payment_intent: null,
    amount_total: 2550,
    currency: 'usd',
    client_reference_id: 'order-7',
    url: `${sandbox.url}/c/pay/${session.id}`,
    expires_at: session.created + 86_400,
  })
  const stripe = sdkFor(sandbox)
  expect(await stripe.checkout.sessions.retrieve(session.id)).toEqual(session)
  const items = await stripe.checkout.sessions.listLineItems(session.id)
  expect(items.data).toMatchObject([
    { description: 'Coffee beans', quantity: 2, amount_total: 2000, price: { unit_amount: 1000 } },
    { description: 'Filter', amount_total: 550 },
  ])
  expect(await stripe.checkout.sessions.retrieve(session.id, { expand: ['line_items'] })).toMatchObject({
    line_items: { object: 'list', data: [{ description: 'Coffee beans' }, { description: 'Filter' }] },
  })
})

it('says what was bought, where it is asked for: the product of an item', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const described = { name: 'Filter', description: 'Paper', metadata: { sku: 'F-1' } }
  const price_data = { currency: 'usd', unit_amount: 550, product_data: described }
  const { id } = await create(sandbox, { line_items: [{ quantity: 1, price_data }] })
  const product = { object: 'product', active: false, images: [], ...described }
  const session = await stripe.checkout.sessions.retrieve(id, { expand: ['line_items.data.price.product'] })
  expect(session.line_items?.data[0]?.price?.product).toMatchObject(product)
  const items = await stripe.checkout.sessions.listLineItems(id, { expand: ['data.price.product'] })
  expect(items.data[0]?.price?.product).toEqual(session.line_items?.data[0]?.price?.product)
  const { data } = await stripe.checkout.sessions.listLineItems(id)
  expect(await stripe.products.retrieve(data[0]?.price?.product as string)).toMatchObject(product)
})

it('a payer pays: the intent, the session and their events agree', async () => {
  const sandbox = await sandboxFor()
  const hooks = await webhookServer()
  await sandbox.stripe.listen(hooks.url)
  const { id } = await create(sandbox)
  const outcome = await sandbox.stripe.checkout(id).pay({ email: 'amina@example.com', name: 'Amina' })
  expect(outcome).toMatchObject({
    outcome: 'paid',
    url: `https://shop.example/thanks?session=${id}`,
  })
  const stripe = sdkFor(sandbox)
  const session = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent.latest_charge'] })
  expect(session).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    url: null,
    customer_details: { email: 'amina@example.com', name: 'Amina' },
    payment_intent: {
      status: 'succeeded',
      amount_received: 2550,
      description: 'Order 7',
      metadata: { order: '7' },
      latest_charge: { billing_details: { name: 'Amina' }, amount_captured: 2550 },
    },
  })
  await sandbox.clock.advance(1000)
  const events = (await hooks.count(4)).map(({ event }) => event.type)
  expect(events.sort()).toEqual([
    'charge.succeeded',
    'checkout.session.completed',
    'payment_intent.created',
    'payment_intent.succeeded',
  ])
})

it('a declined card leaves the session open, with one intent for all attempts', async () => {
  const sandbox = await sandboxFor()
  const { id } = await create(sandbox)
  const checkout = sandbox.stripe.checkout(id)
  expect(await checkout.pay({ card: '4000 0000 0000 9995' })).toMatchObject({
    outcome: 'declined',
    message: 'Your card has insufficient funds.',
    session: { status: 'open', payment_status: 'unpaid' },
  })
  const intent = checkout.session.payment_intent
  expect(sandbox.stripe.paymentIntents()).toMatchObject([{ id: intent, status: 'requires_payment_method' }])
  expect(await checkout.pay()).toMatchObject({ outcome: 'paid', session: { payment_intent: intent } })
  await expect(checkout.pay()).rejects.toMatchObject({ code: 'SANDBOX_REQUEST_INVALID' })
  expect(sandbox.stripe.charges().map(({ status }) => status)).toEqual(['failed', 'succeeded'])
})

it('a payer authenticates, or fails to and tries again', async () => {
  const sandbox = await sandboxFor()
  const { id } = await create(sandbox)
  const checkout = sandbox.stripe.checkout(id)
  const card = '4000002500003155'
  expect(await checkout.pay({ card })).toMatchObject({ outcome: 'requires_action' })
  expect(await checkout.authenticate('fail')).toMatchObject({
    outcome: 'declined',
    message: expect.stringContaining('unable to authenticate'),
  })
  await expect(checkout.authenticate()).rejects.toMatchObject({ code: 'SANDBOX_REQUEST_INVALID' })
  await checkout.pay({ card })
  expect(await checkout.authenticate()).toMatchObject({ outcome: 'paid', session: { status: 'complete' } })
})

it.each([
  [{ card: '4242 4242 4242 4241' }, 'Your card number is invalid.'],
  [{ card: '4242' }, 'Your card number is incomplete.'],
  [{ card: '4012888888881881' }, 'but used a non test card'],
  [{ expiry: '01/20' }, "Your card's expiration date is in the past."],
  [{ expiry: '13/40' }, "Your card's expiration date is incomplete."],
  [{ cvc: '12' }, "Your card's security code is incomplete."],
  [{ card: '378282246310005', cvc: '123' }, "Your card's security code is incomplete."],
])('what was typed as %j is not tried: %s', async (entry, message) => {
  const sandbox = await sandboxFor()
  const checkout = sandbox.stripe.checkout((await create(sandbox)).id)
  await expect(checkout.pay(entry)).rejects.toThrow(message)
  expect(sandbox.stripe.charges()).toEqual([])
})

it('a session expires when its time is up, and cannot be paid after that', async () => {
  const sandbox = await sandboxFor()
  const expires_at = Math.floor(sandbox.clock.now() / 1000) + 3600
  const { id } = await create(sandbox, { expires_at })
  await sandbox.stripe.checkout(id).pay({ card: '4000000000000002' })
  await sandbox.clock.advance(3_599_000 - 1000)
  expect(sandbox.stripe.checkout(id).session.status).toBe('open')
  await sandbox.clock.advance(3000)
  expect(sandbox.stripe.checkout(id).session).toMatchObject({ status: 'expired', url: null })
  expect(sandbox.stripe.paymentIntents()).toMatchObject([{ status: 'canceled' }])
  expect(sandbox.stripe.events().at(-1)?.type).toBe('checkout.session.expired')
  await expect(sandbox.stripe.checkout(id).pay()).rejects.toThrow('has expired')
})

it('the application expires a session, once', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const { id } = await create(sandbox)
  expect(await stripe.checkout.sessions.expire(id)).toMatchObject({ status: 'expired' })
  expect(await refusalOf(stripe.checkout.sessions.expire(id))).toMatchObject({
    statusCode: 400,
    message:
      'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of `expired`.',
  })
})

it('money that is only held leaves the session unpaid until it is captured', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const { id } = await create(sandbox, { payment_intent_data: { capture_method: 'manual' } })
  const paid = await sandbox.stripe.checkout(id).pay()
  expect(paid).toMatchObject({ outcome: 'paid', session: { status: 'complete', payment_status: 'unpaid' } })
  await stripe.paymentIntents.capture(String(paid.session.payment_intent))
  expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ payment_status: 'paid' })
})

it('an order that costs nothing needs no payment', async () => {
  const sandbox = await sandboxFor()
  const free = { currency: 'usd', unit_amount: 0, product_data: { name: 'Sample' } }
  const { id } = await create(sandbox, { line_items: [{ quantity: 1, price_data: free }] })
  expect(await sandbox.stripe.checkout(id).pay()).toMatchObject({
    session: { status: 'complete', payment_status: 'no_payment_required', payment_intent: null },
  })
})

it('a customer is named by the application, or made by Checkout', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const customer = await stripe.customers.create({ email: 'amina@example.com', name: 'Amina' })
  const known = await create(sandbox, { customer: customer.id })
  expect(known).toMatchObject({ customer: customer.id, customer_details: { email: 'amina@example.com' } })
  await sandbox.stripe.checkout(known.id).pay()
  expect(sandbox.stripe.charges()).toMatchObject([{ customer: customer.id }])

  const made = await create(sandbox, { customer_creation: 'always', customer_email: 'juma@example.com' })
  const { session } = await sandbox.stripe.checkout(made.id).pay()
  expect(await stripe.customers.retrieve(String(session.customer))).toMatchObject({
    email: 'juma@example.com',
  })
})

it('sessions are listed by status, payment and moment', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const [first, second] = [await create(sandbox), await create(sandbox)]
  const { session } = await sandbox.stripe.checkout(first.id).pay()
  const idsOf = async (params: Stripe.Checkout.SessionListParams) =>
    (await stripe.checkout.sessions.list(params)).data.map(({ id }) => id)
  expect(await idsOf({})).toEqual([second.id, first.id])
  expect(await idsOf({ status: 'complete' })).toEqual([first.id])
  expect(await idsOf({ payment_intent: String(session.payment_intent) })).toEqual([first.id])
  expect(await idsOf({ created: { gt: first.created } })).toEqual([])
})

const item = (changes: object) =>
  [{ quantity: 1, ...changes }] as Stripe.Checkout.SessionCreateParams['line_items']
const priced = (changes: object) =>
  item({ price_data: { currency: 'usd', product_data: { name: 'x' }, ...changes } })

it.each<[string, object, object]>([
  [
    'payment_method_types',
    { payment_method_types: ['card'] },
    { code: 'payment_method_types_no_longer_supported' },
  ],
  ['no success_url', { success_url: undefined }, { param: 'success_url', code: 'parameter_missing' }],
  ['no line items', { line_items: undefined }, { param: 'line_items', code: 'parameter_missing' }],
  ['another mode', { mode: 'subscription' }, { param: 'mode' }],
  ['an unknown price', { line_items: item({ price: 'price_1' }) }, { code: 'resource_missing' }],
  [
    'no quantity',
    { line_items: [{ price_data: { currency: 'usd', unit_amount: 100, product_data: { name: 'x' } } }] },
    { message: 'Quantity is required. Add `quantity` to `line_items[0]`' },
  ],
  ['no amount', { line_items: priced({}) }, { param: 'line_items[0][price_data][unit_amount]' }],
  ['too little', { line_items: priced({ unit_amount: 49 }) }, { code: 'amount_too_small' }],
  [
    'an unknown parameter',
    { line_items: priced({ unit_amount: 100, colour: 'red' }) },
    { code: 'parameter_unknown', param: 'line_items[0][price_data][colour]' },
  ],
  [
    'a fraction of a shilling',
    { line_items: priced({ unit_amount: 150, currency: 'ugx' }) },
    { code: 'invalid_charge_amount' },
  ],
  [
    'two currencies',
    {
      line_items: [
        ...(priced({ unit_amount: 100 }) ?? []),
        ...(priced({ unit_amount: 100, currency: 'eur' }) ?? []),
      ],
    },
    { param: 'line_items[1][price_data][currency]' },
  ],
  ['29 minutes', { expires_at: 29 }, { param: 'expires_at' }],
  ['25 hours', { expires_at: 25 * 60 }, { param: 'expires_at' }],
  ['a customer and an address', { customer: 'cus_1', customer_email: 'a@b.c' }, {}],
  ['an unknown customer', { customer: 'cus_1' }, { code: 'resource_missing', param: 'customer' }],
])('a session with %s is refused', async (_name, changes: { expires_at?: number }, error) => {
  const sandbox = await sandboxFor()
  const { expires_at: minutes, ...rest } = changes
  const expires_at = minutes && Math.floor(sandbox.clock.now() / 1000) + minutes * 60
  const refused = await refusalOf(create(sandbox, { ...rest, ...(expires_at && { expires_at }) }))
  expect(refused).toMatchObject({ statusCode: 400, rawType: 'invalid_request_error', ...error })
})

it('answers 404 for a session that there is not', async () => {
  const sandbox = await sandboxFor()
  expect(await raw(sandbox, 'GET', '/v1/checkout/sessions/cs_none')).toMatchObject({
    status: 404,
    json: { error: { code: 'resource_missing', message: "No such checkout.session: 'cs_none'" } },
  })
  expect(() => sandbox.stripe.checkout('cs_none')).toThrow("No such checkout.session: 'cs_none'")
})
