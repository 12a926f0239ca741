import type { FindResult, ProviderResume } from '../provider.js'
import type { StripeClient } from './create-stripe.js'
import { failureOf } from './failures.js'
import { ownerOf } from './metadata.js'

/** An object may have been made at the last repetition of its call; a little more for clocks that differ. */
const WINDOW = { beforeSeconds: 10 * 60, afterSeconds: 25 * 60 * 60 }
const PAGE = 100
/** Beyond this a look-up would be a download. */
const MOST_OBJECTS = 2_000

/** Looks by our metadata for the object of an attempt whose reference never reached us. */
export function stripeLookup(client: StripeClient, kind: 'session' | 'intent'): ProviderResume['find'] {
  return async function find(attempt) {
    try {
      const found = kind === 'intent' ? await searchIntents(attempt) : undefined
      return found === undefined ? await walk(attempt) : { status: 'found', providerRef: found }
    } catch (error) {
      return { status: 'unavailable', code: failureOf(error).code, error }
    }
  }

  /** One question; but the index lags behind, and is not there in every country. What it does not know may still exist. */
  async function searchIntents({ paymentId, attemptId }: Attempt): Promise<string | undefined> {
    const query = `metadata['ementech_payment']:'${paymentId}' AND metadata['ementech_attempt']:'${attemptId}'`
    try {
      const { data } = await client.paymentIntents.search({ query, limit: 1 })
      return data[0]?.id
    } catch {
      return undefined
    }
  }

  /** Lists are up to date. */
  async function walk({ paymentId, attemptId, startedAt }: Attempt): Promise<FindResult> {
    const startedSeconds = Math.floor(startedAt.getTime() / 1000)
    const created = {
      gte: startedSeconds - WINDOW.beforeSeconds,
      lte: startedSeconds + WINDOW.afterSeconds,
    }
    const list = kind === 'intent' ? client.paymentIntents : client.checkout.sessions
    let seen = 0
    for await (const object of list.list({ created, limit: PAGE })) {
      const owner = ownerOf(object)
      const isIt = owner?.paymentId === paymentId && owner.attemptId === attemptId
      if (isIt) return { status: 'found', providerRef: object.id }
      if (++seen === MOST_OBJECTS) return { status: 'unavailable', code: 'PAYMENTS_STRIPE_UNEXPECTED' }
    }
    return { status: 'not_found' }
  }
}

type Attempt = Parameters<ProviderResume['find']>[0]
