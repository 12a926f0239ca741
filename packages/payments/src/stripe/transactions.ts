import type Stripe from 'stripe'
import type { Money } from '../money.js'
import type { ProviderTransaction } from '../provider.js'
import { fromStripeAmount } from './amount.js'
import type { StripeClient } from './create-stripe.js'
import { ownerOf } from './metadata.js'

/**
 * What a balance transaction is to us (docs.stripe.com/reports/balance-transaction-types). Payouts, fees and
 * transfers move no payer's money.
 */
const KINDS = new Map<string, ProviderTransaction['kind']>([
  ['charge', 'captured'],
  ['payment', 'captured'],
  ['refund', 'refunded'],
  ['payment_refund', 'refunded'],
  ['adjustment', 'adjusted'],
  ['payment_failure_refund', 'adjusted'],
  ['payment_reversal', 'adjusted'],
])

const PAGE = 100

/** Stripe's balance transactions, in the payers' currencies: the balance itself may be kept in another one. */
export function stripeTransactions(client: StripeClient) {
  return async function* transactions({
    from,
    to,
  }: {
    from: Date
    to: Date
  }): AsyncGenerator<ProviderTransaction> {
    const created = { gte: seconds(from), lt: seconds(to) }
    const expand = ['data.source']
    for await (const transaction of client.balanceTransactions.list({ created, expand, limit: PAGE })) {
      const kind = KINDS.get(transaction.type)
      if (kind !== undefined && !cameBack(transaction.source)) yield toTransaction(transaction, kind)
    }
  }
}

function toTransaction(
  transaction: Stripe.BalanceTransaction,
  kind: ProviderTransaction['kind'],
): ProviderTransaction {
  const { id, created, source } = transaction
  const owner = ownerOf(source)
  return {
    id,
    kind,
    ref: (typeof source === 'string' ? source : source?.id) ?? id,
    amount: amountOf(transaction, kind),
    at: new Date(created * 1000),
    ...(owner && { paymentId: owner.paymentId, attemptId: owner.attemptId }),
  }
}

/** Of a refund the balance transaction is negative, of a dispute it is what it does to the balance. */
function amountOf(
  { amount, currency, source }: Stripe.BalanceTransaction,
  kind: ProviderTransaction['kind'],
): Money {
  if (kind === 'adjusted' || source === null || typeof source === 'string') {
    return fromStripeAmount(kind === 'refunded' ? -amount : amount, currency)
  }
  if (source.object === 'charge') return fromStripeAmount(source.amount_captured, source.currency)
  if (source.object === 'refund') return fromStripeAmount(source.amount, source.currency)
  return fromStripeAmount(Math.abs(amount), currency)
}

/** A refund that failed later: there are two transactions, and both are left out. */
function cameBack(source: Stripe.BalanceTransaction['source']): boolean {
  if (source === null || typeof source === 'string' || source.object !== 'refund') return false
  return source.status === 'failed' || source.status === 'canceled'
}

function seconds(date: Date): number {
  return Math.ceil(date.getTime() / 1000)
}
