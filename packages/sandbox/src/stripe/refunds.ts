import { checkStep, money } from './currencies.js'
import { isWithin, page, pageShape, range } from './lists.js'
import type { Charge } from './objects.js'
import { ok, operation } from './operation.js'
import { integer, mergeMetadata, metadata, oneOf, text } from './params.js'
import { makeRefund } from './refunding.js'
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
      if (charge.disputed) {
        throw invalid(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
          code: 'charge_disputed',
        })
      }
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
      return ok(makeRefund(work, charge, amount, params))
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
  operation('POST', '/v1/refunds/:id/cancel', {}, (work, _params, id) => {
    const found = work.get('refunds', id)
    if (!found) throw missing('refund', id, 'id')
    // Only those that wait for the customer can be, and those to cards never do.
    throw invalid(
      `Refund ${id} cannot be canceled because it has a status of ${found.status}. Only a refund with one of the following statuses may be canceled: requires_action.`,
    )
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
