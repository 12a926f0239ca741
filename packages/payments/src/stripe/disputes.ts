import type Stripe from 'stripe'
import type { DisputeStatus } from '../dispute.js'
import type { DisputeList, ProviderDisputes, ShownDispute } from '../provider-disputes.js'
import { fromStripeAmount } from './amount.js'
import type { StripeClient } from './create-stripe.js'
import { failureOf } from './failures.js'
import { stripeIntentOf } from './intent.js'

/** docs.stripe.com/api/disputes/object. An open list: what nobody knows yet is not decided. */
const STATUSES: ReadonlyMap<string, DisputeStatus> = new Map<string, DisputeStatus>([
  ['warning_needs_response', 'warning'],
  ['warning_under_review', 'warning'],
  ['warning_closed', 'closed'],
  ['needs_response', 'needs_response'],
  ['appeal_needs_response', 'needs_response'],
  ['under_review', 'under_review'],
  ['appeal_under_review', 'under_review'],
  ['won', 'won'],
  ['lost', 'lost'],
  ['prevented', 'closed'],
])

const PAGE = 100

/** Disputes of a Payment Intent. */
export function stripeDisputes(client: StripeClient): ProviderDisputes {
  const intentOf = stripeIntentOf(client)

  async function list({ providerRef }: { providerRef: string }): Promise<DisputeList> {
    try {
      const intent = await intentOf(providerRef)
      const disputes: ShownDispute[] = []
      if (intent === undefined) return { status: 'listed', disputes }
      for await (const dispute of client.disputes.list({ payment_intent: intent, limit: PAGE })) {
        disputes.push(shown(dispute))
      }
      return { status: 'listed', disputes }
    } catch (error) {
      return { status: 'unavailable', code: failureOf(error).code, error }
    }
  }

  return { list }
}

function shown({
  id,
  amount,
  currency,
  status,
  reason,
  evidence_details: evidence,
}: Stripe.Dispute): ShownDispute {
  const dueBy = evidence?.due_by
  return {
    id,
    amount: fromStripeAmount(amount, currency),
    status: STATUSES.get(status) ?? 'under_review',
    code: status,
    reason,
    ...(typeof dueBy === 'number' && { respondBy: new Date(dueBy * 1000) }),
  }
}
