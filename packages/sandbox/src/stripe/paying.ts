import { attempt, authenticate, type Attempted } from './attempts.js'
import type { Card } from './cards.js'
import { newCustomer } from './customers.js'
import { cancelIntent, newIntent } from './intents.js'
import { detailsOf } from './new-session.js'
import type { CheckoutSession, PaymentIntent } from './objects.js'
import { addMethod } from './payment-methods.js'
import { invalid } from './refusal.js'
import type { SessionRecord } from './state.js'
import type { Work } from './work.js'

/** Who pays, as typed on the pay page. */
export interface Payer {
  email: string | null
  name: string | null
}

/** Tries to pay an open session with a card. @throws Refusal if the session is not open */
export function paySession(work: Work, record: SessionRecord, card: Card, payer: Payer): Attempted {
  checkOpen(record.session)
  const intent = intentFor(work, record)
  const session = { ...record.session, payment_intent: intent.id }
  const remembered = { ...record, session: withDetails(session, payer) }
  work.set('sessions', session.id, remembered)
  const method = addMethod(work, card, payer)
  const returnUrl = `${work.context.url()}/c/pay/${session.id}`
  const attempted = attempt(work, intent, method, { returnUrl })
  settleSession(work, attempted.intent)
  return attempted
}

/** Ends a session whose total is zero. @throws Refusal if the session is not open */
export function completeFreeSession(work: Work, record: SessionRecord, payer: Payer): void {
  checkOpen(record.session)
  completeSession(work, { ...record, session: withDetails(record.session, payer) }, 'no_payment_required')
}

/** Ends the authentication of a payer, and with it the session that it belongs to. */
export function authenticatePayment(work: Work, intent: PaymentIntent, succeeds: boolean): PaymentIntent {
  const authenticated = authenticate(work, intent, succeeds)
  settleSession(work, authenticated)
  return authenticated
}

/** Brings the session of an intent, if it has one, up to what has become of the intent. */
export function settleSession(work: Work, intent: PaymentIntent): void {
  if (intent.status !== 'succeeded' && intent.status !== 'requires_capture') return
  const record = work.all('sessions').find(({ session }) => session.payment_intent === intent.id)
  if (!record) return
  const paymentStatus = intent.status === 'succeeded' ? 'paid' : 'unpaid'
  if (record.session.status === 'open') return completeSession(work, record, paymentStatus)
  const session = { ...record.session, payment_status: paymentStatus } as const
  work.set('sessions', session.id, { ...record, session })
}

/** Ends a session that was not paid. */
export function expireSession(work: Work, record: SessionRecord): CheckoutSession {
  const session: CheckoutSession = { ...record.session, status: 'expired', url: null }
  work.set('sessions', session.id, { ...record, session })
  const intent = work.get('paymentIntents', session.payment_intent ?? '')
  if (intent && intent.status !== 'canceled') cancelIntent(work, intent, 'automatic')
  work.emit('checkout.session.expired', session)
  return session
}

function checkOpen({ status }: CheckoutSession): void {
  if (status === 'open') return
  throw invalid(
    status === 'complete'
      ? 'This Checkout Session has already been completed.'
      : 'This Checkout Session has expired.',
    { code: 'checkout_session_unexpected_state' },
  )
}

function intentFor(work: Work, { session, intent }: SessionRecord): PaymentIntent {
  const existing = work.get('paymentIntents', session.payment_intent ?? '')
  if (existing) return existing
  const { amount_total: amount, currency, customer, allowed_payment_method_types } = session
  const made = newIntent(work, {
    ...{ ...intent, amount, currency, customer, allowed_payment_method_types },
    automatic_payment_methods: null,
  })
  work.set('paymentIntents', made.id, made)
  work.emit('payment_intent.created', made)
  return made
}

function withDetails(session: CheckoutSession, { email, name }: Payer): CheckoutSession {
  const { customer_details: known } = session
  return {
    ...session,
    customer_details: detailsOf(known?.email ?? email, name ?? known?.name ?? null, []),
  }
}

function completeSession(
  work: Work,
  record: SessionRecord,
  payment_status: CheckoutSession['payment_status'],
): void {
  const { customer, customer_creation, customer_details: details } = record.session
  const made =
    customer === null && customer_creation === 'always'
      ? newCustomer(work, { email: details?.email ?? null, name: details?.name ?? null }).id
      : customer
  const session: CheckoutSession = {
    ...record.session,
    customer: made,
    payment_status,
    status: 'complete',
    url: null,
  }
  work.set('sessions', session.id, { ...record, session })
  const intent = work.get('paymentIntents', session.payment_intent ?? '')
  if (intent && made !== customer) work.set('paymentIntents', intent.id, { ...intent, customer: made })
  work.emit('checkout.session.completed', session)
}
