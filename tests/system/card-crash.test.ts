import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxAt } from '../support/sandbox.js'
import {
  orderIs,
  press,
  registerCustomer,
  signInAdmin,
  startSystem,
  until,
  type Customer,
  type Order,
} from '../support/shop.js'

let system: Awaited<ReturnType<typeof startSystem>>
let sandbox: ReturnType<typeof sandboxAt>

beforeAll(async () => {
  system = await startSystem()
  sandbox = sandboxAt(system.sandboxUrl)
}, 180_000)
afterAll(() => system[Symbol.asyncDispose]())

// A refund whose caller died is taken up once nobody can be calling any more: after two minutes.
const deadlineMs = 180_000

/**
 * Each process in turn dies without warning in the midst of a card payment, at each of two moments, and of its refund,
 * and is started again. Order, goods, Stripe's books and the mailbox agree then, and all of it has happened once.
 */
// A database that was given by MONGODB_URI is not ours to kill.
const ours = ['sandbox', 'server', 'worker', ...(process.env.MONGODB_URI ? [] : ['database'])]
describe.each(ours)('kill -9 of the %s', { timeout: 2 * deadlineMs }, (name) => {
  it.each([
    ['before', 'while the payer has the card page open'],
    ['after', 'just after the card was charged'],
  ])('%s the payer pays, %s, leaves the order right', async (when) => {
    const customer = await registerCustomer(system.url)
    const left = await customer.stock()
    const order = await customer.order()
    const page = await customer.payByCard(order.id)
    if (when === 'after') await sandbox.payByCard(page)
    await crash(name)
    if (when === 'before') await sandbox.payByCard(page)
    await orderIs(customer, order.id, 'paid', deadlineMs)
    await hasHappenedOnce(customer, order, { back: 0, left: left - 1 })
  })

  it('in the midst of a refund gives the money back, once', async () => {
    const customer = await registerCustomer(system.url)
    const left = await customer.stock()
    const order = await customer.order()
    await sandbox.payByCard(await customer.payByCard(order.id))
    await orderIs(customer, order.id, 'paid', deadlineMs)
    const admin = await signInAdmin(system.url)
    const once = press()
    const refund = () => admin.refund(order.id, { note: 'The mug came in pieces' }, once)
    await sandbox.answerLate('POST /v1/refunds', 5_000)
    const lost = refund().catch(() => 'no answer')
    // Stripe has done it, and the shop waits for the answer.
    await until('the refund at Stripe', async () => (await sandbox.charged(order.number))[0]!.back > 0)
    await crash(name)
    await lost
    // Whoever got no answer presses again, which is the same press.
    await until('an answer to the refund', refund)
    await orderIs(customer, order.id, 'refunded', deadlineMs)
    await hasHappenedOnce(customer, order, { back: order.total.minor, left: left - 1 })
  })
})

async function crash(name: string) {
  await system.kill(name)
  await system.start(name)
}

async function hasHappenedOnce(
  customer: Customer,
  order: Order,
  { back, left }: { back: number; left: number },
) {
  expect(await sandbox.charged(order.number)).toEqual([{ taken: order.total.minor, back }])
  expect(await customer.stock()).toBe(left)
  expect((await (await signInAdmin(system.url)).read(order.id)).stock).toBe('sold')
  const subjects = [
    `Receipt for order ${order.number}`,
    ...(back > 0 ? [`Refund for order ${order.number}`] : []),
  ]
  expect(await sandbox.mails(customer.email, subjects.length)).toEqual(subjects)
}
