import type { LocateResult } from '../provider.js'
import type { StripeClient } from './create-stripe.js'
import { failureOf } from './failures.js'
import { ownerOf, ownValue, type Owner } from './metadata.js'

/** Asks Stripe whose an object is: refunds made in the dashboard, disputes and thin events carry no name of ours. */
export function stripeLocate(client: StripeClient) {
  async function ownerOfObject(id: string): Promise<Owner | undefined> {
    if (id.startsWith('cs_')) return ownerOf(await client.checkout.sessions.retrieve(id))
    if (id.startsWith('pi_')) return ownerOf(await client.paymentIntents.retrieve(id))
    const isDispute = id.startsWith('du_') || id.startsWith('dp_')
    const money = await (isDispute ? client.disputes.retrieve(id) : client.refunds.retrieve(id))
    const intent = intentOfMoney(money)
    return ownerOf(money) ?? (intent === undefined ? undefined : ownerOfObject(intent))
  }

  return async function locate(id: string | undefined): Promise<LocateResult> {
    if (id === undefined) return { status: 'not_found' }
    try {
      const owner = await ownerOfObject(id)
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
