import { expect, it } from 'vitest'
import { sandboxFor } from '../support.js'
import { paid, refusalOf, sdkFor } from './support.js'

it('a customer is made, changed, listed and deleted', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const address = { line1: 'Moi Avenue 1', city: 'Nairobi', country: 'KE' }
  const made = await stripe.customers.create({
    email: 'amina@example.com',
    name: 'Amina',
    address,
    shipping: { name: 'Amina', address },
    metadata: { user: '7' },
  })
  expect(made).toMatchObject({
    id: expect.stringMatching(/^cus_\w{14}$/),
    address: { ...address, line2: null },
  })
  const changed = await stripe.customers.update(made.id, {
    name: '',
    phone: '+254711',
    metadata: { vip: '1' },
  })
  expect(changed).toMatchObject({ name: null, phone: '+254711', metadata: { user: '7', vip: '1' } })
  await stripe.customers.create({ email: 'juma@example.com' })
  expect((await stripe.customers.list({ email: 'amina@example.com' })).data).toEqual([changed])

  const intent = await stripe.paymentIntents.create({ ...paid, customer: made.id, expand: ['customer'] })
  expect(intent.customer).toMatchObject({ email: 'amina@example.com' })
  expect((await stripe.paymentIntents.list({ customer: made.id })).data).toHaveLength(1)
  expect(await stripe.customers.del(made.id)).toMatchObject({ id: made.id, deleted: true })
  expect(await refusalOf(stripe.customers.update(made.id, { name: 'A' }))).toMatchObject({ statusCode: 404 })
  expect(await stripe.paymentIntents.retrieve(intent.id, { expand: ['customer'] })).toMatchObject({
    customer: { deleted: true },
  })
  expect(await refusalOf(stripe.paymentIntents.create({ ...paid, customer: made.id }))).toMatchObject({
    code: 'resource_missing',
    param: 'customer',
  })
})

it('a card is kept for a customer, used again, and taken away', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const customer = (await stripe.customers.create({ name: 'Amina' })).id
  const { id } = await stripe.paymentMethods.create({
    type: 'card',
    card: { token: 'tok_mastercard' },
    billing_details: { name: 'Amina' },
  })
  expect(await stripe.paymentMethods.attach(id, { customer })).toMatchObject({ customer })
  expect((await stripe.customers.listPaymentMethods(customer)).data).toMatchObject([{ id }])
  expect((await stripe.paymentMethods.list({ customer, type: 'card' })).data).toMatchObject([
    { id, card: { brand: 'mastercard' }, billing_details: { name: 'Amina' } },
  ])
  for (let again = 0; again < 2; again++) {
    const intent = await stripe.paymentIntents.create({ ...paid, customer, payment_method: id })
    expect(intent).toMatchObject({ status: 'succeeded', payment_method: id })
  }
  const other = (await stripe.customers.create()).id
  expect(await refusalOf(stripe.paymentMethods.attach(id, { customer: other }))).toMatchObject({
    statusCode: 400,
  })
  expect(await stripe.paymentMethods.detach(id)).toMatchObject({ customer: null })
  expect(await refusalOf(stripe.paymentMethods.detach(id))).toMatchObject({ statusCode: 400 })
  expect((await stripe.customers.listPaymentMethods(customer)).data).toEqual([])
})

it('refuses a card number, an unknown token, and what the sandbox does not model', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const number = { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' }
  const create = (card: object) => refusalOf(stripe.paymentMethods.create({ type: 'card', card } as never))
  expect((await create(number)).message).toContain('is generally unsafe')
  expect(await create({ token: 'tok_none' })).toMatchObject({ code: 'resource_missing' })
  expect(await refusalOf(stripe.paymentIntents.create({ ...paid, on_behalf_of: 'acct_1' }))).toMatchObject({
    code: 'parameter_unknown',
    param: 'on_behalf_of',
    message: 'This sandbox does not model the parameter on_behalf_of, which Stripe has.',
  })
})

it('a card that a payment sets up for later belongs to the customer once it has paid, and pays again alone', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const { id: customer } = await stripe.customers.create({ email: 'amina@example.com' })
  const cards = async () => (await stripe.paymentMethods.list({ customer })).data
  const pay = (payment_method: string, setup_future_usage?: 'off_session') =>
    stripe.paymentIntents.create({
      ...{ amount: 1000, currency: 'usd', customer, payment_method, confirm: true },
      ...{ return_url: 'https://shop.example/back', ...(setup_future_usage && { setup_future_usage }) },
    })
  await pay('pm_card_visa')
  await pay('pm_card_chargeDeclined', 'off_session').catch(() => {})
  const asked = await pay('pm_card_threeDSecure2Required', 'off_session')
  expect(await cards()).toEqual([])
  await sandbox.stripe.authenticate(asked.id)
  expect(await cards()).toMatchObject([{ customer, card: { last4: '3220' } }])
  const { payment_method } = await pay('pm_card_mastercard', 'off_session')
  expect(await cards()).toMatchObject([{ id: payment_method }, { card: { last4: '3220' } }])
  const again = await stripe.paymentIntents.create({
    ...{ amount: 2000, currency: 'usd', customer, payment_method: payment_method as string },
    ...{ confirm: true, off_session: true, return_url: 'https://shop.example/back' },
  })
  expect([again.status, (await cards()).length]).toEqual(['succeeded', 2])
  const attached = sandbox.stripe.events().filter(({ type }) => type === 'payment_method.attached')
  expect(attached).toHaveLength(2)
})
