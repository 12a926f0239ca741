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

export type OrderStatus = 'awaiting_payment' | 'paying' | 'paid' | 'payment_failed' | 'review'

/** `phone` is masked; `message` is what the provider's answer means to the payer. */
export interface Payment {
  id: string
  status: string
  phone: string
  receipt?: string
  message?: { en: string; sw: string }
}

export interface Order {
  id: string
  number: string
  items: OrderItem[]
  total: Money
  status: OrderStatus
  payment: Payment | null
  createdAt: string
  updatedAt: string
}
