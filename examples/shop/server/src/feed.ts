import type { HydratedDocument } from 'mongoose'
import type { Order } from './models/order.js'
import { repeat } from './repeat.js'
import type { Orders } from './services/orders.js'

interface FeedOptions {
  orders: Pick<Orders, 'changedSince' | 'lastChange'>
  announce: (order: HydratedDocument<Order>) => Promise<void>
  logger: Pick<Console, 'warn'>
  pollMs?: number
}

/**
 * Tells browsers of every change of an order, whichever process made it. It reads the orders themselves, by the
 * database's own clock, rather than events about them: what it sends is the state, so a crash between a change and
 * the news of it loses nothing, and it works on every MongoDB, with or without a replica set.
 */
export function startOrderFeed({ orders, announce, logger, pollMs = 250 }: FeedOptions) {
  // A write carries the time at which it began, and may become visible a little later: look back that far.
  const overlapMs = 2_000
  const sent = new Map<string, number>()
  let since: number | undefined
  return repeat(sendChanges, { everyMs: pollMs, logger })

  async function sendChanges() {
    since ??= (await orders.lastChange()).getTime()
    for (const order of await orders.changedSince(new Date(since - overlapMs))) {
      const id = order.id as string
      const changed = order.changedAt!.getTime()
      if (sent.get(id) === changed) continue
      await announce(order)
      sent.set(id, changed)
      since = Math.max(since, changed)
    }
    for (const [id, changed] of sent) if (changed < since - 2 * overlapMs) sent.delete(id)
  }
}
