import type { DisputeStatus } from './dispute.js'
import type { Money } from './money.js'

/** How a provider tells of payers' complaints to their banks. */
export interface ProviderDisputes {
  /** All disputes about what an attempt took. Must not throw. */
  list(attempt: { providerRef: string }): Promise<DisputeList>
}

/** A dispute as the provider shows it. */
export interface ShownDispute {
  readonly id: string
  readonly amount: Money
  readonly status: DisputeStatus
  /** The provider's word for the status. */
  readonly code: string
  readonly reason: string
  readonly respondBy?: Date
}

/** What `ProviderDisputes.list` may answer. */
export type DisputeList =
  | { status: 'listed'; disputes: readonly ShownDispute[] }
  | { status: 'unavailable'; code: string; error?: unknown }
