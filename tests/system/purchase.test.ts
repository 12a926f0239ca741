import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectRealtime } from '@ementech/realtime/client'
import { call, type Order, press, registerCustomer, startSystem, until } from '../support/shop.js'

type RunningSystem = Awaited<ReturnType<typeof startSystem>>
let system: RunningSystem
let nextPhone = 254700000001
/** A subscriber of its own for each purchase: Daraja allows one prompt at a time for each. */
const newPhone = () => String(nextPhone++)

beforeAll(async () => {
  system = await startSystem()
}, 60_000)
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
    await enterPin(phone, '1234')
    await until('the socket to say paid', async () => seen.includes('paid'))
    socket.close()

    const paid = await customer.read(order.id)
    expect(paid.status).toBe('paid')
    expect(paid.payment!.receipt).toMatch(/^[A-Z0-9]{10}$/)
    expect(await received(phone)).toEqual([order.total.minor])
    expect(await receipts(customer.email)).toEqual([`Receipt for order ${order.number}`])
  })

  it('turns to failed when the PIN is wrong, and is paid at the second try', async () => {
    const customer = await registerCustomer(system.url)
    const order = await customer.order()
    const phone = newPhone()
    await customer.pay(order.id, phone)
    await enterPin(phone, '9999')
    const failed = await status(customer, order.id, 'payment_failed')
    expect(failed.payment!.message!.en).toMatch(/PIN/)

    const again = newPhone()
    await customer.pay(order.id, again)
    await enterPin(again, '1234')
    await status(customer, order.id, 'paid')
    expect(await received(phone)).toEqual([])
    expect(await received(again)).toEqual([order.total.minor])
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
    await enterPin(phone, '1234')
    await status(customer, order.id, 'paid')
    expect(await received(phone)).toEqual([order.total.minor])
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
      await promptOn(phone)
      if (when === 'before the PIN') {
        await system.kill(name)
        await system.start(name)
        await enterPin(phone, '1234')
      } else {
        await enterPin(phone, '1234')
        await system.kill(name)
        await system.start(name)
      }
      await status(customer, order.id, 'paid', 90_000)
      expect(await received(phone)).toEqual([order.total.minor])
      expect(await receipts(customer.email)).toEqual([`Receipt for order ${order.number}`])
    },
    120_000,
  )
})

async function status(
  customer: Awaited<ReturnType<typeof registerCustomer>>,
  id: string,
  wanted: string,
  ms?: number,
) {
  let last = ''
  return until(
    `the order to be ${wanted}`,
    async () => {
      const order = await customer.read(id)
      last = order.status
      return order.status === wanted && order
    },
    ms,
  ).catch((error: Error) => {
    throw new Error(`${error.message} It is ${last}.`, { cause: error.cause })
  })
}

async function promptOn(phone: string) {
  return until(`a prompt on ${phone}`, async () => {
    const { prompt } = await call(system.sandboxUrl, 'GET', `/_sandbox/phones/${phone}`)
    return prompt
  })
}

async function enterPin(phone: string, pin: string) {
  await promptOn(phone)
  await call(system.sandboxUrl, 'POST', `/_sandbox/phones/${phone}/pin`, { pin })
}

/** Subjects of the mails to an address, once there are any. One that was sent twice has one Message-ID: one mail. */
async function receipts(address: string): Promise<string[]> {
  const mails = await until(`a mail to ${address}`, async () => {
    const response = await fetch(`${system.sandboxUrl}/_sandbox/mail?to=${encodeURIComponent(address)}`)
    const found = (await response.json()) as { messageId: string; subject: string }[]
    return found.length > 0 && found
  })
  return [...new Map(mails.map(({ messageId, subject }) => [messageId, subject])).values()]
}

/** Amounts, in cents, that left this phone by the sandbox's ledger; all of them went to the merchant. */
async function received(phone: string): Promise<number[]> {
  const { entries } = await call(system.sandboxUrl, 'GET', '/_sandbox/ledger')
  return (entries as { lines: { account: string; cents: number }[] }[])
    .flatMap(({ lines }) => lines)
    .filter(({ account, cents }) => account === `subscriber:${phone}` && cents < 0)
    .map(({ cents }) => -cents)
}
