import { isWithin, page, pageShape, range } from './lists.js'
import type { BalanceTransaction } from './objects.js'
import { ok, operation } from './operation.js'
import { text } from './params.js'
import { missing } from './refusal.js'
import type { Work } from './work.js'

/** /v1/charges, /v1/balance_transactions and /v1/balance, all of them to be read only. */
export const chargeOperations = [
  operation('GET', '/v1/charges/:id', {}, (work, _params, id) => {
    const charge = work.get('charges', id)
    if (!charge) throw missing('charge', id, 'id')
    return ok(charge)
  }),
  operation(
    'GET',
    '/v1/charges',
    { optional: { ...pageShape, payment_intent: text, created: range } },
    (work, params) => {
      const charges = work
        .all('charges')
        .filter(
          ({ payment_intent, created }) =>
            (params.payment_intent ?? payment_intent) === payment_intent && isWithin(created, params.created),
        )
      return page(charges, params, '/v1/charges')
    },
  ),
  operation('GET', '/v1/balance_transactions/:id', {}, (work, _params, id) => {
    const transaction = work.get('balanceTransactions', id)
    if (!transaction) throw missing('balance transaction', id, 'id')
    return ok(settled(work, transaction))
  }),
  operation(
    'GET',
    '/v1/balance_transactions',
    { optional: { ...pageShape, source: text, type: text, currency: text, created: range } },
    (work, params) => {
      const transactions = work
        .all('balanceTransactions')
        .filter(
          ({ source, type, currency, created }) =>
            (params.source ?? source) === source &&
            (params.type ?? type) === type &&
            (params.currency ?? currency) === currency &&
            isWithin(created, params.created),
        )
        .map((transaction) => settled(work, transaction))
      return page(transactions, params, '/v1/balance_transactions')
    },
  ),
  operation('GET', '/v1/balance', {}, (work) => {
    const transactions = work.all('balanceTransactions').map((transaction) => settled(work, transaction))
    return ok({
      object: 'balance',
      available: sums(transactions, 'available'),
      livemode: false,
      pending: sums(transactions, 'pending'),
    })
  }),
]

/** A transaction as it stands now: time alone makes it available. */
export function settled(work: Work, transaction: BalanceTransaction): BalanceTransaction {
  return { ...transaction, status: transaction.available_on <= work.now ? 'available' : 'pending' }
}

/** What is available now, in the smallest unit of `currency`. */
export function availableBalance(work: Work, currency: string): number {
  return work
    .all('balanceTransactions')
    .filter((transaction) => transaction.currency === currency && transaction.available_on <= work.now)
    .reduce((sum, { net }) => sum + net, 0)
}

function sums(transactions: BalanceTransaction[], status: BalanceTransaction['status']) {
  const currencies = [...new Set(transactions.map(({ currency }) => currency))]
  if (currencies.length === 0) currencies.push('usd')
  return currencies.map((currency) => {
    const amount = transactions
      .filter((transaction) => transaction.currency === currency && transaction.status === status)
      .reduce((sum, { net }) => sum + net, 0)
    return { amount, currency, source_types: { card: amount } }
  })
}
