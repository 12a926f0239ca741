import { randomUUID } from 'node:crypto'
import Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxAt } from '../support/sandbox.js'
import { call, orderIs, press, registerCustomer, startSystem, until } from '../support/shop.js'

/** Not the sandbox's: with a key of its own the shop shows Stripe's form in its pages. Everything else is the sandbox. */
const formKey = 'pk_test_OfAShopWithAForm'

let system: Awaited<ReturnType<typeof startSystem>>
let sandbox: ReturnType<typeof sandboxAt>
let stripe: Stripe

beforeAll(async () => {
  system = await startSystem({ env: { STRIPE_PUBLISHABLE_KEY: formKey } })
  sandbox = sandboxAt(system.sandboxUrl)
  const { hostname: host, port } = new URL(system.sandboxUrl)
  stripe = new Stripe(system.sandboxEnv().STRIPE_SECRET_KEY!, { host, port, protocol: 'http' })
}, 180_000)
afterAll(() => system[Symbol.asyncDispose]())

describe('a card that is entered in the form of the shop', { timeout: 300_000 }, () => {
  it('pays an order once, by the one secret that every press of the button gives', async () => {
    const customer = await registerCustomer(system.url)
    const left = await customer.stock()
    const order = await customer.order()
    // At once: those that come while Stripe is asked are told so.
    const presses = await Promise.allSettled([1, 2, 3].map(() => customer.cardSecret(order.id)))
    const secret = await customer.cardSecret(order.id)
    for (const press of presses) {
      if (press.status === 'fulfilled') expect(press.value).toBe(secret)
      else expect(String(press.reason)).toContain('PAYMENT_UNDER_WAY')
    }
    expect((await customer.read(order.id)).status).toBe('paying')

    await confirm(secret, 'pm_card_visa')
    const paid = await orderIs(customer, order.id, 'paid')
    expect(paid.payment).toMatchObject({ method: 'card', status: 'succeeded' })
    expect(await sandbox.charged(order.number)).toEqual([{ taken: order.total.minor, back: 0 }])
    expect(await customer.stock()).toBe(left - 1)
    expect(await sandbox.mails(customer.email)).toEqual([`Receipt for order ${order.number}`])
    await expect(customer.cardSecret(order.id)).rejects.toThrow('ORDER_PAID')
  })

  it('leaves the order payable where the card is declined: by another card, with the same secret', async () => {
    const customer = await registerCustomer(system.url)
    const order = await customer.order()
    const secret = await customer.cardSecret(order.id)
    await expect(confirm(secret, 'pm_card_chargeDeclined')).rejects.toThrow('declined')
    await until('the news of the refusal', async () => (await customer.read(order.id)).payment?.message)
    expect(await customer.cardSecret(order.id)).toBe(secret)
    await confirm(secret, 'pm_card_visa')
    await orderIs(customer, order.id, 'paid')
    expect(await sandbox.charged(order.number)).toEqual([{ taken: order.total.minor, back: 0 }])
  })

  it('leaves the order payable where the customer gives the form up: by M-Pesa, and the form takes no card any more', async () => {
    const customer = await registerCustomer(system.url)
    const order = await customer.order()
    const secret = await customer.cardSecret(order.id)
    await customer.giveUp(order.id)
    await orderIs(customer, order.id, 'payment_failed')
    await expect(confirm(secret, 'pm_card_visa')).rejects.toThrow(/cancel/)
    await customer.pay(order.id, '0712000009')
    await sandbox.enterPin('254712000009')
    await orderIs(customer, order.id, 'paid')
    expect(await sandbox.charged(order.number)).toEqual([])
  })

  it('is a form for the order of its customer alone, and its key is told to the pages', async () => {
    const order = await (await registerCustomer(system.url)).order()
    const stranger = await registerCustomer(system.url)
    await expect(stranger.cardSecret(order.id)).rejects.toThrow('ORDER_NOT_FOUND')
    const anonymous = call(system.url, 'POST', `/api/orders/${order.id}/pay`, { method: 'card' }, press())
    await expect(anonymous).rejects.toThrow('401')
    expect(await call(system.url, 'GET', '/api/config')).toMatchObject({
      takesCards: true,
      cardFormKey: formKey,
    })
  })
})

/** What Stripe.js does when the customer presses "Pay": the secret names the intent. */
function confirm(secret: string, card: string) {
  const [intent] = secret.split('_secret_')
  return stripe.paymentIntents.confirm(
    intent!,
    { payment_method: card, return_url: system.url },
    { idempotencyKey: randomUUID() },
  )
}
