import type { Metadata } from './objects.js'

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
  tax_behavior: 'exclusive' | 'inclusive' | 'unspecified'
  tiers_mode: null
  transform_quantity: null
  type: 'one_time'
  /** Null if the price is a fraction of the smallest unit. */
  unit_amount: number | null
  unit_amount_decimal: string
}

/** What a line item sells, made for it alone. */
export interface Product {
  id: string
  object: 'product'
  active: false
  created: number
  default_price: null
  description: string | null
  images: string[]
  livemode: false
  marketing_features: never[]
  metadata: Metadata
  name: string
  package_dimensions: null
  shippable: null
  statement_descriptor: null
  tax_code: string | null
  tax_details: null
  type: 'service'
  unit_label: null
  updated: number
  url: null
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
  billing_address_collection: 'auto' | null
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
  customer: string | null
  customer_account: null
  customer_creation: 'always' | 'if_required' | null
  customer_details: CustomerDetails | null
  customer_email: string | null
  discounts: never[]
  expires_at: number
  integration_identifier: null
  invoice: null
  invoice_creation: null
  livemode: false
  locale: string | null
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
  payment_status: 'no_payment_required' | 'paid' | 'unpaid'
  permissions: null
  phone_number_collection: { enabled: false }
  recovered_from: null
  saved_payment_method_options: null
  setup_intent: null
  shipping_address_collection: null
  shipping_cost: null
  shipping_options: never[]
  status: 'complete' | 'expired' | 'open'
  submit_type: string | null
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
  tax_ids: never[] | null
}
