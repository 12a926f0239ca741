import type { Charge, Refund } from './money-objects.js'
import type { Dispute } from './dispute-objects.js'
import type { CheckoutSession } from './checkout-objects.js'
import type { Address, Customer, Shipping } from './customer-objects.js'
export type { BalanceTransaction, Charge, ChargeCard, ChargeOutcome, Refund } from './money-objects.js'
export type { CheckoutSession, CustomerDetails, LineItem, Price, Product } from './checkout-objects.js'
export type { Dispute } from './dispute-objects.js'
export type { Address, Customer, Shipping } from './customer-objects.js'

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
  customer: string | null
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
  setup_future_usage: 'off_session' | 'on_session' | null
  shipping: Shipping | null
  source: null
  statement_descriptor: string | null
  statement_descriptor_suffix: string | null
  status: PaymentIntentStatus
  transfer_data: null
  transfer_group: string | null
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
  address: Address | null
  email: string | null
  name: string | null
  phone: string | null
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
  customer: string | null
  customer_account: null
  livemode: false
  metadata: Metadata
  type: 'card'
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
  | 'charge.dispute.closed'
  | 'charge.dispute.created'
  | 'charge.dispute.funds_reinstated'
  | 'charge.dispute.funds_withdrawn'
  | 'charge.dispute.updated'
  | 'charge.failed'
  | 'charge.refunded'
  | 'charge.succeeded'
  | 'checkout.session.completed'
  | 'checkout.session.expired'
  | 'customer.created'
  | 'customer.deleted'
  | 'customer.updated'
  | 'payment_intent.amount_capturable_updated'
  | 'payment_intent.canceled'
  | 'payment_intent.created'
  | 'payment_intent.payment_failed'
  | 'payment_intent.requires_action'
  | 'payment_intent.succeeded'
  | 'payment_method.attached'
  | 'payment_method.detached'
  | 'refund.created'
  | 'refund.failed'
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

/** What an event can be about. */
export type StripeObject =
  Charge | CheckoutSession | Customer | Dispute | PaymentIntent | PaymentMethod | Refund
