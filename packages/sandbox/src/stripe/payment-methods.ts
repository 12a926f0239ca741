import { cardNamed, type Card } from './cards.js'
import type { BillingDetails, PaymentMethod } from './objects.js'
import { ok, operation } from './operation.js'
import { invalid, missing } from './refusal.js'
import type { Work } from './work.js'

/** GET /v1/payment_methods/:id. */
export const paymentMethodOperations = [
  operation('GET', '/v1/payment_methods/:id', {}, (work, _params, id) => {
    const method = work.get('paymentMethods', id)
    if (!method) throw missing('PaymentMethod', id, 'payment_method')
    return ok(method)
  }),
]

/** The method that a parameter names: one that is there, or a test card. @throws Refusal */
export function methodNamed(work: Work, name: string): PaymentMethod {
  const existing = work.get('paymentMethods', name)
  if (existing) return existing
  const card = cardNamed(name)
  if (card) return addMethod(work, card)
  throw invalid(`No such PaymentMethod: '${name}'`, { code: 'resource_missing', param: 'payment_method' })
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
