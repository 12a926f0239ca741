import type { orderModel } from '../models/order.js'
import type { productModel } from '../models/product.js'
import { ShopError } from '../problem.js'

interface StockOptions {
  Product: ReturnType<typeof productModel>
  Order: ReturnType<typeof orderModel>
}

/** Goods that are held for an order, under a name of their own. */
export interface Held {
  orderId: string
  hold: string
  items: readonly { productId: string; quantity: number }[]
}

/**
 * Holds goods for orders. Count and note of a hold stand in one document and change in one update, so each step is done
 * once, in whichever process and however often it is asked for; nothing is sold that is not there.
 */
export function createStock({ Product, Order }: StockOptions) {
  return { reserve, release, sell, releaseOrphans }

  /** All or nothing: throws SOLD_OUT. What this hold has already, it keeps. */
  async function reserve({ orderId, hold, items }: Held): Promise<void> {
    for (const { productId, quantity } of items) {
      const taken = await Product.updateOne(
        { _id: productId, stock: { $gte: quantity }, 'reservations.hold': { $ne: hold } },
        { $inc: { stock: -quantity }, $push: { reservations: { hold, orderId, quantity, at: new Date() } } },
      )
      if (
        taken.modifiedCount === 1 ||
        (await Product.exists({ _id: productId, 'reservations.hold': hold }))
      ) {
        continue
      }
      await release({ orderId, hold, items })
      throw new ShopError(409, 'SOLD_OUT', 'Something in this order is sold out, or there are not enough.')
    }
  }

  /** What is not held (any more) is left alone. */
  async function release({ hold, items }: Held): Promise<void> {
    for (const { productId, quantity } of items) {
      await Product.updateOne(
        { _id: productId, 'reservations.hold': hold },
        { $inc: { stock: quantity }, $pull: { reservations: { hold } } },
      )
    }
  }

  /** The held goods leave the shop. */
  async function sell({ hold, items }: Held): Promise<void> {
    for (const { productId } of items) {
      await Product.updateOne({ _id: productId }, { $pull: { reservations: { hold } } })
    }
  }

  /** Ends the holds that a process left behind when it died between two steps: the order says what is right. */
  async function releaseOrphans(olderThanMs: number): Promise<void> {
    const old = new Date(Date.now() - olderThanMs)
    for (const product of await Product.find({ 'reservations.at': { $lt: old } })) {
      for (const { hold, orderId, quantity, at } of product.reservations) {
        if (at >= old) continue
        const held = { orderId, hold, items: [{ productId: product.id as string, quantity }] }
        const order = await Order.findById(orderId, { stock: 1, hold: 1 })
        const isItsOwn = order?.hold === hold
        if (isItsOwn && order.stock === 'sold') await sell(held)
        else if (!isItsOwn || order.stock !== 'reserved') await release(held)
      }
    }
  }
}

export type Stock = ReturnType<typeof createStock>
