import { setTimeout as wait } from 'node:timers/promises'
import type { TokenStore } from '../mpesa/tokens.js'
import { assertKnownKeys } from '../options.js'
import { CURRENT, DURABLE, isDuplicateKey, type MongoCollection } from './collection.js'
import { serverClock } from './server-clock.js'

/** Options of {@link mongoTokenStore}. */
export interface MongoTokenStoreOptions {
  /** One for each consumer key that shares the collection. Default `mpesa`. */
  name?: string
  /** How long the others wait for the one that fetches a token. Default 10 000. */
  mintWithinMs?: number
  /** Milliseconds since the epoch; what `createMpesa` has. Default `Date.now`. */
  clock?: () => number
}

interface Document {
  value?: string | null
  expiresAt?: Date
}

const LOOK_AGAIN_MS = 50

/**
 * Daraja's access token in a MongoDB collection, as `createMpesa({ tokenStore })`: one of all processes fetches it, the
 * others wait for that one. It lives for an hour and is stored as it is: who reads the database can use it.
 */
export function mongoTokenStore(
  collection: MongoCollection,
  options: MongoTokenStoreOptions = {},
): TokenStore {
  assertKnownKeys('mongoTokenStore', options, ['name', 'mintWithinMs', 'clock'])
  const { name = 'mpesa', mintWithinMs = 10_000, clock = Date.now } = options
  const server = serverClock(collection)
  const _id = `token:${name}`

  /**
   * True for one of all who have seen that there is no token, or only this one, until a new one is stored or
   * `mintWithinMs` are over.
   */
  async function isOurTurn(seen: string | null, now: Date): Promise<boolean> {
    const mintingUntil = new Date(now.getTime() + mintWithinMs)
    try {
      const filter = { _id, value: seen, mintingUntil: { $lte: now } }
      await collection.updateOne(filter, { $set: { mintingUntil } }, { upsert: true, ...DURABLE })
      return true
    } catch (error) {
      // It is there, and somebody's turn or renewed: the upsert wanted to insert it.
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  return {
    async get(refused) {
      for (let waitedMs = 0; waitedMs < mintWithinMs; waitedMs += LOOK_AGAIN_MS) {
        const now = await server.now()
        const { value = null, expiresAt } = ((await collection.findOne({ _id }, CURRENT)) ?? {}) as Document
        if (value !== null && value !== refused && expiresAt !== undefined && expiresAt > now) {
          // The clocks of two machines differ: what is kept is the server's time, what is given is ours.
          return { value, expiresAt: clock() + expiresAt.getTime() - now.getTime() }
        }
        if (await isOurTurn(value, now)) return null
        await wait(LOOK_AGAIN_MS)
      }
      return null
    },

    async set({ value, expiresAt }) {
      const leftMs = expiresAt - clock()
      const kept = {
        value,
        expiresAt: new Date((await server.now()).getTime() + leftMs),
        mintingUntil: new Date(0),
      }
      await collection.updateOne({ _id }, { $set: kept }, { upsert: true, ...DURABLE })
    },
  }
}
