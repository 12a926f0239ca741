import { addBalanceTransaction } from './charging.js'
import { checkStep, money } from './currencies.js'
import { isWithin, page, pageShape, range } from './lists.js'
import type { Charge, Refund } from './objects.js'
import { ok, operation } from './operation.js'
import { integer, mergeMetadata, metadata, oneOf, text } from './params.js'
import { invalid, missing } from './refusal.js'
import type { Work } from './work.js'

/** /v1/refunds. */
export const refundOperations = [
  operation(
    'POST',
    '/v1/refunds',
    {
      optional: {
        amount: integer(1),
        charge: text,
        metadata,
        payment_intent: text,
        reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
      },
    },
    (work, params) => {
      const charge = chargeToRefund(work, params)
      const left = charge.amount_captured - charge.amount_refunded
      const amount = params.amount ?? left
      if (left <= 0) {
        throw invalid(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' })
      }
      checkStep(amount, charge.currency)
      if (amount > left) {
        throw invalid(
          `Refund amount (${money(amount, charge.currency)}) is greater than unrefunded amount on charge (${money(left, charge.currency)})`,
          { param: 'amount' },
        )
      }
      return ok(refund(work, charge, amount, params))
    },
  ),
  operation('GET', '/v1/refunds/:id', {}, (work, _params, id) => {
    const found = work.get('refunds', id)
    if (!found) throw missing('refund', id, 'id')
    return ok(found)
  }),
  operation('POST', '/v1/refunds/:id', { optional: { metadata } }, (work, params, id) => {
    const found = work.get('refunds', id)
    if (!found) throw missing('refund', id, 'id')
    const updated = { ...found, metadata: mergeMetadata(found.metadata, params.metadata) }
    work.set('refunds', id, updated)
    work.emit('refund.updated', updated)
    return ok(updated)
  }),
  operation(
    'GET',
    '/v1/refunds',
    { optional: { ...pageShape, charge: text, payment_intent: text, created: range } },
    (work, params) => {
      const { charge, payment_intent } = params
      const found = work
        .all('refunds')
        .filter(
          (refund) =>
            (charge ?? refund.charge) === refund.charge &&
            (payment_intent ?? refund.payment_intent) === refund.payment_intent &&
            isWithin(refund.created, params.created),
        )
      return page(found, params, '/v1/refunds')
    },
  ),
]

function chargeToRefund(work: Work, named: { charge?: string; payment_intent?: string }): Charge {
  if ((named.charge === undefined) === (named.payment_intent === undefined)) {
    throw invalid(
      'One of the following params should be provided for this request: payment_intent or charge.',
      {
        code: 'parameter_missing',
      },
    )
  }
  const intent = work.get('paymentIntents', named.payment_intent ?? '')
  if (named.payment_intent !== undefined && !intent) {
    throw invalid(`No such payment_intent: '${named.payment_intent}'`, {
      code: 'resource_missing',
      param: 'payment_intent',
    })
  }
  const id = named.charge ?? intent?.latest_charge ?? ''
  const charge = work.get('charges', id)
  if (charge?.captured && charge.status === 'succeeded') return charge
  if (named.charge !== undefined && !charge) {
    throw invalid(`No such charge: '${named.charge}'`, { code: 'resource_missing', param: 'charge' })
  }
  throw invalid(
    intent
      ? `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`
      : `Charge ${id} has not been captured. Cancel its PaymentIntent instead.`,
  )
}

function refund(
  work: Work,
  charge: Charge,
  amount: number,
  { reason, metadata }: { reason?: Refund['reason']; metadata?: Record<string, string> },
): Refund {
  const id = work.context.ids.refund()
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
    customer: null,
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
    status: 'succeeded',
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
