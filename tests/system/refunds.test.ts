import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxAt } from '../support/sandbox.js'
import { orderIs, registerCustomer, signInAdmin, startSystem, until } from '../support/shop.js'

let system: Awaited<ReturnType<typeof startSystem>>
let sandbox: ReturnType<typeof sandboxAt>

beforeAll(async () => {
  system = await startSystem()
  sandbox = sandboxAt(system.sandboxUrl)
}, 180_000)
afterAll(() => system[Symbol.asyncDispose]())

describe('money that went by M-Pesa comes back by M-Pesa', () => {
  it('is refunded by the administrator: the phone has it again, the order and a mail say so', async () => {
    const phone = '254700100001'
    const before = await sandbox.balance(phone)
    const { customer, order } = await paid(phone)
    expect(await sandbox.balance(phone)).toBe(before - order.total.minor)
    const admin = await signInAdmin(system.url)
    await admin.refund(order.id, { note: 'The mug came in pieces' })
    await orderIs(customer, order.id, 'refunded')
    expect(await sandbox.balance(phone)).toBe(before)
    expect(await sandbox.mails(customer.email, 2)).toEqual([
      `Receipt for order ${order.number}`,
      `Refund for order ${order.number}`,
    ])
    expect((await admin.read(order.id)).paidWith).toMatchObject({ refundable: 0 })
  })

  it('says in words why M-Pesa gave no part back, and gives back the whole after that', async () => {
    const phone = '254700100002'
    const before = await sandbox.balance(phone)
    const { customer, order } = await paid(phone)
    const admin = await signInAdmin(system.url)
    await admin.refund(order.id, { minor: 100_00, note: 'A scratch' })
    const refused = await until('the refusal', async () => {
      const seen = await admin.read(order.id)
      return seen.refunds[0]?.status === 'failed' && seen
    })
    expect(refused.refunds[0]!.reason).toMatch(/^M-Pesa has no payment of this amount.*whole/)
    expect(refused).toMatchObject({ status: 'paid', paidWith: { refundable: order.total.minor } })
    await admin.refund(order.id, { note: 'All of it then' })
    await orderIs(customer, order.id, 'refunded')
    expect(await sandbox.balance(phone)).toBe(before)
  })

  it('gives back a payment that came twice, and the order stays paid', async () => {
    const [first, second] = ['254700100003', '254700100004']
    const before = await sandbox.balance(first)
    const { customer, order } = await paid(first)
    const admin = await signInAdmin(system.url)
    const lost = (await admin.read(order.id)).paidWith!.id
    await forgetPayment(order.number)
    await customer.pay(order.id, second)
    await sandbox.enterPin(second)
    await orderIs(customer, order.id, 'paid')
    await hearOfItLate(order.number, lost)

    expect((await admin.read(order.id)).overpaid).toMatchObject([{ id: lost, refundable: order.total.minor }])
    await admin.refund(order.id, { paymentId: lost, note: 'Paid twice' })
    await until('the money to be back', async () => (await sandbox.balance(first)) === before)
    const subject = `Refund for order ${order.number}`
    await until('the mail', async () => (await sandbox.mails(customer.email)).includes(subject))
    expect(await admin.read(order.id)).toMatchObject({
      status: 'paid',
      overpaid: [{ id: lost, refundable: 0 }],
      paidWith: { refundable: order.total.minor },
    })
    await expect(admin.refund(order.id, { paymentId: 'another', note: 'A try' })).rejects.toThrow('404')
  })
})

async function paid(phone: string) {
  const customer = await registerCustomer(system.url)
  const order = await customer.order()
  await customer.pay(order.id, phone)
  await sandbox.enterPin(phone)
  await orderIs(customer, order.id, 'paid')
  return { customer, order }
}

/** As it is where the shop gave a payment up whose news came late: the customer may pay again. */
async function forgetPayment(number: string) {
  await changeOrder(number, { $set: { status: 'payment_failed', stock: 'released' }, $unset: { paidBy: 1 } })
}

/** As `checkout.markPaid` keeps money that comes late; its own test is in examples/shop/server/test/orders.test.ts. */
async function hearOfItLate(number: string, paymentId: string) {
  await changeOrder(number, { $addToSet: { overpaidBy: paymentId } })
}

async function changeOrder(number: string, change: object) {
  const client = await MongoClient.connect(system.mongoUri)
  expect((await client.db().collection('orders').updateOne({ number }, change)).modifiedCount).toBe(1)
  await client.close()
}
