import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { PNG } from 'pngjs'
import decodePicture from 'qr/decode.js'
import { afterEach, describe, expect, it } from 'vitest'
import { startSandbox, type Sandbox } from '@ementech/sandbox'
import { databases, servicesOn } from './support.js'

describe('Pay Bill', () => {
  const database = databases()
  const closing: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  /** The shop's services behind a real server, with a sandbox that calls it back, and a worker. */
  async function open() {
    const sandbox = await startSandbox({ timeScale: 20, daraja: { spikeArrest: {} } })
    closing.push(() => sandbox.close())
    const app = express()
    const server = createServer(app)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const services = await servicesOn(database.create(), credentials(sandbox, `${url}/webhooks`))
    app.use('/webhooks', services.payments.webhooks)
    closing.push(() => services.payments.close())
    const worker = services.payments.worker({ pollMs: 10 })
    await services.bills.register()
    const { daraja } = sandbox
    const ended = (receipt: string) =>
      until(() => daraja.customerPayments().find((each) => each.receipt === receipt && each.ending))
    const read = async (number: string) => (await services.Order.findOne({ number }))!
    return { ...services, sandbox, daraja, worker, ended, read, url }
  }

  it('gives the order as a picture: paybill, number and amount; a paid one has none', async () => {
    const { place, bills, daraja, worker, read } = await open()
    const order = await place(2)
    const bill = await bills.bill('wanjiku', order.number)
    expect(bill).toMatchObject({ paybill: '174379', account: order.number })
    expect(bill.amount.minor).toBe(order.total!.minor)
    const { width, height, data } = PNG.sync.read(Buffer.from(bill.pngBase64, 'base64'))
    const shillings = order.total!.minor / 100
    expect(decodePicture({ width, height, data })).toBe(`PB|174379|${order.number}|${shillings}|Soko`)

    await daraja.phone('0712000003').scan(Buffer.from(bill.pngBase64, 'base64'), { pin: '1234' })
    await until(async () => (await read(order.number)).status === 'paid')
    await worker.drained()
    await expect(bills.bill('wanjiku', order.number)).rejects.toMatchObject({ code: 'ORDER_NOT_PAYABLE' })
    await expect(bills.bill('otieno', order.number)).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' })
  })

  it('marks the order paid once, however often it is confirmed, and sells its goods', async () => {
    const { place, daraja, worker, read, payments, shelf } = await open()
    const order = await place(2)
    const { free } = await shelf()
    daraja.faults.order({ fault: 'duplicateCallback', on: 'c2bSimulate', copies: 3 })
    const receipt = await daraja.phone('0712000003').pay(billOf(order))
    await until(() => daraja.callbacks().filter(({ id }) => id.startsWith(receipt)).length >= 5)
    await until(async () => (await read(order.number)).status === 'paid')
    await until(() => daraja.callbacks().every(({ state }) => state === 'delivered'))
    await worker.drained()
    const paid = await read(order.number)
    expect(paid).toMatchObject({ stock: 'sold', overpaidBy: [] })
    expect(await payments.get(paid.paidBy!)).toMatchObject({
      reference: order.number,
      attempts: [{ receipt }],
      captured: { minor: order.total!.minor },
    })
    expect(await shelf()).toEqual({ free, held: 0 })
  })

  it.each([
    ['another amount', (minor: number) => ({ amount: minor / 100 - 1 }), 'C2B00013'],
    ['a number that no order has', () => ({ account: 'ZZZZZZ' }), 'C2B00012'],
  ])('refuses %s before the money moves, in words', async (_, change, code) => {
    const { place, daraja, ended, read } = await open()
    const order = await place()
    const phone = daraja.phone('0712000003')
    const before = phone.balanceCents
    const wish = { ...billOf(order), ...change(order.total!.minor) }
    expect(await ended(await phone.pay(wish))).toMatchObject({ ending: 'rejected' })
    const [validation] = daraja.callbacks()
    expect(JSON.parse(validation!.attempts[0]!.answer!)).toEqual({ ResultCode: code, ResultDesc: 'Rejected' })
    expect(phone.messages.at(-1)!.text).toMatch(/the (amount|account number) is not right/)
    expect(phone.balanceCents).toBe(before)
    expect((await read(order.number)).status).toBe('awaiting_payment')
  })

  it('refuses what is paid already; and of two who pay at once keeps the second to be given back', async () => {
    const { place, daraja, ended, read, refunds, worker, payments } = await open()
    const order = await place()
    // The first confirmation is late: both were asked about an order that nobody had paid.
    daraja.faults.order({ fault: 'delayCallback', on: 'c2bSimulate', ms: 10_000 })
    const [first, second] = [daraja.phone('0712000003'), daraja.phone('0711000001')]
    const receipts = [await first.pay(billOf(order)), await second.pay(billOf(order))]
    for (const receipt of receipts) expect(await ended(receipt)).toMatchObject({ ending: 'completed' })
    await until(async () => (await read(order.number)).overpaidBy.length === 1)
    await worker.drained()
    const { status, paidBy, overpaidBy } = await read(order.number)
    expect(status).toBe('paid')
    expect(overpaidBy).not.toContain(paidBy)
    expect(await ended(await first.pay(billOf(order)))).toMatchObject({ ending: 'rejected' })

    const request = { paymentId: overpaidBy[0]!, note: 'Paid twice', actor: 'admin', idempotencyKey: 'a' }
    await refunds.refund(order.number, request)
    await until(async () => (await payments.get(overpaidBy[0]!))!.refunded.minor === order.total!.minor)
    expect((await read(order.number)).status).toBe('paid')
  })

  it('never counts what comes although it was not asked about: it is there to be given back', async () => {
    const { place, daraja, sandbox, read, refunds, strays, payments, mpesa, worker } = await open()
    // Without external validation, which Safaricom switches on at request only, nobody is asked.
    const confirmationUrl = confirmationUrlOf(sandbox)
    await mpesa.registerUrls({
      whenUnanswered: 'complete',
      validationUrl: 'https://127.0.0.1:1/closed',
      confirmationUrl,
    })
    const order = await place()
    const phone = daraja.phone('0712000003')
    await phone.pay({ ...billOf(order), amount: 7 })
    await phone.pay({ account: 'no such order', amount: 8 })
    await until(async () => (await read(order.number)).overpaidBy.length === 1)
    const [stray] = await until(async () => {
      const found = await strays.list()
      return found.length > 0 && found
    })
    await worker.drained()
    const { status, paidBy, overpaidBy } = await read(order.number)
    expect([status, paidBy]).toEqual(['awaiting_payment', undefined])
    expect(stray).toMatchObject({ account: 'no such order', amount: { minor: 800 }, refundable: 800 })

    const why = { note: 'Not due', actor: 'admin' }
    const paymentId = overpaidBy[0]!
    await refunds.refund(order.number, { ...why, paymentId, idempotencyKey: 'a' })
    await strays.refund(stray!.id, { ...why, idempotencyKey: 'b' })
    for (const id of [paymentId, stray!.id])
      await until(async () => (await payments.get(id))!.refunded.minor > 0)
    expect((await read(order.number)).status).toBe('awaiting_payment')
    expect(await strays.list()).toMatchObject([{ refundable: 0 }])
    await expect(strays.refund(paymentId, { ...why, idempotencyKey: 'c' })).rejects.toMatchObject({
      code: 'PAYMENT_NOT_FOUND',
    })
  })

  it('a forged confirmation pays no order: Daraja does not know its receipt', async () => {
    const { place, sandbox, read, worker, payments, strays } = await open()
    const order = await place()
    const body = {
      ...{ TransactionType: 'Pay Bill', TransID: 'UKQ1234567', TransTime: '20261126120000' },
      ...{ TransAmount: (order.total!.minor / 100).toFixed(2), BusinessShortCode: '174379' },
      ...{ BillRefNumber: order.number, MSISDN: '2547 ***** 003', FirstName: 'JANE' },
    }
    const url = confirmationUrlOf(sandbox)
    const send = (to: string) => fetch(to, { method: 'POST', body: JSON.stringify(body) })
    expect((await send(url.replace(/.$/, (last) => (last === '0' ? '1' : '0')))).status).toBe(404)
    expect((await send(url)).status).toBe(200)
    await until(() => sandbox.daraja.jobs().some(({ result }) => result))
    await until(() => sandbox.daraja.callbacks().every(({ state }) => state === 'delivered'))
    await worker.drained()
    expect(await read(order.number)).toMatchObject({ status: 'awaiting_payment', overpaidBy: [] })
    const paymentId = (await payments.inbox.list())[0]!.paymentId
    expect((await payments.get(paymentId))!.captured.minor).toBe(0)
    expect(await strays.list()).toEqual([])
  })
})

const billOf = (order: { number: string; total?: { minor: number } | null }) => ({
  account: order.number,
  amount: order.total!.minor / 100,
})

function credentials({ env }: Sandbox, callbackUrl: string) {
  return {
    ...{ baseUrl: env.MPESA_BASE_URL, consumerKey: env.MPESA_CONSUMER_KEY, callbackUrl },
    ...{ consumerSecret: env.MPESA_CONSUMER_SECRET, callbackSecret: randomUUID() + randomUUID() },
    initiator: {
      ...{ name: env.MPESA_INITIATOR_NAME, password: env.MPESA_INITIATOR_PASSWORD },
      certificate: env.MPESA_CERTIFICATE,
    },
  }
}

/** Where Safaricom, and nobody else, was told to report. */
function confirmationUrlOf({ daraja }: Sandbox): string {
  const { body } = daraja.requests().find(({ operation }) => operation === 'c2bRegister')!
  return (JSON.parse(body) as { ConfirmationURL: string }).ConfirmationURL
}

async function until<T>(ask: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
