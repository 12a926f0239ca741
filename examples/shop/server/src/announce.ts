import type { Realtime } from '@ementech/realtime'
import type { HydratedDocument } from 'mongoose'
import type { Order } from './models/order.js'
import { viewOrder, viewOrderForAdmin } from './services/order-view.js'
import type { Shop } from './shop.js'

interface AnnounceOptions extends Pick<Shop, 'accounts' | 'payments'> {
  realtime: Pick<Realtime, 'toUser'>
}

/** Tells the customer, on every page that is open, and every administrator how an order stands. */
export function announceTo({ realtime, accounts, payments }: AnnounceOptions) {
  return async function announce(order: HydratedDocument<Order>): Promise<void> {
    realtime.toUser(order.userId).emit('order', { order: await viewOrder(order, payments) })
    const view = await viewOrderForAdmin(order, { payments, addressee: accounts.addressee })
    for (const id of await accounts.adminIds()) realtime.toUser(id).emit('admin:order', { order: view })
  }
}
