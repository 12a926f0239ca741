import { cardEnding } from './cards.js'
import { addBalanceTransaction } from './charging.js'
import type { Charge, Refund } from './objects.js'
import { mergeMetadata } from './params.js'
import type { Work } from './work.js'

/** Gives money back. A pending refund has left the balance all the same. */
export function makeRefund(
  work: Work,
  charge: Charge,
  amount: number,
  { reason, metadata }: { reason?: Refund['reason']; metadata?: Record<string, string> },
): Refund {
  const id = work.context.ids.refund()
  const outcome = cardEnding(charge.payment_method_details.card.last4)?.outcome
  const isPending = outcome?.kind === 'approved' && outcome.afterwards === 'refundIsPending'
  const transaction = addBalanceTransaction(work, {
    amount: -amount,
    currency: charge.currency,
    description: `REFUND FOR CHARGE${charge.description ? ` (${charge.description})` : ''}`,
    fee: 0,
    source: id,
    type: 'refund',
    available_on: work.now,
  })
  const made: Refund = {
    id,
    object: 'refund',
    amount,
    balance_transaction: transaction.id,
    charge: charge.id,
    created: work.now,
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      type: 'card',
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
    },
    metadata: mergeMetadata({}, metadata),
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    ...(isPending && { pending_reason: 'processing' }),
    status: isPending ? 'pending' : 'succeeded',
    transfer_reversal: null,
  }
  const amount_refunded = charge.amount_refunded + amount
  const refunded = { ...charge, amount_refunded, refunded: amount_refunded === charge.amount_captured }
  work.set('refunds', id, made)
  work.set('charges', charge.id, refunded)
  work.emit('charge.refunded', refunded)
  work.emit('refund.created', made)
  return made
}

/** Decides a refund that was not certain: the bank has taken it, or sent the money back. */
export function settleRefund(work: Work, id: string, fate: 'refundFails' | 'refundIsPending'): void {
  const refund = work.get('refunds', id)
  const charge = work.get('charges', refund?.charge ?? '')
  if (!refund || !charge || refund.status === 'failed') return
  if (fate === 'refundIsPending') {
    const { pending_reason: _, ...rest } = refund
    const settled: Refund = { ...rest, status: 'succeeded' }
    work.set('refunds', id, settled)
    work.emit('refund.updated', settled)
    return
  }
  const returned = addBalanceTransaction(work, {
    amount: refund.amount,
    currency: refund.currency,
    description: `REFUND FAILURE (${charge.id})`,
    fee: 0,
    source: id,
    type: 'refund_failure',
    available_on: work.now,
  })
  const failed: Refund = {
    ...refund,
    failure_balance_transaction: returned.id,
    failure_reason: 'expired_or_canceled_card',
    status: 'failed',
  }
  work.set('refunds', id, failed)
  work.set('charges', charge.id, {
    ...charge,
    amount_refunded: charge.amount_refunded - refund.amount,
    refunded: false,
  })
  work.emit('refund.updated', failed)
  work.emit('refund.failed', failed)
}
