import type { Money } from './money.js'
import type { PaymentRecord } from './payment.js'

/**
 * Where a dispute stands.
 *
 * - `warning`: the bank asks; no money has moved
 * - `needs_response`, `under_review`: the provider has taken the money back until it is decided
 * - `won`, `lost`: decided
 * - `closed`: over without a decision
 */
export type DisputeStatus = 'warning' | 'needs_response' | 'under_review' | 'won' | 'lost' | 'closed'

/** A payer's complaint to the bank, as applications see it. */
export interface Dispute {
  /** The provider's name for it. */
  id: string
  /** Whose money it is about. */
  attemptId: string
  amount: Money
  status: DisputeStatus
  /** The provider's word for the status, which may say more. */
  code: string
  /** What the payer says: `fraudulent`, `product_not_received`, ... */
  reason: string
  /** Evidence is to be there by then. */
  respondBy?: Date
  createdAt: Date
  updatedAt: Date
}

const HOLDS: ReadonlySet<DisputeStatus> = new Set<DisputeStatus>(['needs_response', 'under_review', 'lost'])

/** What disputes have taken away, in minor units: until decided, and for good where they were lost. */
export function disputedSum({ disputes = [] }: Pick<PaymentRecord, 'disputes'>): number {
  return disputes
    .filter(({ status }) => HOLDS.has(status))
    .reduce((total, { amount }) => total + amount.minor, 0)
}
