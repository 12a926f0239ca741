import type { MpesaCode } from './product-codes.js'
import type { MpesaResult } from './result.js'

/** What a result proves. `unknown` is neither done nor failed: ask with `transactionStatus`. */
export type MpesaOutcome = 'succeeded' | 'failed' | 'pending' | 'unknown'

/** The outcome that a result code stands for. */
export function outcomeOf({ isInterim }: MpesaResult, { class: kind }: MpesaCode): MpesaOutcome {
  if (isInterim) return 'pending'
  if (kind === 'paid') return 'succeeded'
  return kind === 'pending' || kind === 'unknown' ? kind : 'failed'
}
