import { randomInt } from 'node:crypto'
import { Types } from 'mongoose'
import type { Order, orderModel } from '../models/order.js'
import { isDuplicate } from '../mongo.js'
import { ShopError } from '../problem.js'
import type { Catalogue } from './catalogue.js'
import type { Stock } from './stock.js'

export interface OrderLine {
  productId: string
  quantity: number
}

interface OrdersOptions {
  Order: ReturnType<typeof orderModel>
  catalogue: Pick<Catalogue, 'byIds'>
  stock: Pick<Stock, 'reserve' | 'release'>
}

/** Orders, from "Check out" on. Prices are read here, never taken from the browser. */
export function createOrders({ Order, catalogue, stock }: OrdersOptions) {
  return {
    /** Its goods are held from here on; see `checkout.releaseUnpaid`. */
    async place(userId: string, lines: OrderLine[], idempotencyKey: string, shownMinor?: number) {
      const placed = await Order.findOne({ userId, idempotencyKey })
      if (placed) return placed
      const items = await priced(lines)
      const minor = items.reduce((sum, item) => sum + item.price.minor * item.quantity, 0)
      if (shownMinor !== undefined && shownMinor !== minor) {
        throw new ShopError(409, 'PRICE_CHANGED', 'A price has changed since the cart was shown.')
      }
      const total = { minor, currency: 'KES' }
      const _id = new Types.ObjectId()
      const held = { orderId: _id.toString(), hold: `${_id.toString()}:0`, items }
      await stock.reserve(held)
      for (;;) {
        try {
          const number = orderNumber()
          const { hold } = held
          return await Order.create({
            ...{ _id, userId, idempotencyKey, number, items, total },
            ...{ hold, stock: 'reserved' },
          })
        } catch (error) {
          const first = isDuplicate(error) && (await Order.findOne({ userId, idempotencyKey }))
          // The number was taken: throw the dice again.
          if (isDuplicate(error) && !first) continue
          await stock.release(held)
          if (first) return first
          throw error
        }
      }
    },

    list: (userId: string) => Order.find({ userId }).sort({ createdAt: -1 }).limit(50),

    /** By its id, or by its number. */
    async find(userId: string, key: string) {
      const order = await Order.findOne({ ...byKey(key), userId })
      if (!order) throw new ShopError(404, 'ORDER_NOT_FOUND', 'There is no such order.')
      return order
    },

    /** Anybody's: for administrators. */
    async findAny(key: string) {
      const order = await Order.findOne(byKey(key))
      if (!order) throw new ShopError(404, 'ORDER_NOT_FOUND', 'There is no such order.')
      return order
    },

    /** Everybody's, newest first: for administrators. */
    listAll: ({ limit }: { limit: number }) => Order.find().sort({ createdAt: -1, _id: -1 }).limit(limit),

    /** Orders changed at or after `since`, oldest first, by the database's clock. */
    changedSince: (since: Date) =>
      Order.find({ changedAt: { $gte: since } })
        .sort({ changedAt: 1 })
        .limit(500),

    /** When the last change was made, by the database's clock. */
    async lastChange() {
      const last = await Order.findOne({ changedAt: { $exists: true } }).sort({ changedAt: -1 })
      return last?.changedAt ?? new Date(0)
    },
  }

  async function priced(lines: OrderLine[]) {
    const products = await catalogue.byIds(lines.map((line) => line.productId))
    return lines.map(({ productId, quantity }) => {
      const product = products.get(productId)
      if (!product) throw new ShopError(409, 'PRODUCT_GONE', 'A product in the cart is no longer for sale.')
      const { slug, name, price, picture } = product
      return { productId, slug, name, price, picture, quantity }
    })
  }
}

export type Orders = ReturnType<typeof createOrders>

function byKey(key: string) {
  return key.length === 24 ? { _id: key } : { number: key }
}

/** Short enough to read out on the phone; the unique index is what makes it unique. */
function orderNumber(): string {
  const alphabet = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'
  return Array.from({ length: 6 }, () => alphabet[randomInt(alphabet.length)]).join('')
}

/** Every payment that an order knows of, however it came. */
export function paymentIdsOf({ payments, paymentId, paidBy, overpaidBy }: Order): string[] {
  const ids = [...payments, paymentId, paidBy, ...overpaidBy]
  return [...new Set(ids.filter((id) => typeof id === 'string'))]
}

/** Statuses in which an order can be paid. */
export const payable = ['awaiting_payment', 'payment_failed'] as const

export function isPayable({ status }: Pick<Order, 'status'>): boolean {
  return (payable as readonly string[]).includes(status)
}

/** The order number in what somebody has typed as account number. */
export function orderNumberIn(account: string): string {
  return account.replace(/[^A-Za-z0-9]/g, '').toUpperCase()
}
