import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { databases, paymentOf, servicesOn } from './support.js'

const database = databases()
const shop = () => servicesOn(database.create())
const soldOut = { code: 'SOLD_OUT', status: 409 }

describe('stock', () => {
  it('sells no more than there is, whoever presses at the same time', async () => {
    const { place, shelf, Product } = await shop()
    await Product.updateOne({ slug: 'kahawa' }, { stock: 7 })
    const presses = Array.from({ length: 20 }, (_, i) => place(2, { userId: `customer ${i}` }))
    const results = await Promise.allSettled(presses)
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject(soldOut)
    expect(await shelf()).toEqual({ free: 1, held: 6 })
  })

  it('holds all of an order or nothing of it', async () => {
    const { orders, product, shelf, Product } = await shop()
    await Product.updateOne({ slug: 'chai' }, { stock: 1 })
    const lines = [
      { productId: (await product('kahawa')).id as string, quantity: 1 },
      { productId: (await product('chai')).id as string, quantity: 2 },
    ]
    await expect(orders.place('wanjiku', lines, randomUUID())).rejects.toMatchObject(soldOut)
    expect(await shelf('kahawa')).toEqual({ free: 40, held: 0 })
    expect(await shelf('chai')).toEqual({ free: 1, held: 0 })
  })

  it('takes the goods once when the order is paid, however often it is told', async () => {
    const { place, shelf, checkout, orders } = await shop()
    const order = await place(3)
    await Promise.all(Array.from({ length: 4 }, () => checkout.markPaid(paymentOf(order, 'paid'))))
    await checkout.markPaid(paymentOf(order, 'paid'))
    expect(await shelf()).toEqual({ free: 37, held: 0 })
    expect((await orders.find('wanjiku', order.number)).stock).toBe('sold')
  })

  it('sets free what nobody paid for, once, and holds it anew for a customer who pays after all', async () => {
    const { place, shelf, checkout, pay } = await shop()
    const order = await place(5)
    await checkout.releaseUnpaid(60_000)
    expect(await shelf()).toEqual({ free: 35, held: 5 })
    await Promise.all([checkout.releaseUnpaid(-1), checkout.releaseUnpaid(-1)])
    expect(await shelf()).toEqual({ free: 40, held: 0 })
    // Nobody answers at M-Pesa: the payment fails, and its goods are held for the next try.
    await pay(order.id as string)
    expect(await shelf()).toEqual({ free: 35, held: 5 })
  })

  it('refuses to send a prompt for goods that others have bought meanwhile', async () => {
    const { place, checkout, pay, orders, Product } = await shop()
    const order = await place(5)
    await checkout.releaseUnpaid(-1)
    await Product.updateOne({ slug: 'kahawa' }, { stock: 4 })
    await expect(pay(order.id as string)).rejects.toMatchObject(soldOut)
    expect((await orders.find('wanjiku', order.number)).status).toBe('awaiting_payment')
  })

  it('gives late money its goods if they are there, and says so if they are not', async () => {
    const { place, checkout, orders, shelf, Product } = await shop()
    const [lucky, unlucky] = [await place(5), await place(5)]
    await checkout.releaseUnpaid(-1)
    await Product.updateOne({ slug: 'kahawa' }, { stock: 7 })
    await checkout.markPaid(paymentOf(lucky, 'late 1'))
    await checkout.markPaid(paymentOf(lucky, 'late 1'))
    await checkout.markPaid(paymentOf(unlucky, 'late 2'))
    await checkout.markPaid(paymentOf(unlucky, 'late 2'))
    expect(await orders.find('wanjiku', lucky.number)).toMatchObject({ status: 'paid', stock: 'sold' })
    expect(await orders.find('wanjiku', unlucky.number)).toMatchObject({ status: 'paid', stock: 'short' })
    expect(await shelf()).toEqual({ free: 2, held: 0 })
  })

  it('sells or sets free, never both, when payment and sweep come at the same time', async () => {
    const { place, checkout, orders, shelf } = await shop()
    const placed = await Promise.all(Array.from({ length: 8 }, (_, i) => place(1, { userId: `c${i}` })))
    await Promise.all([
      ...placed.map((order) => checkout.markPaid(paymentOf(order, `p${order.number}`))),
      checkout.releaseUnpaid(-1),
      checkout.releaseUnpaid(-1),
    ])
    const settled = await Promise.all(placed.map(({ userId, number }) => orders.find(userId, number)))
    expect(settled.map(({ stock }) => stock)).toEqual(placed.map(() => 'sold'))
    expect(await shelf()).toEqual({ free: 32, held: 0 })
  })

  it('ends the holds of a process that died between two steps', async () => {
    const { place, stock, shelf, product, Order } = await shop()
    const items = [{ productId: (await product()).id as string, quantity: 4 }]
    // It died before the order was stored; after it was released; after it was sold.
    await stock.reserve({ orderId: '0123456789abcdef01234567', hold: 'nobody', items })
    const [released, sold, waiting] = [await place(3), await place(2), await place(1)]
    await Order.updateOne({ _id: released._id }, { stock: 'released' })
    await Order.updateOne({ _id: sold._id }, { stock: 'sold' })
    await stock.releaseOrphans(60_000)
    expect(await shelf()).toEqual({ free: 30, held: 10 })
    await stock.releaseOrphans(-1)
    expect(waiting.stock).toBe('reserved')
    expect(await shelf()).toEqual({ free: 37, held: 1 })
  })
})
