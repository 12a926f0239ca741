import type {
  BalanceTransaction,
  Charge,
  CheckoutSession,
  Customer,
  Dispute,
  Event,
  LineItem,
  PaymentIntent,
  PaymentMethod,
  Product,
  Refund,
  WebhookEndpoint,
} from './objects.js'

/** All that the sandbox's Stripe remembers: tables of records by id, in the order of their making. */
export interface StripeState {
  balanceTransactions: Record<string, BalanceTransaction>
  charges: Record<string, Charge>
  customers: Record<string, Customer>
  deliveries: Record<string, Delivery>
  disputes: Record<string, Dispute>
  endpoints: Record<string, Endpoint>
  /** The deliveries of an event, by its id. */
  eventDeliveries: Record<string, { ids: string[] }>
  events: Record<string, Event>
  paymentIntents: Record<string, PaymentIntent>
  paymentMethods: Record<string, PaymentMethod>
  products: Record<string, Product>
  refunds: Record<string, Refund>
  replies: Record<string, Reply>
  sessions: Record<string, SessionRecord>
}

/** The name of a table. */
export type Table = keyof StripeState
/** A record of a table. */
export type RecordOf<T extends Table> = StripeState[T][string]

/** An endpoint and its secrets, the newest first. A secret that was replaced is good until it expires. */
export interface Endpoint {
  endpoint: WebhookEndpoint
  secrets: Array<{ value: string; expiresAtMs?: number }>
  /** The name of an event destination of API v2, which is sent thin events. */
  thinName?: string
}

/** A session, with what its object does not show. */
export interface SessionRecord {
  session: CheckoutSession
  lineItems: LineItem[]
  intent: {
    capture_method: PaymentIntent['capture_method']
    description: string | null
    metadata: Record<string, string>
    receipt_email: string | null
    statement_descriptor: string | null
    statement_descriptor_suffix: string | null
  }
}

/** The answer to a request with an idempotency key. */
export interface Reply {
  key: string
  /** Method, path and parameters. */
  fingerprint: string
  requestId: string
  status: number
  body: unknown
  atMs: number
}

/** An event on its way to an endpoint, with every attempt. */
export interface Delivery {
  id: string
  eventId: string
  eventType: string
  endpointId: string
  url: string
  /** When it is tried next, in sandbox time. */
  dueAtMs: number
  /** Waits until another delivery to the same endpoint has been made. */
  isHeld: boolean
  /** The first attempt is signed with a secret that is not the endpoint's. */
  isCorrupted: boolean
  state: 'delivered' | 'dropped' | 'failed' | 'pending'
  attempts: DeliveryAttempt[]
}

/** One attempt to deliver an event, with the application's answer. */
export interface DeliveryAttempt {
  atMs: number
  /** HTTP status of the answer; absent when there was none. */
  status?: number
  answer?: string
  error?: string
}

/** A change of the Stripe. */
export type StripeChange =
  | { type: 'stripeSet'; table: Table; id: string; record: RecordOf<Table> }
  | { type: 'stripeDeleted'; table: Table; id: string }

/** The state before anything has happened. */
export function emptyStripeState(): StripeState {
  return {
    balanceTransactions: {},
    charges: {},
    customers: {},
    deliveries: {},
    disputes: {},
    endpoints: {},
    eventDeliveries: {},
    events: {},
    paymentIntents: {},
    paymentMethods: {},
    products: {},
    refunds: {},
    replies: {},
    sessions: {},
  }
}

/** Applies a change to `state`, in place. Records themselves are never changed, only replaced. */
export function applyToStripe(state: StripeState, change: StripeChange): void {
  const table: Record<string, RecordOf<Table>> = state[change.table]
  if (change.type === 'stripeSet') table[change.id] = change.record
  else Reflect.deleteProperty(table, change.id)
}
