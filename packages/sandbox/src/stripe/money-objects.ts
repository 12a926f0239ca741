import type { BillingDetails, Metadata, Shipping } from './objects.js'

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
  customer: string | null
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
  shipping: Shipping | null
  source: null
  source_transfer: null
  statement_descriptor: string | null
  statement_descriptor_suffix: string | null
  status: 'failed' | 'succeeded'
  transfer_data: null
  transfer_group: string | null
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
  customer: string | null
  customer_account: null
  /** Only of a refund that has failed, like its reason. */
  failure_balance_transaction?: string
  failure_reason?: string
  destination_details: {
    type: 'card'
    card: { reference_status: 'pending'; reference_type: string; type: 'refund' }
  }
  metadata: Metadata
  payment_intent: string
  payment_method: string
  /** Only of a pending one. */
  pending_reason?: 'processing'
  reason: 'duplicate' | 'fraudulent' | 'requested_by_customer' | null
  receipt_number: null
  source_transfer_reversal: null
  status: 'failed' | 'pending' | 'succeeded'
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
  reporting_category:
    'charge' | 'dispute' | 'dispute_reversal' | 'other_adjustment' | 'refund' | 'refund_failure'
  source: string | null
  status: 'available' | 'pending'
  type: 'adjustment' | 'charge' | 'refund' | 'refund_failure'
}
