import { attempt } from './attempts.js'
import type { PaymentIntent, PaymentIntentStatus } from './objects.js'
import { failed, ok, type Answer } from './operation.js'
import { mergeMetadata } from './params.js'
import { methodNamed } from './payment-methods.js'
import { invalid, missing, type Refusal } from './refusal.js'
import type { Work } from './work.js'

/** The intent with this id. @throws Refusal */
export function intentOf(work: Work, id: string): PaymentIntent {
  const intent = work.get('paymentIntents', id)
  if (!intent) throw missing('payment_intent', id, 'intent')
  return intent
}

/** Cancels an intent, and lets go what it had authorized. */
export function cancelIntent(work: Work, intent: PaymentIntent, reason: string | null): PaymentIntent {
  const canceled: PaymentIntent = {
    ...intent,
    status: 'canceled',
    amount_capturable: 0,
    canceled_at: work.now,
    cancellation_reason: reason,
    next_action: null,
  }
  work.set('paymentIntents', canceled.id, canceled)
  const charge = work.get('charges', intent.latest_charge ?? '')
  if (intent.status === 'requires_capture' && charge) {
    const released = { ...charge, refunded: true, amount_refunded: charge.amount }
    work.set('charges', released.id, released)
    work.emit('charge.refunded', released)
  }
  work.emit('payment_intent.canceled', canceled)
  return canceled
}

/** Creates an intent that nobody has tried to pay. */
export function newIntent(
  work: Work,
  given: { amount: number; currency: string } & Partial<
    Pick<
      PaymentIntent,
      | 'allowed_payment_method_types'
      | 'automatic_payment_methods'
      | 'capture_method'
      | 'confirmation_method'
      | 'customer'
      | 'description'
      | 'metadata'
      | 'receipt_email'
      | 'setup_future_usage'
      | 'shipping'
      | 'statement_descriptor'
      | 'statement_descriptor_suffix'
      | 'transfer_group'
    >
  >,
): PaymentIntent {
  const { ids } = work.context
  const id = ids.paymentIntent()
  const allowed = given.allowed_payment_method_types ?? null
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: allowed,
    amount: given.amount,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    // Checkout, which chooses by itself, gives null.
    automatic_payment_methods:
      allowed || given.automatic_payment_methods === null
        ? null
        : { enabled: true, allow_redirects: 'always', ...given.automatic_payment_methods },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: given.capture_method ?? 'automatic_async',
    client_secret: ids.clientSecret(id),
    confirmation_method: given.confirmation_method ?? 'automatic',
    created: work.now,
    currency: given.currency,
    customer: given.customer ?? null,
    customer_account: null,
    description: given.description ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: mergeMetadata({}, given.metadata),
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: given.receipt_email ?? null,
    review: null,
    setup_future_usage: given.setup_future_usage ?? null,
    shipping: given.shipping ?? null,
    source: null,
    statement_descriptor: given.statement_descriptor ?? null,
    statement_descriptor_suffix: given.statement_descriptor_suffix ?? null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: given.transfer_group ?? null,
  }
}

/** How a confirmation is made. */
export interface ConfirmParams {
  error_on_requires_action?: boolean
  off_session?: boolean
  payment_method?: string
  return_url?: string
  use_stripe_sdk?: boolean
}

const confirmable: PaymentIntentStatus[] = [
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
]

/** Refuses a confirmation that cannot be. @throws Refusal */
export function checkConfirmable(intent: PaymentIntent, params: ConfirmParams): void {
  if (intent.status === 'succeeded') {
    throw unexpected(
      intent,
      'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.',
    )
  }
  if (!confirmable.includes(intent.status)) {
    throw unexpected(
      intent,
      `You cannot confirm this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be confirmed: requires_confirmation, requires_action.`,
    )
  }
  if (params.payment_method === undefined && intent.payment_method === null) {
    throw unexpected(
      intent,
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
    )
  }
  const mayRedirect = intent.automatic_payment_methods?.allow_redirects === 'always'
  if (mayRedirect && intent.automatic_payment_methods?.enabled && params.return_url === undefined) {
    throw invalid(
      "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
      { param: 'return_url' },
    )
  }
}

/** Confirms an intent that `checkConfirmable` has let through. */
export function confirm(work: Work, intent: PaymentIntent, params: ConfirmParams): Answer {
  const method = methodNamed(work, params.payment_method ?? intent.payment_method ?? '')
  const { intent: tried, error } = attempt(work, intent, method, {
    isOffSession: Boolean(params.off_session ?? params.error_on_requires_action),
    returnUrl: params.use_stripe_sdk ? undefined : params.return_url,
  })
  return error ? failed(error) : ok(tried)
}

/** Creates the refusal of what the status of an intent does not allow. */
export function unexpected(intent: PaymentIntent, message: string): Refusal {
  return invalid(message, { code: 'payment_intent_unexpected_state', payment_intent: intent })
}
