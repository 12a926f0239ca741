import { repeat } from './repeat.js'
import type { Orders } from './services/orders.js'

interface FeedOptions {
  orders: Orders
  emit: (userId: string, order: Awaited<ReturnType<Orders['view']>>) => void
  logger: Pick<Console, 'warn'>
  pollMs?: number
}

/**
 * Tells browsers of every change of an order, whichever process made it. It reads the orders themselves, by the
 * database's own clock, rather than events about them: what it sends is the state, so a crash between a change and
 * the news of it loses nothing, and it works on every MongoDB, with or without a replica set.
 */
export function startOrderFeed({ orders, emit, logger, pollMs = 250 }: FeedOptions) {
  // A write carries the time at which it began, and may become visible a little later: look back that far.
  const overlapMs = 2_000
  const sent = new Map<string, number>()
  let since: number | undefined
  return repeat(sendChanges, { everyMs: pollMs, logger })

  async function sendChanges() {
    since ??= (await orders.lastChange()).getTime()
    for (const order of await orders.changedSince(new Date(since - overlapMs))) {
      const changed = order.changedAt!.getTime()
      if (sent.get(order.id) === changed) continue
      emit(order.userId, await orders.view(order))
      sent.set(order.id, changed)
      since = Math.max(since, changed)
    }
    for (const [id, changed] of sent) if (changed < since - 2 * overlapMs) sent.delete(id)
  }
}
