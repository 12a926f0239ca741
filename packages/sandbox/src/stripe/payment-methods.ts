import { cardNamed, type Card } from './cards.js'
import { customerNamed, postalAddress } from './customers.js'
import { page, pageShape } from './lists.js'
import type { BillingDetails, PaymentMethod } from './objects.js'
import { ok, operation } from './operation.js'
import { clearable, hash, integer, mergeMetadata, metadata, oneOf, text } from './params.js'
import { invalid, missing, type Refusal } from './refusal.js'
import type { Work } from './work.js'

const card = hash(
  {},
  { cvc: text, exp_month: integer(1, 12), exp_year: integer(), number: text, token: text },
)
const listing = { ...pageShape, type: oneOf('card') }

/** /v1/payment_methods, all of them cards. */
export const paymentMethodOperations = [
  operation(
    'POST',
    '/v1/payment_methods',
    {
      required: { type: oneOf('card'), card },
      optional: {
        billing_details: hash(
          {},
          { address: postalAddress, email: clearable, name: clearable, phone: clearable },
        ),
        metadata,
      },
    },
    (work, params) => {
      const { token, number } = params.card
      const known = cardNamed(token?.replace(/^tok_/, 'pm_card_') ?? '')
      if (!known) throw number === undefined ? unknownToken(token) : rawCard()
      const method = addMethod(work, known, params.billing_details)
      const described = { ...method, metadata: mergeMetadata({}, params.metadata) }
      work.set('paymentMethods', method.id, described)
      return ok(described)
    },
  ),
  operation('GET', '/v1/payment_methods/:id', {}, (work, _params, id) => ok(methodOf(work, id))),
  operation(
    'POST',
    '/v1/payment_methods/:id/attach',
    { required: { customer: text } },
    (work, params, id) => {
      const { id: customer } = customerNamed(work, params.customer)
      const method = methodNamed(work, id)
      if (method.customer !== null && method.customer !== customer) {
        throw invalid('The payment method you provided has already been attached to a customer.')
      }
      return ok(attach(work, method, customer))
    },
  ),
  operation('POST', '/v1/payment_methods/:id/detach', {}, (work, _params, id) => {
    const method = methodOf(work, id)
    if (method.customer === null) {
      throw invalid(
        'The payment method you provided is not attached to a customer so detachment is impossible.',
      )
    }
    const detached = { ...method, customer: null }
    work.set('paymentMethods', id, detached)
    work.emit('payment_method.detached', detached)
    return ok(detached)
  }),
  operation('GET', '/v1/payment_methods', { optional: { ...listing, customer: text } }, (work, params) =>
    page(methodsOf(work, params.customer), params, '/v1/payment_methods'),
  ),
  operation('GET', '/v1/customers/:id/payment_methods', { optional: listing }, (work, params, id) =>
    page(methodsOf(work, customerNamed(work, id).id), params, `/v1/customers/${id}/payment_methods`),
  ),
]

function methodOf(work: Work, id: string): PaymentMethod {
  const method = work.get('paymentMethods', id)
  if (!method) throw missing('PaymentMethod', id, 'payment_method')
  return method
}

/** Those of a customer; without one, those that belong to somebody. */
function methodsOf(work: Work, customer: string | undefined): PaymentMethod[] {
  return work
    .all('paymentMethods')
    .filter((method) => method.customer !== null && (customer ?? method.customer) === method.customer)
}

function unknownToken(token = ''): Refusal {
  return invalid(`No such token: '${token}'`, { code: 'resource_missing', param: 'card[token]' })
}

function rawCard(): Refusal {
  return invalid(
    'Sending credit card numbers directly to the Stripe API is generally unsafe. To continue processing use Stripe.js, the Stripe mobile bindings, or Stripe Elements. If you are qualified to handle card data directly, see https://support.stripe.com/questions/enabling-access-to-raw-card-data-apis.',
  )
}

/** The method that a parameter names: one that is there, or a test card. @throws Refusal */
export function methodNamed(work: Work, name: string): PaymentMethod {
  const existing = work.get('paymentMethods', name)
  if (existing) return existing
  const card = cardNamed(name)
  if (card) return addMethod(work, card)
  throw invalid(`No such PaymentMethod: '${name}'`, { code: 'resource_missing', param: 'payment_method' })
}

/** Gives a method to a customer. */
export function attach(work: Work, method: PaymentMethod, customer: string): PaymentMethod {
  const attached = { ...method, customer }
  work.set('paymentMethods', attached.id, attached)
  work.emit('payment_method.attached', attached)
  return attached
}

/** Makes a method of a card. */
export function addMethod(work: Work, card: Card, billing: Partial<BillingDetails> = {}): PaymentMethod {
  const { ids, clock } = work.context
  const method: PaymentMethod = {
    id: ids.paymentMethod(),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null, ...billing },
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: 'US',
      display_brand: card.brand,
      exp_month: 12,
      exp_year: new Date(clock.now()).getUTCFullYear() + 3,
      fingerprint: ids.fingerprint(),
      funding: 'credit',
      generated_from: null,
      last4: card.number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: work.now,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  }
  work.set('paymentMethods', method.id, method)
  return method
}
