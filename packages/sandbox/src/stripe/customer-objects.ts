import type { Metadata } from './objects.js'

/** Where somebody lives. */
export interface Address {
  city: string | null
  country: string | null
  line1: string | null
  line2: string | null
  postal_code: string | null
  state: string | null
}

/** Where something is sent. */
export interface Shipping {
  address?: Address
  carrier?: string | null
  name?: string
  phone?: string | null
  tracking_number?: string | null
}

/** Somebody who buys. */
export interface Customer {
  id: string
  object: 'customer'
  address: Address | null
  balance: 0
  created: number
  currency: null
  customer_account: null
  default_source: null
  delinquent: false
  description: string | null
  discount: null
  email: string | null
  invoice_prefix: string
  invoice_settings: {
    custom_fields: null
    default_payment_method: null
    footer: null
    rendering_options: null
  }
  livemode: false
  metadata: Metadata
  name: string | null
  next_invoice_sequence: 1
  phone: string | null
  preferred_locales: string[]
  shipping: Shipping | null
  tax_exempt: 'none'
  test_clock: null
}
