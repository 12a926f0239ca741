import { performance } from 'node:perf_hooks'
import { DURABLE, isDuplicateKey, type MongoCollection } from './collection.js'

/** The server's time, followed by this process's monotonic clock: a wrong clock on this machine changes nothing. */
export interface ServerClock {
  now(): Promise<Date>
  /** Takes note of a `$currentDate` that a write has just brought back. */
  learn(serverTime: Date, sentAt: number): void
  /** The monotonic time to pass as `sentAt`. */
  ticks(): number
}

const RELEARN_AFTER_MS = 60_000

/**
 * Learns the server's clock from `$currentDate` (`$$NOW` would need an update pipeline, which not every
 * MongoDB-compatible server has). One small document, `_id: "clock"`, is written when nothing was learnt for a minute.
 */
export function serverClock(collection: MongoCollection, ticks = () => performance.now()): ServerClock {
  let offset: number | undefined
  let learntAt = -Infinity
  let learning: Promise<void> | undefined

  function learn(serverTime: Date, sentAt: number): void {
    const receivedAt = ticks()
    offset = serverTime.getTime() - (sentAt + receivedAt) / 2
    learntAt = receivedAt
  }

  async function ask(): Promise<void> {
    const sentAt = ticks()
    learn((await touch()).at, sentAt)
  }

  async function touch(): Promise<{ at: Date }> {
    const write = () =>
      collection.findOneAndUpdate(
        { _id: 'clock' },
        { $currentDate: { at: true } },
        { upsert: true, returnDocument: 'after', ...DURABLE },
      )
    // Two processes may insert it at the same moment; the one that is late finds it on the second try.
    return (await write().catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error
      return write()
    })) as { at: Date }
  }

  return {
    async now() {
      if (offset === undefined || ticks() - learntAt > RELEARN_AFTER_MS) {
        learning ??= ask().finally(() => {
          learning = undefined
        })
        await learning
      }
      return new Date(Math.round(ticks() + offset!))
    },
    learn,
    ticks,
  }
}
