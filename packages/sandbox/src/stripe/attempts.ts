import { cardEnding, type CardOutcome } from './cards.js'
import { addCharge, captureCharge } from './charging.js'
import type { PaymentError, PaymentIntent, PaymentMethod } from './objects.js'
import { attach } from './payment-methods.js'
import { documented, type ErrorFields } from './refusal.js'
import type { Work } from './work.js'

/** How an attempt to pay is made. */
export interface AttemptOptions {
  /** The payer is not there to authenticate. */
  isOffSession?: boolean
  returnUrl?: string | undefined
}

/** What came of an attempt: the intent, and if it failed, why. */
export interface Attempted {
  intent: PaymentIntent
  error?: ErrorFields
}

/** Tries to pay with a card; the network decides at once, unless the payer must authenticate. */
export function attempt(
  work: Work,
  intent: PaymentIntent,
  method: PaymentMethod,
  { isOffSession = false, returnUrl }: AttemptOptions = {},
): Attempted {
  const outcome = cardEnding(method.card.last4)?.outcome ?? { kind: 'approved' }
  if (outcome.kind === 'approved') return approve(work, intent, method)
  if (outcome.kind === 'declined') return decline(work, intent, method, outcome)
  return isOffSession
    ? decline(work, intent, method, unauthenticated)
    : challenge(work, intent, method, returnUrl)
}

/** Ends the authentication of a payer. */
export function authenticate(work: Work, intent: PaymentIntent, succeeds: boolean): PaymentIntent {
  const method = work.get('paymentMethods', intent.payment_method ?? '')
  if (!method) return intent
  if (succeeds) return approve(work, intent, method).intent
  const error = documented({
    type: 'invalid_request_error' as const,
    code: 'payment_intent_authentication_failure',
    message:
      'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.',
    payment_method: method,
  })
  return reopen(work, intent, error)
}

function approve(work: Work, intent: PaymentIntent, method: PaymentMethod): Attempted {
  const { customer, setup_future_usage } = intent
  if (setup_future_usage && customer !== null && method.customer === null) attach(work, method, customer)
  const isHeld = intent.capture_method === 'manual'
  const charge = addCharge(work, intent, method)
  const paid: PaymentIntent = {
    ...intent,
    payment_method: method.id,
    latest_charge: charge.id,
    last_payment_error: null,
    next_action: null,
    ...(isHeld
      ? { status: 'requires_capture', amount_capturable: intent.amount }
      : { status: 'succeeded', amount_received: intent.amount }),
  }
  work.set('paymentIntents', paid.id, paid)
  work.emit('charge.succeeded', isHeld ? charge : captureCharge(work, charge, intent.amount))
  work.emit(isHeld ? 'payment_intent.amount_capturable_updated' : 'payment_intent.succeeded', paid)
  return { intent: paid }
}

function challenge(
  work: Work,
  intent: PaymentIntent,
  method: PaymentMethod,
  returnUrl: string | undefined,
): Attempted {
  const url = `${work.context.url()}/stripe/authenticate/${intent.id}?client_secret=${intent.client_secret}`
  const asked: PaymentIntent = {
    ...intent,
    payment_method: method.id,
    status: 'requires_action',
    next_action:
      returnUrl === undefined
        ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } }
        : { type: 'redirect_to_url', redirect_to_url: { url, return_url: returnUrl } },
  }
  work.set('paymentIntents', asked.id, asked)
  work.emit('payment_intent.requires_action', asked)
  return { intent: asked }
}

function decline(
  work: Work,
  intent: PaymentIntent,
  method: PaymentMethod,
  { code, declineCode, message }: Declined,
): Attempted {
  const charge = addCharge(work, intent, method, { code, declineCode, message })
  const error = documented({
    type: 'card_error' as const,
    code,
    message,
    charge: charge.id,
    ...(declineCode !== null && { decline_code: declineCode }),
    payment_method: method,
  })
  work.emit('charge.failed', charge)
  const open = reopen(work, { ...intent, latest_charge: charge.id }, error)
  return { intent: open, error: { ...error, payment_intent: open } }
}

/** A decline ends the attempt, not the intent. */
function reopen(work: Work, intent: PaymentIntent, error: PaymentError): PaymentIntent {
  const open: PaymentIntent = {
    ...intent,
    status: 'requires_payment_method',
    payment_method: null,
    next_action: null,
    last_payment_error: error,
  }
  work.set('paymentIntents', open.id, open)
  work.emit('payment_intent.payment_failed', open)
  return open
}

/** Why a card was declined. */
export type Declined = Omit<Extract<CardOutcome, { kind: 'declined' }>, 'kind'>

const unauthenticated: Declined = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
}
