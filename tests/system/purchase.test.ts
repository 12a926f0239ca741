import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectRealtime } from '@ementech/realtime/client'
import { sandboxAt } from '../support/sandbox.js'
import { orderIs, press, registerCustomer, startSystem, until, type Order } from '../support/shop.js'

type RunningSystem = Awaited<ReturnType<typeof startSystem>>
let system: RunningSystem
let sandbox: ReturnType<typeof sandboxAt>
let nextPhone = 254700000001
/** A subscriber of its own for each purchase: Daraja allows one prompt at a time for each. */
const newPhone = () => String(nextPhone++)

beforeAll(async () => {
  system = await startSystem()
  sandbox = sandboxAt(system.sandboxUrl)
}, 180_000)
afterAll(() => system[Symbol.asyncDispose]())

describe('one M-Pesa purchase through the whole system', () => {
  it('turns to paid when the payer enters the right PIN, and the browser is told by socket', async () => {
    const customer = await registerCustomer(system.url)
    const socket = connectRealtime(system.url, { token: () => customer.token })
    const seen: string[] = []
    socket.on('order', (data) => seen.push((data as { order: Order }).order.status))
    const order = await customer.order()
    const phone = newPhone()
    expect((await customer.pay(order.id, phone)).status).toBe('paying')
    await sandbox.enterPin(phone, '1234')
    await until('the socket to say paid', async () => seen.includes('paid'))
    socket.close()

    const paid = await customer.read(order.id)
    expect(paid.status).toBe('paid')
    expect(paid.payment!.receipt).toMatch(/^[A-Z0-9]{10}$/)
    expect(await sandbox.received(phone)).toEqual([order.total.minor])
    expect(await sandbox.mails(customer.email)).toEqual([`Receipt for order ${order.number}`])
  })

  it('turns to failed when the PIN is wrong, and is paid at the second try', async () => {
    const customer = await registerCustomer(system.url)
    const order = await customer.order()
    const phone = newPhone()
    await customer.pay(order.id, phone)
    await sandbox.enterPin(phone, '9999')
    const failed = await orderIs(customer, order.id, 'payment_failed')
    expect(failed.payment!.message!.en).toMatch(/PIN/)

    const again = newPhone()
    await customer.pay(order.id, again)
    await sandbox.enterPin(again, '1234')
    await orderIs(customer, order.id, 'paid')
    expect(await sandbox.received(phone)).toEqual([])
    expect(await sandbox.received(again)).toEqual([order.total.minor])
  })

  it('sends one prompt when the button is pressed twice, in two tabs, at once', async () => {
    const customer = await registerCustomer(system.url)
    const order = await customer.order()
    const phone = newPhone()
    const tab = press()
    const results = await Promise.allSettled([
      customer.pay(order.id, phone, tab),
      customer.pay(order.id, phone, tab),
      customer.pay(order.id, phone, press()),
      customer.pay(order.id, phone, press()),
    ])
    expect(results.some((result) => result.status === 'fulfilled')).toBe(true)
    for (const result of results) {
      if (result.status === 'rejected') expect(String(result.reason)).toContain('409')
    }
    await sandbox.enterPin(phone, '1234')
    await orderIs(customer, order.id, 'paid')
    expect(await sandbox.received(phone)).toEqual([order.total.minor])
  })

  it("shows no customer another's order", async () => {
    const [one, other] = await Promise.all([registerCustomer(system.url), registerCustomer(system.url)])
    const order = await one.order()
    await expect(other.read(order.id)).rejects.toThrow('404')
    await expect(other.pay(order.id, newPhone())).rejects.toThrow('404')
  })
})

/**
 * Each process in turn dies without warning, at each of two moments, and is started again: the order ends right, the
 * sandbox's ledger agrees with it, and the customer gets one receipt.
 */
// A database that was given by MONGODB_URI is not ours to kill.
const ours = ['sandbox', 'server', 'worker', ...(process.env.MONGODB_URI ? [] : ['database'])]
describe.each(ours)('kill -9 of the %s', (name) => {
  it.each([
    ['while the payer looks at the prompt', 'before the PIN'],
    ['just after the payer sent the PIN', 'after the PIN'],
  ])(
    '%s leaves the order right',
    async (_moment, when) => {
      const customer = await registerCustomer(system.url)
      const order = await customer.order()
      const phone = newPhone()
      await customer.pay(order.id, phone)
      await sandbox.promptOn(phone)
      if (when === 'before the PIN') {
        await system.kill(name)
        await system.start(name)
        await sandbox.enterPin(phone, '1234')
      } else {
        await sandbox.enterPin(phone, '1234')
        await system.kill(name)
        await system.start(name)
      }
      await orderIs(customer, order.id, 'paid', 90_000)
      expect(await sandbox.received(phone)).toEqual([order.total.minor])
      expect(await sandbox.mails(customer.email)).toEqual([`Receipt for order ${order.number}`])
    },
    120_000,
  )
})
