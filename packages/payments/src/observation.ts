import type { Money } from './money.js'
import type { AttemptStatus, PayerMessage } from './payment.js'

/**
 * Where a fact comes from, strongest first.
 *
 * - `operator`: a person decided, with a name
 * - `read`: the provider answered our authenticated question
 * - `signed`: a webhook whose signature was checked
 * - `callback`: an unsigned callback; never enough for money
 * - `response`: the answer to our own call
 * - `redirect`: the payer's browser came back; moves nothing
 * - `timer`: our own deadline
 */
export type Evidence = 'operator' | 'read' | 'signed' | 'callback' | 'response' | 'redirect' | 'timer'

/** Evidence on which money may be counted. An answer received to our own call is as good as a read. */
export const MONEY_EVIDENCE: ReadonlySet<Evidence> = new Set<Evidence>([
  'operator',
  'read',
  'signed',
  'response',
])

/** One fact about one attempt, ready for `reduce`. */
export interface Observation {
  /** Names the fact where it has a name of its own (an inbox entry); such a fact is applied once. */
  id?: string
  at: Date
  evidence: Evidence
  attemptId: string
  /**
   * `submitting`: we are about to call · `not_executed`: our call provably did nothing ·
   * `unresolved`: no final answer until the deadline, or an answer that nobody understands.
   */
  status: AttemptStatus | 'unresolved'
  providerRef?: string
  /** `submitting`: goes with the call. Another one for the same attempt replaces a key that is spent. */
  idempotencyKey?: string
  /** The reference is known to be another payment's. */
  foreign?: boolean
  amount?: Money
  code?: string
  receipt?: string
  payerMessage?: PayerMessage
  /** `not_executed`: trying again later makes no sense. */
  final?: boolean
  /** `expired`: the provider was asked and the answer was conclusive: not paid. */
  conclusive?: boolean
  /** Who decided (`operator`), or what a reader of the history should know. */
  note?: string
}
