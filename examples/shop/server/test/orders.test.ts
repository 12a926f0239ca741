import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { viewOrder } from '../src/services/order-view.js'
import { paymentIdsOf } from '../src/services/orders.js'
import { databases, paymentOf, servicesOn } from './support.js'

const database = databases()
const shop = () => servicesOn(database.create())

describe('orders', () => {
  it('takes its prices from the catalogue, and one press for one order', async () => {
    const { place, shelf } = await shop()
    const key = randomUUID()
    const placed = await Promise.all(Array.from({ length: 5 }, () => place(2, { key })))
    expect(new Set(placed.map(({ id }) => id as string)).size).toBe(1)
    expect(placed[0]!.total).toMatchObject({ minor: 190_000, currency: 'KES' })
    expect(await shelf()).toEqual({ free: 38, held: 2 })
  })

  it('refuses a product that is not for sale', async () => {
    const { orders } = await shop()
    const lines = [{ productId: '0123456789abcdef01234567', quantity: 1 }]
    await expect(orders.place('wanjiku', lines, randomUUID())).rejects.toMatchObject({ code: 'PRODUCT_GONE' })
  })

  it('is placed at the total that the customer was shown, and at no other', async () => {
    const { orders, product, shelf } = await shop()
    const lines = [{ productId: (await product()).id as string, quantity: 2 }]
    const dearer = orders.place('wanjiku', lines, randomUUID(), 180_000)
    await expect(dearer).rejects.toMatchObject({ status: 409, code: 'PRICE_CHANGED' })
    expect(await shelf()).toEqual({ free: 40, held: 0 })
    expect((await orders.place('wanjiku', lines, randomUUID(), 190_000)).total).toMatchObject({
      minor: 190_000,
    })
  })

  it('is found by its number too, and by nobody else', async () => {
    const { orders, place } = await shop()
    const order = await place()
    expect((await orders.find('wanjiku', order.number)).id).toBe(order.id)
    await expect(orders.find('otieno', order.number)).rejects.toMatchObject({ status: 404 })
  })

  it('lets the customer press again when nothing could be sent', async () => {
    const { place, pay, payments } = await shop()
    const { order: unpaid } = await pay((await place()).id as string, randomUUID(), '0712000001')
    expect(unpaid.status).toBe('payment_failed')
    expect((await viewOrder(unpaid, payments)).payment).toMatchObject({ phone: '0712 ••• 001' })
  })

  it('tries once for each press, also when the network repeats the press after it failed', async () => {
    const { place, pay, payments } = await shop()
    const id = (await place()).id as string
    const attempts = async (paymentId: string) => (await payments.get(paymentId))!.attempts.length
    const [first, second] = [randomUUID(), randomUUID()]
    const { order: failed } = await pay(id, first)
    expect((await pay(id, first)).order.status).toBe('payment_failed')
    expect(await attempts(failed.paymentId!)).toBe(1)
    const { order: again } = await pay(id, second)
    expect(again.paymentId).not.toBe(failed.paymentId)
    expect(await attempts(again.paymentId!)).toBe(1)
    expect((await pay(id, first)).order.paymentId).toBe(again.paymentId)
    expect(await attempts(failed.paymentId!)).toBe(1)
  })

  it('releases an order whose process died before it could send the prompt, and no other', async () => {
    const { place, orders, checkout, Order, payments } = await shop()
    const order = await place()
    const payment = await payments.create({
      reference: order.number,
      amount: { minor: 95_000, currency: 'KES' },
      provider: 'mpesa',
      payer: { phone: '0712000002' },
      description: 'Soko',
      idempotencyKey: randomUUID(),
    })
    await Order.updateOne(
      { _id: order._id },
      { status: 'paying', paymentId: payment.id, changedAt: new Date(Date.now() - 60_000) },
    )
    await checkout.releaseAbandoned({ unsentMs: 120_000, openPageMs: 120_000 })
    expect((await orders.find('wanjiku', order.number)).status).toBe('paying')
    await checkout.releaseAbandoned({ unsentMs: 30_000, openPageMs: 30_000 })
    expect((await orders.find('wanjiku', order.number)).status).toBe('payment_failed')
  })

  it('keeps money that arrived twice, to be given back, and stays paid by the first', async () => {
    const { place, orders, checkout } = await shop()
    const order = await place()
    expect(await checkout.markPaid(paymentOf(order, 'first'))).toMatchObject({ number: order.number })
    expect(await checkout.markPaid(paymentOf(order, 'first'))).toMatchObject({ number: order.number })
    expect(await checkout.markPaid(paymentOf(order, 'second'))).toBeUndefined()
    await checkout.markUnpaid(paymentOf(order, 'first'))
    const settled = await orders.find('wanjiku', order.number)
    expect(settled).toMatchObject({ status: 'paid', paidBy: 'first' })
    expect([...settled.overpaidBy]).toEqual(['second'])
  })

  it('shows a payment that is to be checked, also where it came by Pay Bill or another one is under way', async () => {
    const { place, orders, checkout } = await shop()
    const order = await place()
    const typed = { ...paymentOf(order, 'bill'), reference: ` ${order.number.toLowerCase()}` }
    await checkout.markInReview(typed)
    await checkout.markInReview(typed)
    const found = await orders.find('wanjiku', order.number)
    expect(found.status).toBe('awaiting_payment')
    expect(paymentIdsOf(found)).toEqual(['bill'])
    expect(found.changedAt).toBeInstanceOf(Date)
  })

  it('counts a part that was given back, and is refunded once all is', async () => {
    const { place, orders, checkout, payments } = await shop()
    const order = await place()
    await checkout.markPaid(paymentOf(order, 'first'))
    const after = async (minor: number) => {
      const amount = { minor: 95_000, currency: 'KES' }
      const sums = { amount, captured: amount, refunded: { minor, currency: 'KES' } }
      const payment = { ...paymentOf(order, 'first'), ...sums } as never
      payments.get = async () => payment
      await checkout.markRefunded(paymentOf(order, 'first'))
      const { status, refundedMinor } = await orders.find('wanjiku', order.number)
      return { status, refundedMinor }
    }
    expect(await after(30_000)).toEqual({ status: 'paid', refundedMinor: 30_000 })
    expect(await after(95_000)).toEqual({ status: 'refunded', refundedMinor: 95_000 })
    // The second part failed after all: its money came back.
    expect(await after(30_000)).toEqual({ status: 'paid', refundedMinor: 30_000 })
  })
})
