import { largestAmount, minimumOf, money } from './currencies.js'
import { lineItemsOf, type LineItemParams } from './line-items.js'
import type { CheckoutSession, Customer, Metadata } from './objects.js'
import { mergeMetadata } from './params.js'
import { invalid } from './refusal.js'
import { stripeLimits } from './settings.js'
import type { SessionRecord } from './state.js'
import type { Work } from './work.js'

/** The parameters of a session. */
export interface SessionParams {
  line_items: LineItemParams[]
  success_url: string
  allowed_payment_method_types?: 'card'[]
  billing_address_collection?: 'auto'
  cancel_url?: string
  client_reference_id?: string
  currency?: string
  customer_creation?: 'always' | 'if_required'
  customer_email?: string
  expires_at?: number
  locale?: string
  metadata?: Metadata
  payment_intent_data?: Partial<SessionRecord['intent']>
  submit_type?: string
}

/** Creates a session that nobody has opened. @throws Refusal */
export function newSession(work: Work, params: SessionParams, customer: Customer | null): SessionRecord {
  const lineItems = lineItemsOf(work, params.line_items, params.currency)
  const currency = lineItems[0]?.currency ?? ''
  const total = lineItems.reduce((sum, { amount_total }) => sum + amount_total, 0)
  checkTotal(total, currency)
  const id = work.context.ids.session()
  const email = customer?.email ?? params.customer_email ?? null
  const session: CheckoutSession = {
    id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    amount_subtotal: total,
    amount_total: total,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: params.billing_address_collection ?? null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: work.now,
    currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer: customer?.id ?? null,
    customer_account: null,
    customer_creation: customer ? null : (params.customer_creation ?? 'if_required'),
    customer_details: email === null ? null : detailsOf(email, customer?.name ?? null, null),
    customer_email: params.customer_email ?? null,
    discounts: [],
    expires_at: expiryOf(work, params.expires_at),
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: params.locale ?? null,
    managed_payments: null,
    metadata: mergeMetadata({}, params.metadata),
    mode: 'payment',
    origin_context: null,
    // Since API version 2022-08-01 there is none before the payer tries to pay.
    payment_intent: null,
    payment_link: null,
    payment_method_collection: 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_status: total === 0 ? 'no_payment_required' : 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: params.submit_type ?? null,
    subscription: null,
    success_url: params.success_url,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: `${work.context.url()}/c/pay/${id}`,
    wallet_options: null,
  }
  return {
    session,
    lineItems,
    intent: {
      capture_method: 'automatic_async',
      description: null,
      metadata: {},
      receipt_email: null,
      statement_descriptor: null,
      statement_descriptor_suffix: null,
      ...params.payment_intent_data,
    },
  }
}

/** What is known of who pays. */
export function detailsOf(
  email: string | null,
  name: string | null,
  taxIds: never[] | null,
): NonNullable<CheckoutSession['customer_details']> {
  return {
    address: null,
    business_name: null,
    email,
    individual_name: null,
    name,
    phone: null,
    tax_exempt: 'none',
    tax_ids: taxIds,
  }
}

/** Nothing to pay is fine; too little is not. */
function checkTotal(total: number, currency: string): void {
  const minimum = minimumOf(currency)
  if (total > 0 && total < minimum) {
    throw invalid(
      `The Checkout Session's total amount due must add up to at least ${money(minimum, currency)}`,
      { code: 'amount_too_small' },
    )
  }
  if (total > largestAmount) {
    throw invalid(
      `The Checkout Session's total amount due must be no more than ${money(largestAmount, currency)}`,
      { code: 'amount_too_large' },
    )
  }
}

function expiryOf({ context, now }: Work, wanted: number | undefined): number {
  const { leastMs, defaultMs, mostMs } = stripeLimits.session
  if (wanted === undefined) return now + defaultMs / 1000
  if (wanted * 1000 < context.clock.now() - 1000 + leastMs) {
    throw invalid('The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.', {
      param: 'expires_at',
    })
  }
  if (wanted > now + mostMs / 1000) {
    throw invalid('The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.', {
      param: 'expires_at',
    })
  }
  return wanted
}
