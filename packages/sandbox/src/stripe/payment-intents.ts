import { captureCharge } from './charging.js'
import { checkAmount, checkedCurrency, money } from './currencies.js'
import { customerNamed, shippingDetails } from './customers.js'
import { cancelIntent, checkConfirmable, confirm, intentOf, newIntent, unexpected } from './intents.js'
import { isWithin, page, pageShape, range } from './lists.js'
import type { PaymentIntent } from './objects.js'
import { ok, operation } from './operation.js'
import {
  address,
  boolean,
  clearable,
  hash,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  oneOf,
  text,
} from './params.js'
import { settleSession } from './paying.js'
import { methodNamed } from './payment-methods.js'
import { invalid } from './refusal.js'
import { parseSearch, searched, searchPage } from './search.js'

const descriptive = {
  customer: text,
  description: clearable,
  metadata,
  receipt_email: clearable,
  setup_future_usage: oneOf('off_session', 'on_session'),
  shipping: shippingDetails,
  statement_descriptor: clearable,
  statement_descriptor_suffix: clearable,
  transfer_group: text,
}
const confirming = {
  error_on_requires_action: boolean,
  off_session: boolean,
  payment_method: text,
  return_url: address,
  use_stripe_sdk: boolean,
}
const creating = {
  ...descriptive,
  ...confirming,
  allowed_payment_method_types: listOf(oneOf('card')),
  automatic_payment_methods: hash({ enabled: boolean }, { allow_redirects: oneOf('always', 'never') }),
  capture_method: oneOf('automatic', 'automatic_async', 'manual'),
  confirm: boolean,
  confirmation_method: oneOf('automatic', 'manual'),
}

/** /v1/payment_intents. */
export const paymentIntentOperations = [
  operation(
    'POST',
    '/v1/payment_intents',
    { required: { amount: integer(1), currency: text }, optional: creating },
    (work, params) => {
      const currency = checkedCurrency(params.currency)
      checkAmount(params.amount, currency)
      if (params.customer !== undefined) customerNamed(work, params.customer)
      if (params.automatic_payment_methods && params.allowed_payment_method_types) {
        throw invalid(
          'You may only specify one of these parameters: automatic_payment_methods, allowed_payment_method_types.',
        )
      }
      const draft = newIntent(work, { ...params, currency })
      if (params.confirm) checkConfirmable(draft, params)
      const method =
        params.payment_method === undefined ? undefined : methodNamed(work, params.payment_method)
      const intent: PaymentIntent = method
        ? { ...draft, status: 'requires_confirmation', payment_method: method.id }
        : draft
      work.set('paymentIntents', intent.id, intent)
      work.emit('payment_intent.created', intent)
      return params.confirm ? confirm(work, intent, params) : ok(intent)
    },
  ),
  operation(
    'GET',
    '/v1/payment_intents/search',
    { required: { query: text }, optional: { limit: integer(1, 100), page: text } },
    (work, params) => searchPage(searched(work, parseSearch(params.query)), params),
  ),
  operation('GET', '/v1/payment_intents/:id', { optional: { client_secret: text } }, (work, _params, id) =>
    ok(intentOf(work, id)),
  ),
  operation(
    'POST',
    '/v1/payment_intents/:id',
    { optional: { ...descriptive, amount: integer(1), payment_method: text } },
    (work, { amount, payment_method, metadata, ...described }, id) => {
      const intent = intentOf(work, id)
      const open = ['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(
        intent.status,
      )
      if ((amount !== undefined || payment_method !== undefined) && !open) {
        throw unexpected(
          intent,
          `This PaymentIntent's ${amount === undefined ? 'payment_method' : 'amount'} could not be updated because it has a status of ${intent.status}.`,
        )
      }
      if (amount !== undefined) checkAmount(amount, intent.currency)
      if (described.customer !== undefined) customerNamed(work, described.customer)
      const method = payment_method === undefined ? undefined : methodNamed(work, payment_method)
      const updated: PaymentIntent = {
        ...intent,
        ...described,
        ...(amount !== undefined && { amount }),
        ...(method && { payment_method: method.id, status: 'requires_confirmation', next_action: null }),
        metadata: mergeMetadata(intent.metadata, metadata),
      }
      work.set('paymentIntents', id, updated)
      return ok(updated)
    },
  ),
  operation(
    'POST',
    '/v1/payment_intents/:id/confirm',
    { optional: { ...confirming, receipt_email: clearable } },
    (work, params, id) => {
      const intent = intentOf(work, id)
      checkConfirmable(intent, params)
      return confirm(work, { ...intent, receipt_email: params.receipt_email ?? intent.receipt_email }, params)
    },
  ),
  operation(
    'POST',
    '/v1/payment_intents/:id/capture',
    { optional: { amount_to_capture: integer(1), final_capture: oneOf('true'), metadata } },
    (work, params, id) => {
      const intent = intentOf(work, id)
      const charge = work.get('charges', intent.latest_charge ?? '')
      if (intent.status !== 'requires_capture' || !charge) {
        throw unexpected(
          intent,
          `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.`,
        )
      }
      const amount = params.amount_to_capture ?? intent.amount_capturable
      if (amount > intent.amount_capturable) {
        throw invalid(
          `The provided amount to capture (${money(amount, intent.currency)}) is greater than the amount that can be captured (${money(intent.amount_capturable, intent.currency)}).`,
          { code: 'amount_too_large', param: 'amount_to_capture' },
        )
      }
      checkAmount(amount, intent.currency, 'amount_to_capture')
      const captured: PaymentIntent = {
        ...intent,
        status: 'succeeded',
        amount_capturable: 0,
        amount_received: amount,
        metadata: mergeMetadata(intent.metadata, params.metadata),
      }
      work.set('paymentIntents', id, captured)
      work.emit('charge.captured', captureCharge(work, charge, amount))
      work.emit('payment_intent.succeeded', captured)
      settleSession(work, captured)
      return ok(captured)
    },
  ),
  operation(
    'POST',
    '/v1/payment_intents/:id/cancel',
    {
      optional: {
        cancellation_reason: oneOf('abandoned', 'duplicate', 'fraudulent', 'requested_by_customer'),
      },
    },
    (work, params, id) => {
      const intent = intentOf(work, id)
      if (intent.status === 'succeeded' || intent.status === 'canceled') {
        throw unexpected(
          intent,
          `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.`,
        )
      }
      const isOfCheckout = work.all('sessions').some(({ session }) => session.payment_intent === id)
      if (isOfCheckout && intent.status !== 'requires_capture') {
        throw invalid(
          'You cannot cancel PaymentIntents created by Checkout in payment mode. Expire the Checkout Session instead.',
          { code: 'payment_intent_unexpected_state' },
        )
      }
      return ok(cancelIntent(work, intent, params.cancellation_reason ?? null))
    },
  ),
  operation(
    'GET',
    '/v1/payment_intents',
    { optional: { ...pageShape, created: range, customer: text } },
    (work, params) => {
      const intents = work
        .all('paymentIntents')
        .filter(
          ({ created, customer }) =>
            isWithin(created, params.created) && (params.customer ?? customer) === customer,
        )
      return page(intents, params, '/v1/payment_intents')
    },
  ),
]
