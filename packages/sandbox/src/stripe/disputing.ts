import { addBalanceTransaction } from './charging.js'
import { evidenceFields, type DisputeReason, type Evidence } from './dispute-objects.js'
import type { Charge, Dispute } from './objects.js'
import { invalid } from './refusal.js'
import { stripeLimits } from './settings.js'
import type { Work } from './work.js'

/** Disputes a charge: the money is taken back at once, and with it a fee. @throws Refusal if nothing is left of it */
export function openDispute(
  work: Work,
  charge: Charge,
  { amount, reason = 'fraudulent' }: { amount?: number; reason?: DisputeReason } = {},
): Dispute {
  const left = charge.amount_captured - charge.amount_refunded
  const disputed = amount ?? left
  if (charge.disputed || disputed <= 0 || disputed > left) {
    throw invalid(
      charge.disputed
        ? `Charge ${charge.id} is disputed already.`
        : `Of charge ${charge.id}, ${left} can be disputed, not ${disputed}.`,
    )
  }
  const id = work.context.ids.dispute()
  const withdrawal = addBalanceTransaction(work, {
    amount: -disputed,
    currency: charge.currency,
    description: `Chargeback withdrawal for ${charge.id}`,
    fee: feeFor(charge.currency),
    source: id,
    type: 'adjustment',
    reporting_category: 'dispute',
    available_on: work.now,
  })
  const { brand, network } = charge.payment_method_details.card
  const dispute: Dispute = {
    id,
    object: 'dispute',
    amount: disputed,
    balance_transactions: [withdrawal],
    charge: charge.id,
    created: work.now,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: noEvidence,
    evidence_details: {
      due_by: work.now + stripeLimits.evidenceMs / 1000,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    payment_method_details: {
      card: { brand, case_type: 'chargeback', network, network_reason_code: '10.4' },
      type: 'card',
    },
    reason,
    status: 'needs_response',
  }
  work.set('disputes', id, dispute)
  work.set('charges', charge.id, { ...charge, disputed: true })
  work.emit('charge.dispute.created', dispute)
  work.emit('charge.dispute.funds_withdrawn', dispute)
  return dispute
}

/** Ends a dispute. What was won comes back, with the fee. @throws Refusal if it has ended */
export function closeDispute(work: Work, dispute: Dispute, outcome: 'lost' | 'won'): Dispute {
  checkUndecided(dispute)
  const transactions = outcome === 'won' ? [reinstate(work, dispute)] : []
  const closed: Dispute = {
    ...dispute,
    balance_transactions: [...dispute.balance_transactions, ...transactions],
    status: outcome,
  }
  work.set('disputes', closed.id, closed)
  if (outcome === 'won') work.emit('charge.dispute.funds_reinstated', closed)
  work.emit('charge.dispute.closed', closed)
  return closed
}

/** Refuses a change of what has been decided. @throws Refusal */
export function checkUndecided({ id, status }: Dispute): void {
  if (status === 'lost' || status === 'won')
    throw invalid(`Dispute ${id} is already closed: it was ${status}.`)
}

function reinstate(work: Work, { id, amount, currency, charge }: Dispute) {
  return addBalanceTransaction(work, {
    amount,
    currency,
    description: `Chargeback reversal for ${charge}`,
    fee: -feeFor(currency),
    source: id,
    type: 'adjustment',
    reporting_category: 'dispute_reversal',
    available_on: work.now,
  })
}

/** 15 dollars. What it is in other currencies depends on the account; here it is nothing. */
function feeFor(currency: string): number {
  return currency === 'usd' ? 1500 : 0
}

const noEvidence = {
  ...Object.fromEntries(evidenceFields.map((name) => [name, null])),
  enhanced_evidence: {},
} as Evidence
