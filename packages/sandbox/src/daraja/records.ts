import type { OperationName } from './operations.js'

/** An access token. */
export interface Token {
  value: string
  expiresAtMs: number
}

/** A person with a phone and an M-PESA account. */
export interface Subscriber {
  msisdn: string
  name: string
  pin: string
  /** Wrong PINs in a row; at three the account is locked. */
  wrongPins: number
  isOn: boolean
  messages: Message[]
}

/** An SMS from M-PESA. */
export interface Message {
  atMs: number
  text: string
}

/** One STK push, from the request to its end. */
export interface StkTransaction {
  checkoutRequestId: string
  merchantRequestId: string
  shortcode: string
  transactionType: string
  /** Whole shillings. */
  amount: number
  partyA: string
  /** The subscriber whose phone is asked, and who pays. */
  phone: string
  partyB: string
  accountReference: string
  description: string
  callbackUrl: string
  requestedAtMs: number
  /** Whether a prompt stands on the phone; otherwise the push only waits for its end. */
  hasPrompt: boolean
  /** When the push ends by itself, and how. */
  endsAtMs: number
  ending: Ending
  result?: StkResult
}

/** A ResultCode and its ResultDesc. */
export interface Ending {
  code: number | string
  description: string
}

/** How an STK push ended. */
export interface StkResult extends Ending {
  atMs: number
  /** Only when paid. */
  receipt?: string
}

/** The operations that are accepted at once and executed later. */
export type JobOperation = Extract<OperationName, 'reversal' | 'transactionStatus' | 'b2c' | 'accountBalance'>

/** An asynchronous request, from its acceptance to its end. */
export interface Job {
  operation: JobOperation
  conversationId: string
  originatorConversationId: string
  /** The body as sent, without the credential. */
  fields: Record<string, string>
  /** Whether name and credential of the initiator were right. */
  isAuthentic: boolean
  acceptedAtMs: number
  /** When its turn comes. */
  dueAtMs: number
  result?: JobResult
}

/** How an asynchronous request ended. */
export interface JobResult extends Ending {
  atMs: number
  /** The receipt, if it was a transaction and succeeded. */
  transactionId?: string
}

/** The URLs of a shortcode. */
export interface C2bRegistration {
  /** v1 sends the number hashed, v2 masked. */
  version: 'v1' | 'v2'
  /** What happens without an answer to the validation. */
  responseType: 'Completed' | 'Cancelled'
  confirmationUrl: string
  validationUrl: string
}

/** A payment that a customer began. */
export interface C2bPayment {
  receipt: string
  msisdn: string
  shortcode: string
  /** Whole shillings. */
  amount: number
  account: string
  isTill: boolean
  dueAtMs: number
  /** Declined by M-PESA, rejected by the merchant. */
  ending?: 'completed' | 'declined' | 'rejected'
  endedAtMs?: number
}

/** A callback to an application: what is sent, when, and what came of it. */
export interface Callback {
  id: string
  operation: OperationName
  /** Of the STK push that it is about. */
  checkoutRequestId?: string
  /** Of the asynchronous request that it is about. */
  conversationId?: string
  /** Of the customer's payment that it is about. */
  receipt?: string
  url: string
  body: unknown
  dueAtMs: number
  /** Waits until another callback has been sent. */
  isHeld: boolean
  state: 'pending' | 'delivered' | 'failed' | 'dropped'
  attempts: CallbackAttempt[]
}

/** One attempt to deliver a callback, with the application's answer. */
export interface CallbackAttempt {
  atMs: number
  /** HTTP status of the answer; absent when there was none. */
  status?: number
  answer?: string
  error?: string
}
