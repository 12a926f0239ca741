import Stripe from 'stripe'
import { expect, it } from 'vitest'
import { sandboxFor } from '../support.js'
import { paid, refusalOf, sdkFor } from './support.js'

it('a card that is good pays', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const created = await stripe.paymentIntents.create({
    amount: 125_000,
    currency: 'KES',
    metadata: { order: '7', empty: '' },
  })
  expect(created).toMatchObject({
    id: expect.stringMatching(/^pi_3\w{23}$/),
    status: 'requires_payment_method',
    currency: 'kes',
    metadata: { order: '7' },
    payment_method_types: ['card'],
    automatic_payment_methods: { enabled: true, allow_redirects: 'always' },
  })
  expect(created.client_secret).toMatch(new RegExp(`^${created.id}_secret_\\w{25}$`))
  const intent = await stripe.paymentIntents.confirm(created.id, {
    payment_method: 'pm_card_visa',
    return_url: 'https://shop.example/back',
  })
  expect(intent).toMatchObject({ status: 'succeeded', amount_received: 125_000, last_payment_error: null })
  const charge = await stripe.charges.retrieve(String(intent.latest_charge))
  expect(charge).toMatchObject({
    paid: true,
    captured: true,
    amount_captured: 125_000,
    payment_intent: intent.id,
  })
  expect(await stripe.paymentIntents.retrieve(intent.id)).toEqual(intent)
  expect((await stripe.charges.list({ payment_intent: intent.id })).data).toEqual([charge])
})

it.each([
  ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
  ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
  ['pm_card_chargeDeclinedExpiredCard', 'expired_card', ''],
  ['pm_card_chargeDeclinedProcessingError', 'processing_error', ''],
])('%s is declined, and the intent stays alive', async (payment_method, code, declineCode) => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const error = await refusalOf(stripe.paymentIntents.create({ ...paid, payment_method }))
  expect(error).toBeInstanceOf(Stripe.errors.StripeCardError)
  expect(error).toMatchObject({
    statusCode: 402,
    code,
    payment_intent: { status: 'requires_payment_method' },
  })
  expect(error.decline_code).toBe(declineCode)
  const intent = await stripe.paymentIntents.retrieve(error.payment_intent?.id ?? '')
  expect(intent).toMatchObject({
    payment_method: null,
    last_payment_error: { code, payment_method: { type: 'card' } },
    amount_received: 0,
  })
  expect(sandbox.stripe.charges()).toMatchObject([{ status: 'failed', paid: false, failure_code: code }])
  expect(await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' })).toMatchObject({
    status: 'succeeded',
    last_payment_error: null,
  })
})

it('a payer who must authenticate succeeds, fails, or is not there', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const params = { ...paid, payment_method: 'pm_card_authenticationRequired' }
  const asked = await stripe.paymentIntents.create({ ...params, return_url: 'https://shop.example/back' })
  expect(asked).toMatchObject({
    status: 'requires_action',
    next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: 'https://shop.example/back' } },
  })
  await sandbox.stripe.authenticate(asked.id)
  expect(await stripe.paymentIntents.retrieve(asked.id)).toMatchObject({
    status: 'succeeded',
    next_action: null,
  })
  await expect(sandbox.stripe.authenticate(asked.id)).rejects.toMatchObject({
    code: 'SANDBOX_REQUEST_INVALID',
  })

  const failing = await stripe.paymentIntents.create(params)
  expect(failing.next_action?.type).toBe('use_stripe_sdk')
  expect(await sandbox.stripe.authenticate(failing.id, 'fail')).toMatchObject({
    status: 'requires_payment_method',
    last_payment_error: { code: 'payment_intent_authentication_failure' },
  })
  expect(await refusalOf(stripe.paymentIntents.create({ ...params, off_session: true }))).toMatchObject({
    statusCode: 402,
    code: 'authentication_required',
  })
})

it('refuses a confirmation that cannot be', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const intent = await stripe.paymentIntents.create({ amount: 2000, currency: 'usd' })
  const confirm = (params: Stripe.PaymentIntentConfirmParams) =>
    refusalOf(stripe.paymentIntents.confirm(intent.id, params))
  expect(await confirm({})).toMatchObject({
    code: 'payment_intent_unexpected_state',
    message: expect.stringContaining('missing a payment method'),
  })
  expect(await confirm({ payment_method: 'pm_card_visa' })).toMatchObject({ param: 'return_url' })
  expect(await confirm({ payment_method: 'pm_none', return_url: 'https://shop.example' })).toMatchObject({
    statusCode: 400,
    code: 'resource_missing',
    param: 'payment_method',
  })
  await stripe.paymentIntents.confirm(intent.id, {
    payment_method: 'pm_card_visa',
    return_url: 'https://shop.example',
  })
  expect(await confirm({ payment_method: 'pm_card_visa' })).toMatchObject({
    code: 'payment_intent_unexpected_state',
    message: expect.stringContaining('already succeeded'),
  })
  expect(await refusalOf(stripe.paymentIntents.cancel(intent.id))).toMatchObject({
    code: 'payment_intent_unexpected_state',
  })
})

it('holds, captures a part, and never more', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const held = await stripe.paymentIntents.create({ ...paid, capture_method: 'manual' })
  expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 2000, amount_received: 0 })
  expect((await stripe.balance.retrieve()).pending).toMatchObject([{ amount: 0 }])
  expect(await refusalOf(stripe.paymentIntents.capture(held.id, { amount_to_capture: 2001 }))).toMatchObject({
    code: 'amount_too_large',
  })
  expect(await stripe.paymentIntents.capture(held.id, { amount_to_capture: 1500 })).toMatchObject({
    status: 'succeeded',
    amount_capturable: 0,
    amount_received: 1500,
  })
  expect(await refusalOf(stripe.paymentIntents.capture(held.id))).toMatchObject({
    code: 'payment_intent_unexpected_state',
  })
})

it('cancels what is open, and lets an authorization go after seven days', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const open = await stripe.paymentIntents.create({ amount: 2000, currency: 'usd' })
  expect(await stripe.paymentIntents.cancel(open.id, { cancellation_reason: 'abandoned' })).toMatchObject({
    status: 'canceled',
    cancellation_reason: 'abandoned',
  })
  const held = await stripe.paymentIntents.create({ ...paid, capture_method: 'manual' })
  await sandbox.clock.advance(7 * 86_400_000)
  expect(await stripe.paymentIntents.retrieve(held.id)).toMatchObject({
    status: 'canceled',
    cancellation_reason: 'automatic',
    amount_capturable: 0,
  })
})

it('changes what is open, and only that', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const { id } = await stripe.paymentIntents.create({
    amount: 2000,
    currency: 'usd',
    metadata: { a: '1', b: '2' },
  })
  expect(await stripe.paymentIntents.update(id, { amount: 3000, metadata: { b: '', c: '3' } })).toMatchObject(
    {
      amount: 3000,
      metadata: { a: '1', c: '3' },
    },
  )
  await stripe.paymentIntents.confirm(id, {
    payment_method: 'pm_card_visa',
    return_url: 'https://shop.example',
  })
  expect(await refusalOf(stripe.paymentIntents.update(id, { amount: 1000 }))).toMatchObject({
    code: 'payment_intent_unexpected_state',
  })
  expect((await stripe.paymentIntents.update(id, { description: 'Order 7' })).description).toBe('Order 7')
})

it.each([
  ['usd', 49, 'amount_too_small', 'Amount must be at least $0.50 usd'],
  ['jpy', 49, 'amount_too_small', 'Amount must be at least 50 jpy'],
  ['usd', 1_000_000_000_000, 'amount_too_large', undefined],
  ['ugx', 550, 'invalid_charge_amount', undefined],
  ['isk', 10_001, 'invalid_charge_amount', undefined],
  ['kwd', 5005, 'invalid_charge_amount', undefined],
  ['xyz', 1000, undefined, undefined],
])('refuses %s %i', async (currency, amount, code, message) => {
  const sandbox = await sandboxFor()
  const error = await refusalOf(sdkFor(sandbox).paymentIntents.create({ amount, currency }))
  expect(error).toMatchObject({ statusCode: 400, param: code ? 'amount' : 'currency' })
  expect(error.code).toBe(code)
  if (message) expect(error.message).toBe(message)
})

it.each([
  ['usd', 50],
  ['ugx', 500],
  ['kwd', 5010],
  ['kes', 1],
  ['jpy', 50],
])('takes %s %i', async (currency, amount) => {
  const sandbox = await sandboxFor()
  expect(await sdkFor(sandbox).paymentIntents.create({ amount, currency })).toMatchObject({
    amount,
    currency,
  })
})

it('refunds in parts, and never above what was captured', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const held = await stripe.paymentIntents.create({ ...paid, capture_method: 'manual' })
  const payment_intent = held.id
  expect(await refusalOf(stripe.refunds.create({ payment_intent }))).toMatchObject({ statusCode: 400 })
  await stripe.paymentIntents.capture(held.id, { amount_to_capture: 1500 })
  const refund = await stripe.refunds.create({ payment_intent, amount: 500, metadata: { why: 'torn' } })
  expect(refund).toMatchObject({ status: 'succeeded', amount: 500, metadata: { why: 'torn' } })
  expect(await refusalOf(stripe.refunds.create({ payment_intent, amount: 1001 }))).toMatchObject({
    param: 'amount',
    message: 'Refund amount ($10.01 usd) is greater than unrefunded amount on charge ($10.00 usd)',
  })
  await stripe.refunds.create({ charge: String(refund.charge), reason: 'requested_by_customer' })
  expect(await refusalOf(stripe.refunds.create({ payment_intent }))).toMatchObject({
    code: 'charge_already_refunded',
  })
  expect(await stripe.charges.retrieve(String(refund.charge))).toMatchObject({
    refunded: true,
    amount_refunded: 1500,
  })
  expect((await stripe.refunds.list({ payment_intent })).data.map(({ amount }) => amount)).toEqual([
    1000, 500,
  ])
  expect(await stripe.refunds.retrieve(refund.id)).toEqual(refund)
})

it('never refunds above what was captured when many try at once', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const { id } = await stripe.paymentIntents.create({ ...paid })
  await Promise.allSettled(
    Array.from({ length: 12 }, () => stripe.refunds.create({ payment_intent: id, amount: 300 })),
  )
  const sum = sandbox.stripe.refunds().reduce((total, { amount }) => total + amount, 0)
  expect(sum).toBe(1800)
})

it('keeps a balance, which becomes available after a week', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const { id } = await stripe.paymentIntents.create({ ...paid })
  await stripe.refunds.create({ payment_intent: id, amount: 500 })
  expect(await stripe.balance.retrieve()).toMatchObject({
    pending: [{ amount: 1942, currency: 'usd' }],
    available: [{ amount: -500 }],
  })
  await sandbox.clock.advance(7 * 86_400_000)
  expect(await stripe.balance.retrieve()).toMatchObject({
    pending: [{ amount: 0 }],
    available: [{ amount: 1442 }],
  })
  const { data } = await stripe.balanceTransactions.list({ type: 'charge' })
  expect(data).toMatchObject([{ amount: 2000, fee: 58, net: 1942, status: 'available' }])
})
