import type { LocateResult } from '../provider.js'
import type { StripeClient } from './create-stripe.js'
import { failureOf } from './failures.js'
import { ownerOf, ownValue } from './metadata.js'

/** Asks the Payment Intent whose it is: refunds made in the dashboard, and disputes, carry no name of ours. */
export function stripeLocate(client: StripeClient) {
  return async function locate(intent: string | undefined): Promise<LocateResult> {
    if (intent === undefined) return { status: 'not_found' }
    try {
      const owner = ownerOf(await client.paymentIntents.retrieve(intent))
      return owner ? { status: 'found', ...owner } : { status: 'not_found' }
    } catch (error) {
      const { code, notFound } = failureOf(error)
      return notFound ? { status: 'not_found' } : { status: 'unavailable', code, error }
    }
  }
}

/** The Payment Intent of a charge, a refund or a dispute. */
export function intentOfMoney(object: unknown): string | undefined {
  const intent = ownValue(object, 'payment_intent')
  return typeof intent === 'string' && /^pi_\w{1,250}$/.test(intent) ? intent : undefined
}
