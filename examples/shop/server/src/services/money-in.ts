import type { Payment } from '@ementech/payments'

/** Money that came in: a payment, or one attempt of a payment that was paid more than once. */
export interface MoneyIn {
  id: string
  /** Only where more than one attempt took money. */
  attemptId?: string
  method: 'mpesa' | 'card'
  receipt?: string | undefined
  /** Minor units that can still be given back: what is on its way back cannot be given twice. */
  refundable: number
}

/** What a payment brought in: first what is kept, then what came besides. */
export function moneyIn(payment: Payment): [MoneyIn, ...MoneyIn[]] {
  const { id, provider, captured, refunded, refundPending, attempts, flags } = payment
  const method = methodOf(provider)
  if (!flags.overpaid) {
    const receipt = attempts.findLast(({ receipt }) => receipt)?.receipt
    return [{ id, method, receipt, refundable: captured.minor - refunded.minor - refundPending.minor }]
  }
  const parts = paidAttempts(payment).map(({ id: attemptId, receipt }) => {
    return { id, attemptId, method, receipt, refundable: leftOf(payment, attemptId) }
  })
  // Where the first one was given back, the next one pays the order.
  const kept = parts.find(({ refundable }) => refundable > 0) ?? parts[0]!
  return [kept, ...parts.filter((part) => part !== kept)]
}

/** The attempts that took money, the oldest first. */
export function paidAttempts({ attempts }: Payment) {
  return attempts.filter(({ status }) => status === 'succeeded')
}

export function methodOf(provider: string): MoneyIn['method'] {
  return provider === 'mpesa' ? 'mpesa' : 'card'
}

/** Each attempt takes the whole amount, or the payment is in review. */
function leftOf({ amount, refunds }: Payment, attemptId: string): number {
  return refunds
    .filter((refund) => refund.attemptId === attemptId)
    .filter(({ status }) => status !== 'failed' && status !== 'canceled')
    .reduce((left, refund) => left - refund.amount.minor, amount.minor)
}
