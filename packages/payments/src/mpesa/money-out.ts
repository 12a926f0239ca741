import type { PaymentsError } from '../errors.js'
import type { B2cResult } from './b2c.js'
import type { ReversalResult } from './reversal.js'
import type { TransactionStatusResult } from './transaction-status.js'

/** What is known of a payout or a reversal. */
export interface MoneyOut {
  /**
   * `sent`: the call was made, or may have been · `accepted`: Daraja has it · `done`, `failed`: final ·
   * `not_sent`: proven, it may be sent again · `review`: two final answers contradict each other
   */
  readonly state: 'sent' | 'accepted' | 'done' | 'failed' | 'not_sent' | 'review'
  readonly code?: string
  readonly receipt?: string
}

/** What may become known of it, in any order and any number of times. */
export type MoneyOutNews =
  | { type: 'accepted' }
  | { type: 'callFailed'; error: PaymentsError }
  | { type: 'timeout' }
  | { type: 'result'; result: B2cResult | ReversalResult }
  | { type: 'status'; result: TransactionStatusResult }

/**
 * What is known after the news. Pure; never forgets that money has moved, and never takes a timeout, an unknown code
 * or a question that failed for a failure.
 */
export function nextMoneyOut(known: MoneyOut, news: MoneyOutNews): MoneyOut {
  switch (news.type) {
    case 'accepted':
      return isOpen(known) ? { state: 'accepted' } : known
    case 'callFailed':
      return known.state === 'sent' ? afterCall(known, news.error) : known
    case 'timeout':
      return known
    case 'result':
    case 'status':
      return settle(known, news.result)
  }
}

/**
 * When to ask with `transactionStatus`, in milliseconds after the call, for the question with this number (from 1):
 * results take seconds to minutes, and the rate of questions is limited.
 */
export function askMoneyOutAfterMs(question: number): number {
  return MINUTE * (ASK_AFTER_MINUTES[question - 1] ?? 60 * (question - ASK_AFTER_MINUTES.length + 1))
}

const MINUTE = 60_000
const ASK_AFTER_MINUTES = [2, 5, 10, 20, 40]

function isOpen({ state }: MoneyOut): boolean {
  return state === 'sent' || state === 'accepted'
}

function afterCall(known: MoneyOut, { code, outcome, providerCode }: PaymentsError): MoneyOut {
  // An id that was used before: the earlier call has arrived, and this one did nothing.
  if (code === 'PAYMENTS_MPESA_DUPLICATE') return { state: 'accepted' }
  return outcome === 'not_executed' ? { state: 'not_sent', code: providerCode ?? code } : known
}

function settle(
  known: MoneyOut,
  { outcome, ...result }: B2cResult | ReversalResult | TransactionStatusResult,
): MoneyOut {
  if (outcome !== 'succeeded' && outcome !== 'failed') return known
  const receipt = 'receipt' in result ? result.receipt : result.transactionId
  const heard: MoneyOut = {
    state: outcome === 'succeeded' ? 'done' : 'failed',
    code: 'transactionStatus' in result ? (result.transactionStatus ?? result.code) : result.code,
    ...(receipt !== null && { receipt }),
  }
  if (isOpen(known) || known.state === 'not_sent' || known.state === heard.state) return heard
  return { ...known, state: 'review' }
}
