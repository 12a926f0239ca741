import type { Inbox } from '../store.js'
import { DURABLE, isDuplicateKey, type MongoCollection } from './collection.js'
import type { ServerClock } from './server-clock.js'

interface Turn {
  _id: string
  cursor?: Date
  lease: { token: number; at: Date }
}

/** The turns at recurring tasks: one small document each, `_id: "sweep:<name>"`, which no entry's filter matches. */
export function mongoSweeps(
  collection: MongoCollection,
  clock: ServerClock,
): Pick<Inbox, 'claimSweep' | 'setSweep'> {
  const inMs = async (ms: number) => new Date((await clock.now()).getTime() + ms)

  return {
    async claimSweep(name, { owner, leaseMs }) {
      const dueAt = { $lte: await inMs(0) }
      const sentAt = clock.ticks()
      const claimed = (await collection
        .findOneAndUpdate(
          { _id: `sweep:${name}`, dueAt },
          {
            $set: { 'lease.owner': owner, dueAt: await inMs(leaseMs) },
            $inc: { 'lease.token': 1 },
            $currentDate: { 'lease.at': true },
          },
          { upsert: true, returnDocument: 'after', ...DURABLE },
        )
        .catch((error: unknown) => {
          // It is there, and not due: the upsert wanted to insert it.
          if (isDuplicateKey(error)) return null
          throw error
        })) as Turn | null
      if (!claimed) return null
      const { _id: id, lease, cursor = null } = claimed
      clock.learn(lease.at, sentAt)
      return { lease: { id, token: lease.token }, cursor }
    },

    async setSweep({ id, token }, { dueInMs, cursor }) {
      const $set = { dueAt: await inMs(dueInMs), ...(cursor && { cursor }) }
      const { matchedCount } = await collection.updateOne(
        { _id: id, 'lease.token': token },
        { $set },
        DURABLE,
      )
      return matchedCount === 1
    },
  }
}
