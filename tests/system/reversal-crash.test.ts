import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sandboxAt } from '../support/sandbox.js'
import { orderIs, registerCustomer, signInAdmin, startSystem, until } from '../support/shop.js'

let system: Awaited<ReturnType<typeof startSystem>>
let sandbox: ReturnType<typeof sandboxAt>
let mongo: MongoClient

beforeAll(async () => {
  system = await startSystem()
  sandbox = sandboxAt(system.sandboxUrl)
  mongo = await MongoClient.connect(system.mongoUri)
}, 180_000)
afterAll(async () => {
  await mongo.close()
  await system[Symbol.asyncDispose]()
})

/**
 * Daraja knows no key by which a call can be repeated: what became of a reversal whose caller died is told by its result
 * alone. Where that is lost too, a person must look, because a second call might give the money back twice.
 */
it.each([
  { result: 'comes', phone: '254700200001', becomes: 'succeeded', order: 'refunded' },
  { result: 'is lost', phone: '254700200002', becomes: 'review', order: 'paid' },
])(
  'kill -9 of the worker while it reverses a payment: its result $result, and the refund is $becomes, never sent twice',
  async ({ result, phone, becomes, order: status }) => {
    const opening = await sandbox.balance(phone)
    const customer = await registerCustomer(system.url)
    const left = await customer.stock()
    const order = await customer.order()
    await customer.pay(order.id, phone)
    await sandbox.enterPin(phone)
    await orderIs(customer, order.id, 'paid')
    const before = (await sandbox.reversals()).length

    // M-Pesa lets nobody in when the office asks: so it is the worker that calls, and then it waits for the answer.
    await sandbox.fault({ fault: 'spikeArrest', on: 'reversal' })
    const admin = await signInAdmin(system.url)
    const asked = await admin.refund(order.id, { note: 'The mug came in pieces' })
    expect(asked.refunds).toMatchObject([{ status: 'created' }])
    await sandbox.fault({ fault: 'slowAnswer', on: 'reversal', ms: 20_000 })
    if (result === 'is lost') await sandbox.fault({ fault: 'dropCallback', on: 'reversal' })
    await later(order.number, 0)
    await until('the reversal', async () => (await sandbox.reversals()).length > before)
    await system.kill('worker')
    await system.start('worker')
    await sandbox.advance(5_000)
    await later(order.number, 0)

    if (result === 'is lost') {
      await until('the money to be back', async () => (await sandbox.balance(phone)) === opening)
      await until('the worker to have given up', async () => {
        await later(order.number, 25 * 60 * 60 * 1000)
        return (await admin.read(order.id)).refunds[0]!.status === becomes
      })
    }
    await orderIs(customer, order.id, status)
    expect((await admin.read(order.id)).refunds).toMatchObject([{ status: becomes }])
    // Whoever tries to help it on finds that there is nothing left to give back.
    await expect(admin.refund(order.id, { note: 'Once more' })).rejects.toThrow('PAYMENTS_REFUND_TOO_MUCH')
    await later(order.number, 0)
    await later(order.number, 0)

    expect(await sandbox.reversals()).toHaveLength(before + 1)
    expect(await sandbox.balance(phone)).toBe(opening)
    expect(await customer.stock()).toBe(left - 1)
    const subjects = [
      `Receipt for order ${order.number}`,
      ...(becomes === 'succeeded' ? [`Refund for order ${order.number}`] : []),
    ]
    expect(await sandbox.mails(customer.email, subjects.length)).toEqual(subjects)
  },
  120_000,
)

/** As if so much time had passed since the refund was asked for: it is its turn, and what a dead worker held is free. */
async function later(reference: string, ms: number) {
  const payments = mongo.db().collection('payments')
  await until('a moment between two writes', async () => {
    const now = new Date()
    const payment = await payments.findOne({ reference, 'refunds.0': { $exists: true } })
    const { createdAt } = (payment!.refunds as { createdAt: Date }[])[0]!
    const change = {
      'refunds.0.nextCheckAt': now,
      'refunds.0.createdAt': new Date(createdAt.getTime() - ms),
      nextCheckAt: now,
      dueAt: now,
      leasedUntil: now,
    }
    const version = payment!.version as number
    return (await payments.updateOne({ _id: payment!._id, version }, { $set: change })).modifiedCount === 1
  })
}
