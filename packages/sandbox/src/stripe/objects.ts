/** Keys and texts of the application's own. */
export type Metadata = Record<string, string>

/** A PaymentIntent. The fields of these objects are those of API version 2026-10-28.endive. */
export interface PaymentIntent {
  id: string
  object: 'payment_intent'
  allowed_payment_method_types: 'card'[] | null
  amount: number
  amount_capturable: number
  amount_received: number
  application: null
  application_fee_amount: null
  automatic_payment_methods: { enabled: boolean; allow_redirects?: 'always' | 'never' } | null
  canceled_at: number | null
  cancellation_reason: string | null
  capture_method: 'automatic' | 'automatic_async' | 'manual'
  client_secret: string
  confirmation_method: 'automatic' | 'manual'
  created: number
  currency: string
  customer: null
  customer_account: null
  description: string | null
  excluded_payment_method_types: null
  last_payment_error: PaymentError | null
  latest_charge: string | null
  livemode: false
  managed_payments: null
  metadata: Metadata
  next_action: NextAction | null
  on_behalf_of: null
  payment_method: string | null
  payment_method_configuration_details: null
  payment_method_options: null
  payment_method_types: string[]
  payment_record: null
  processing: null
  receipt_email: string | null
  review: null
  setup_future_usage: null
  shipping: null
  source: null
  statement_descriptor: string | null
  statement_descriptor_suffix: string | null
  status: PaymentIntentStatus
  transfer_data: null
  transfer_group: null
}

/** Where a PaymentIntent stands. */
export type PaymentIntentStatus =
  | 'canceled'
  | 'requires_action'
  | 'requires_capture'
  | 'requires_confirmation'
  | 'requires_payment_method'
  | 'succeeded'

/** Why the last attempt to pay failed. */
export interface PaymentError {
  type: 'card_error' | 'invalid_request_error'
  code: string
  message: string
  doc_url?: string
  charge?: string
  decline_code?: string
  payment_method?: PaymentMethod
  [more: string]: unknown
}

/** What the payer has to do. */
export interface NextAction {
  type: 'redirect_to_url' | 'use_stripe_sdk'
  redirect_to_url?: { url: string; return_url: string }
  use_stripe_sdk?: { type: 'three_d_secure_redirect'; stripe_js: string }
}

/** Who pays, as far as it is known. */
export interface BillingDetails {
  address: null
  email: string | null
  name: string | null
  phone: null
  tax_id: null
}

/** A card that was used. */
export interface PaymentMethod {
  id: string
  object: 'payment_method'
  allow_redisplay: 'unspecified'
  billing_details: BillingDetails
  card: {
    brand: string
    checks: { address_line1_check: null; address_postal_code_check: null; cvc_check: 'pass' }
    country: string
    display_brand: string
    exp_month: number
    exp_year: number
    fingerprint: string
    funding: 'credit'
    generated_from: null
    last4: string
    networks: { available: string[]; preferred: null }
    regulated_status: 'unregulated'
    three_d_secure_usage: { supported: true }
    wallet: null
  }
  created: number
  customer: null
  customer_account: null
  livemode: false
  metadata: Metadata
  type: 'card'
}

/** One attempt to charge a card. */
export interface Charge {
  id: string
  object: 'charge'
  amount: number
  amount_captured: number
  amount_refunded: number
  application: null
  application_fee: null
  application_fee_amount: null
  balance_transaction: string | null
  billing_details: BillingDetails
  calculated_statement_descriptor: string
  captured: boolean
  created: number
  currency: string
  customer: null
  description: string | null
  disputed: boolean
  failure_balance_transaction: null
  failure_code: string | null
  failure_message: string | null
  fraud_details: Record<string, never>
  livemode: false
  metadata: Metadata
  on_behalf_of: null
  outcome: ChargeOutcome
  paid: boolean
  payment_intent: string
  payment_method: string
  payment_method_details: { type: 'card'; card: ChargeCard }
  receipt_email: string | null
  receipt_number: null
  receipt_url: null
  refunded: boolean
  review: null
  shipping: null
  source: null
  source_transfer: null
  statement_descriptor: string | null
  statement_descriptor_suffix: string | null
  status: 'failed' | 'succeeded'
  transfer_data: null
  transfer_group: null
}

/** What the network said. */
export interface ChargeOutcome {
  advice_code: null
  network_advice_code: null
  network_decline_code: string | null
  network_status: 'approved_by_network' | 'declined_by_network'
  reason: string | null
  risk_level: 'normal'
  risk_score: number
  seller_message: string
  type: 'authorized' | 'issuer_declined'
}

/** The card of a charge. */
export interface ChargeCard {
  amount_authorized: number | null
  authorization_code: string | null
  brand: string
  /** Only of an authorization that is not captured yet. */
  capture_before?: number
  checks: { address_line1_check: null; address_postal_code_check: null; cvc_check: 'pass' }
  country: string
  electronic_commerce_indicator: null
  exp_month: number
  exp_year: number
  fingerprint: string
  funding: 'credit'
  installments: null
  last4: string
  mandate: null
  network: string
  network_transaction_id: null
  regulated_status: 'unregulated'
  three_d_secure: null
  transaction_link_id: null
  wallet: null
}

/** Money given back. */
export interface Refund {
  id: string
  object: 'refund'
  amount: number
  balance_transaction: string
  charge: string
  created: number
  currency: string
  customer: null
  customer_account: null
  destination_details: {
    type: 'card'
    card: { reference_status: 'pending'; reference_type: string; type: 'refund' }
  }
  metadata: Metadata
  payment_intent: string
  payment_method: string
  reason: 'duplicate' | 'fraudulent' | 'requested_by_customer' | null
  receipt_number: null
  source_transfer_reversal: null
  status: 'succeeded'
  transfer_reversal: null
}

/** A movement of the balance. */
export interface BalanceTransaction {
  id: string
  object: 'balance_transaction'
  amount: number
  available_on: number
  balance_type: 'payments'
  created: number
  currency: string
  description: string | null
  exchange_rate: null
  fee: number
  fee_details: Array<{
    amount: number
    application: null
    currency: string
    description: string
    type: 'stripe_fee'
  }>
  net: number
  reporting_category: 'charge' | 'refund'
  source: string
  status: 'available' | 'pending'
  type: 'charge' | 'refund'
}

/** What has happened, as it was then. */
export interface Event {
  id: string
  object: 'event'
  api_version: string
  created: number
  data: { object: StripeObject; previous_attributes?: Record<string, unknown> }
  livemode: false
  pending_webhooks: number
  request: { id: string | null; idempotency_key: string | null }
  type: EventType
}

/** What happens here. */
export type EventType =
  | 'charge.captured'
  | 'charge.failed'
  | 'charge.refunded'
  | 'charge.succeeded'
  | 'checkout.session.completed'
  | 'checkout.session.expired'
  | 'payment_intent.amount_capturable_updated'
  | 'payment_intent.canceled'
  | 'payment_intent.created'
  | 'payment_intent.payment_failed'
  | 'payment_intent.requires_action'
  | 'payment_intent.succeeded'
  | 'refund.created'
  | 'refund.updated'

/** An address to which events are sent. */
export interface WebhookEndpoint {
  id: string
  object: 'webhook_endpoint'
  api_version: string | null
  application: null
  created: number
  description: string | null
  enabled_events: string[]
  livemode: false
  metadata: Metadata
  /** Only in the answer to its creation. */
  secret?: string
  status: 'disabled' | 'enabled'
  url: string
}

/** What is bought in a Checkout Session. */
export interface LineItem {
  id: string
  object: 'item'
  adjustable_quantity: null
  amount_discount: 0
  amount_subtotal: number
  amount_tax: 0
  amount_total: number
  currency: string
  description: string
  metadata: Metadata
  price: Price
  quantity: number
}

/** The price of a line item, made for it alone. */
export interface Price {
  id: string
  object: 'price'
  active: false
  billing_scheme: 'per_unit'
  created: number
  currency: string
  custom_unit_amount: null
  livemode: false
  lookup_key: null
  metadata: Metadata
  nickname: null
  product: string
  recurring: null
  tax_behavior: 'unspecified'
  tiers_mode: null
  transform_quantity: null
  type: 'one_time'
  unit_amount: number
  unit_amount_decimal: string
}

/** A visit to the hosted pay page. */
export interface CheckoutSession {
  id: string
  object: 'checkout.session'
  adaptive_pricing: { enabled: false }
  after_expiration: null
  allow_promotion_codes: null
  allowed_payment_method_types: 'card'[] | null
  amount_subtotal: number
  amount_total: number
  automatic_tax: { enabled: false; liability: null; provider: null; status: null }
  billing_address_collection: null
  cancel_url: string | null
  client_reference_id: string | null
  client_secret: null
  collected_information: null
  consent: null
  consent_collection: null
  created: number
  currency: string
  currency_conversion: null
  custom_fields: never[]
  custom_text: { after_submit: null; shipping_address: null; submit: null; terms_of_service_acceptance: null }
  customer: null
  customer_account: null
  customer_creation: 'if_required'
  customer_details: CustomerDetails | null
  customer_email: string | null
  discounts: never[]
  expires_at: number
  integration_identifier: null
  invoice: null
  invoice_creation: null
  livemode: false
  locale: null
  managed_payments: null
  metadata: Metadata
  mode: 'payment'
  origin_context: null
  payment_intent: string | null
  payment_link: null
  payment_method_collection: 'if_required'
  payment_method_configuration_details: null
  payment_method_options: Record<string, never>
  payment_method_types: string[]
  payment_status: 'paid' | 'unpaid'
  permissions: null
  phone_number_collection: { enabled: false }
  recovered_from: null
  saved_payment_method_options: null
  setup_intent: null
  shipping_address_collection: null
  shipping_cost: null
  shipping_options: never[]
  status: 'complete' | 'expired' | 'open'
  submit_type: null
  subscription: null
  success_url: string
  total_details: { amount_discount: 0; amount_shipping: 0; amount_tax: 0 }
  ui_mode: 'hosted_page'
  url: string | null
  wallet_options: null
}

/** What the payer typed on the pay page. */
export interface CustomerDetails {
  address: null
  business_name: null
  email: string | null
  individual_name: null
  name: string | null
  phone: null
  tax_exempt: 'none'
  tax_ids: never[]
}

/** What an event can be about. */
export type StripeObject = Charge | CheckoutSession | PaymentIntent | Refund
