import { SandboxError } from '../errors.js'
import { assertKnownKeys } from '../options.js'
import type { Attempted } from './attempts.js'
import { readCard, type CardEntry } from './card-entry.js'
import type { CheckoutSession, LineItem } from './objects.js'
import { authenticatePayment, completeFreeSession, expireSession, paySession } from './paying.js'
import { sessionOf } from './sessions.js'
import type { Work } from './work.js'

/** What a payer types on the pay page; what is left out is typed well. */
export interface CheckoutEntry extends Partial<CardEntry> {
  email?: string
  name?: string
}

/** What came of paying. */
export type CheckoutOutcome =
  /** The payer is sent to `url`, the session's success_url. */
  | { outcome: 'paid'; url: string; session: CheckoutSession }
  /** The payer stays on the page, reads `message`, and can try again. */
  | { outcome: 'declined'; message: string; session: CheckoutSession }
  /** The payer is sent to `url`, to authenticate with the bank: `authenticate()`. */
  | { outcome: 'requires_action'; url: string; session: CheckoutSession }

/** A session of Checkout as its payer has it before them. */
export interface Checkout {
  readonly id: string
  /** The session as it is now. */
  readonly session: CheckoutSession
  readonly lineItems: LineItem[]
  /**
   * Pays, by default with 4242 4242 4242 4242.
   *
   * @throws SandboxError SANDBOX_REQUEST_INVALID if the session is not open, or the card cannot be read
   * @throws TypeError if a field is unknown, or no text
   */
  pay(entry?: CheckoutEntry): Promise<CheckoutOutcome>
  /**
   * Authenticates with the bank, or does not.
   *
   * @throws SandboxError SANDBOX_REQUEST_INVALID if nothing is to be authenticated
   */
  authenticate(outcome?: 'fail' | 'succeed'): Promise<CheckoutOutcome>
  /** Ends the session, as its `expires_at` would. */
  expire(): Promise<CheckoutSession>
}

/** Runs something with the state; a refusal becomes a SandboxError. */
export type Act = <T>(run: (work: Work) => T) => Promise<T>

/** Stripe's words on the pay page when the bank did not know its customer. */
const notAuthenticated =
  'We are unable to authenticate your payment method. Please choose a different payment method and try again.'

/** Creates a payer of the session with this id. */
export function createCheckout(id: string, act: Act, look: <T>(run: (work: Work) => T) => T): Checkout {
  const recordIn = (work: Work) => sessionOf(work, id)
  return {
    id,
    get session() {
      return look((work) => recordIn(work).session)
    },
    get lineItems() {
      return look((work) => recordIn(work).lineItems)
    },
    pay: (entry) => act((work) => pay(work, id, entry)),
    authenticate: (outcome = 'succeed') =>
      act((work) => {
        const intent = work.get('paymentIntents', recordIn(work).session.payment_intent ?? '')
        if (intent?.status !== 'requires_action') {
          throw requestInvalid(`The payer of ${id} has nothing to authenticate.`)
        }
        const authenticated = authenticatePayment(work, intent, outcome === 'succeed')
        return outcomeOf(work, id, { intent: authenticated })
      }),
    expire: () => act((work) => expireSession(work, recordIn(work))),
  }
}

/** Pays with what was typed. @throws SandboxError, Refusal, TypeError */
export function pay(work: Work, id: string, entry: CheckoutEntry = {}): CheckoutOutcome {
  checkEntry(entry)
  const record = sessionOf(work, id)
  const { card = '4242424242424242', expiry = '12/34', cvc, email = null, name = null } = entry
  if (record.session.amount_total === 0) {
    completeFreeSession(work, record, { email, name })
    return outcomeOf(work, id)
  }
  const isAmex = /^\s*3[47]/.test(card)
  const known = readCard({ card, expiry, cvc: cvc ?? (isAmex ? '1234' : '123') }, work.context.clock.now())
  if ('message' in known) throw requestInvalid(known.message)
  return outcomeOf(work, id, paySession(work, record, known, { email, name }))
}

/** What the payer sees next. */
export function outcomeOf(work: Work, id: string, attempted?: Attempted): CheckoutOutcome {
  const { session } = sessionOf(work, id)
  if (session.status === 'complete') return { outcome: 'paid', url: successUrl(session), session }
  const { intent } = attempted ?? {}
  if (intent?.status === 'requires_action') {
    return { outcome: 'requires_action', url: intent.next_action?.redirect_to_url?.url ?? '', session }
  }
  const isUnauthenticated = intent?.last_payment_error?.code === 'payment_intent_authentication_failure'
  const message = isUnauthenticated ? notAuthenticated : (intent?.last_payment_error?.message ?? '')
  return { outcome: 'declined', message, session }
}

/** Where a payer who has paid is sent. */
export function successUrl({ id, success_url }: CheckoutSession): string {
  return success_url.replaceAll('{CHECKOUT_SESSION_ID}', id)
}

function checkEntry(entry: CheckoutEntry): void {
  assertKnownKeys('checkout.pay', entry, ['card', 'cvc', 'email', 'expiry', 'name'])
  const wrong = Object.entries(entry).find(([, value]) => typeof value !== 'string')
  if (wrong) throw new TypeError(`checkout.pay: "${wrong[0]}" must be a string.`)
}

function requestInvalid(message: string): SandboxError {
  return new SandboxError('SANDBOX_REQUEST_INVALID', message, { status: 400 })
}
