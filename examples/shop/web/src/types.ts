/** An amount in minor units: KES 950 is `{ minor: 95000, currency: 'KES' }`. */
export interface Money {
  minor: number
  currency: string
}

export interface Product {
  id: string
  slug: string
  name: string
  description: string
  category: string
  price: Money
  picture: string
  /** The same in several widths, as `srcset` of an image. */
  pictureSet?: string
  /** What it shows, in the words of the office. */
  pictureAlt?: string
  /** How many are free to be bought. */
  stock: number
}

/** A product as administrators see it. */
export interface AdminProduct extends Product {
  /** There is a picture, and not a drawing alone. */
  hasPhoto: boolean
  /** How many are held for orders that are not paid yet. */
  held: number
  /** No longer for sale. */
  archived: boolean
}

export type CommentStatus = 'pending' | 'published' | 'removed'

/** `html` is safe: the server has sanitized it. */
export interface Comment {
  id: string
  name: string
  html: string
  status: CommentStatus
  createdAt: string
}

export interface AdminComment extends Comment {
  product: { slug: string; name: string } | null
}

export interface User {
  id: string
  name: string
  email: string
  roles: string[]
}

/** What sign-in, registration and renewal answer. `expiresAt` is an ISO time. */
export interface Session {
  user: User
  accessToken: string
  expiresAt: string
}

/** A browser that somebody is signed in with. */
export interface Device {
  id: string
  createdAt: string
  lastUsedAt: string
  /** As the browser names itself. */
  userAgent: string | null
  current: boolean
}

export interface OrderItem {
  productId: string
  slug: string
  name: string
  quantity: number
  price: Money
  picture: string
}

export type OrderStatus = 'awaiting_payment' | 'paying' | 'paid' | 'payment_failed' | 'review' | 'refunded'

/** How a customer wants to pay. */
export type Wish = { method: 'mpesa'; phone: string } | { method: 'card' }

/** `phone` is masked; `message` is what the provider's answer means to the payer. */
export interface Payment {
  id: string
  method: 'mpesa' | 'card'
  status: string
  phone?: string
  receipt?: string
  message?: { en: string; sw: string }
}

export interface Order {
  id: string
  number: string
  items: OrderItem[]
  total: Money
  status: OrderStatus
  /** What was given back so far. */
  refunded: Money
  payment: Payment | null
  createdAt: string
  updatedAt: string
}

/** What an order is paid by without a prompt: M-Pesa's "Pay Bill". */
export interface Bill {
  paybill: string
  account: string
  amount: Money
  pngBase64: string
}

/** An order as administrators see it. */
export interface AdminOrder extends Order {
  customer: { name: string; email: string } | null
  stock: 'reserved' | 'released' | 'sold' | 'short'
  /** The payment that paid it. */
  paidWith: RefundablePayment | null
  /** What came besides: second attempts of that payment, and other payments. */
  overpaid: RefundablePayment[]
  refunds: {
    id: string
    amount: Money
    status: string
    method?: RefundMethod
    note?: string
    /** Why the money has not gone back. */
    reason?: string
    createdAt: string
  }[]
  /** What a person has to look up. */
  reviews: Review[]
}

/** A payment, or with `refundId` a refund of it, of which nobody knows what became. */
export interface Review {
  paymentId: string
  refundId?: string
  method: 'mpesa' | 'card'
  /** Of a payment. */
  reason?: 'mismatch' | 'reference' | 'contradiction' | 'unconfirmed' | 'unresolved' | 'late_after_cancel'
  amount: Money
  /** The provider has said itself that the money came. */
  isConfirmed?: boolean
  /** What M-Pesa calls the payment, as far as it has named it. */
  receipt?: string
  /** What the provider calls it. */
  reference?: string
  createdAt: string
}

/** How M-Pesa gives back: the payment itself, whole; or money to the phone that paid. */
export type RefundMethod = 'reversal' | 'b2c'

/** Money that came in, and the minor units of it that can still be given back. */
export interface RefundablePayment {
  id: string
  /** Only where more than one attempt of this payment took money. */
  attemptId?: string
  method: 'mpesa' | 'card'
  receipt?: string
  refundable: number
}

/** What somebody in the office asked M-Pesa; `late`: no answer is to be expected any more. */
export interface Question {
  id: string
  about: 'balance' | 'transaction'
  receipt?: string
  askedAt: string
  state: 'waiting' | 'late' | 'answered' | 'failed'
  problem?: string
  answer?: Balance | Transaction
}

export interface Balance {
  accounts: { name: string; available: Money }[]
}

export interface Transaction {
  outcome: string
  status: string | null
  amount: Money | null
  reason: string | null
  from: { number: string; name: string } | null
  to: { number: string; name: string } | null
  at: string | null
}

/** Money that names no order. */
export interface Stray {
  id: string
  /** What the payer has typed. */
  account: string
  amount: Money
  from: string
  receipt?: string
  /** Minor units that can still be given back. */
  refundable: number
  /** What a person has to look up first. */
  reviews: Review[]
  createdAt: string
}

/** What a payment provider told us, as a line of a list. */
export interface Callback {
  id: string
  provider: string
  type?: string
  state: string
  paymentId: string
  receivedAt: string
  deliveries: number
  attempts: number
  error?: string
}

/** What was tried to the end and did not work. */
export interface DeadLetter {
  kind: 'callback' | 'effect'
  id: string
  paymentId: string
  error: string
  attempts: number
  diedAt: string
}
