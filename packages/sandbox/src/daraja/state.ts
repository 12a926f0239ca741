import { keptMessages, type MailMessage } from '../mail/message.js'
import {
  applyToCloudinary,
  emptyCloudinaryState,
  type CloudinaryChange,
  type CloudinaryState,
} from '../cloudinary/state.js'
import { applyToStripe, emptyStripeState, type StripeChange, type StripeState } from '../stripe/state.js'
import { accountOf, type LedgerEntry } from './ledger.js'
import type {
  C2bPayment,
  C2bRegistration,
  Callback,
  CallbackAttempt,
  Job,
  JobResult,
  Message,
  StkResult,
  StkTransaction,
  Subscriber,
  Token,
} from './records.js'

export type * from './records.js'

/** All that the sandbox remembers; plain JSON, so that one record of the journal can hold it. */
export interface State {
  clock: ClockReading
  /** How many times a sandbox was started on this state; part of the seed, so that no id comes twice. */
  starts: number
  tokens: Token[]
  subscribers: Record<string, Subscriber>
  transactions: Record<string, StkTransaction>
  callbacks: Record<string, Callback>
  /** Asynchronous requests by their ConversationID. */
  jobs: Record<string, Job>
  initiator: { wrongCredentials: number }
  /** Where C2B validations and confirmations of a shortcode go. */
  c2bUrls: Record<string, C2bRegistration>
  /** Payments that customers began, by their receipt. */
  c2bPayments: Record<string, C2bPayment>
  ledger: LedgerEntry[]
  balances: Record<string, number>
  stripe: StripeState
  cloudinary: CloudinaryState
  mail: MailMessage[]
  /** How many mails ever came: the last one's id. */
  mailCount: number
}

/** Sandbox time against real time: what lets a restarted sandbox go on where real time has got to. */
export interface ClockReading {
  realMs: number
  sandboxMs: number
  timeScale: number
}

/** A change of the state. Several of them in one commit happen together or not at all. */
export type Change =
  | { type: 'started'; clock: ClockReading }
  | { type: 'clockSet'; clock: ClockReading }
  | { type: 'tokenIssued'; token: Token; revokesOthers: boolean }
  | { type: 'tokensRevoked' }
  | { type: 'enrolled'; subscriber: Subscriber }
  | { type: 'subscriberChanged'; msisdn: string; wrongPins?: number; isOn?: boolean }
  | { type: 'messageSent'; msisdn: string; message: Message }
  | { type: 'posted'; entry: LedgerEntry }
  | { type: 'pushed'; transaction: StkTransaction }
  | { type: 'pushEnded'; checkoutRequestId: string; result: StkResult }
  | { type: 'jobAccepted'; job: Job }
  | { type: 'jobEnded'; conversationId: string; result: JobResult }
  | { type: 'initiatorChanged'; wrongCredentials: number }
  | { type: 'c2bRegistered'; shortcode: string; registration: C2bRegistration }
  | { type: 'c2bBegun'; payment: C2bPayment }
  | { type: 'c2bEnded'; receipt: string; ending: NonNullable<C2bPayment['ending']>; atMs: number }
  | { type: 'callbackSet'; callback: Callback }
  | { type: 'callbackTried'; id: string; attempt: CallbackAttempt; state: Callback['state'] }
  | { type: 'mailReceived'; message: MailMessage }
  | { type: 'mailCleared' }
  | StripeChange
  | CloudinaryChange

/** The state before anything has happened. */
export function emptyState(): State {
  return {
    clock: { realMs: 0, sandboxMs: 0, timeScale: 1 },
    starts: 0,
    tokens: [],
    subscribers: {},
    transactions: {},
    callbacks: {},
    jobs: {},
    initiator: { wrongCredentials: 0 },
    c2bUrls: {},
    c2bPayments: {},
    ledger: [],
    balances: {},
    stripe: emptyStripeState(),
    cloudinary: emptyCloudinaryState(),
    mail: [],
    mailCount: 0,
  }
}

/** Applies a change to `state`, in place. Total: what was committed can always be applied again. */
export function apply(state: State, change: Change): void {
  switch (change.type) {
    case 'started':
      state.starts++
      state.clock = change.clock
      break
    case 'clockSet':
      state.clock = change.clock
      break
    case 'tokenIssued':
      state.tokens = [...(change.revokesOthers ? [] : state.tokens), change.token]
      break
    case 'tokensRevoked':
      state.tokens = []
      break
    case 'enrolled':
      state.subscribers[change.subscriber.msisdn] = change.subscriber
      break
    case 'subscriberChanged': {
      const subscriber = state.subscribers[change.msisdn]
      if (!subscriber) break
      subscriber.wrongPins = change.wrongPins ?? subscriber.wrongPins
      subscriber.isOn = change.isOn ?? subscriber.isOn
      break
    }
    case 'messageSent':
      state.subscribers[change.msisdn]?.messages.push(change.message)
      break
    case 'posted':
      state.ledger.push(change.entry)
      for (const { account, cents } of change.entry.lines) {
        state.balances[account] = (state.balances[account] ?? 0) + cents
      }
      break
    case 'pushed':
      state.transactions[change.transaction.checkoutRequestId] = change.transaction
      break
    case 'pushEnded': {
      const transaction = state.transactions[change.checkoutRequestId]
      if (transaction) transaction.result = change.result
      break
    }
    case 'jobAccepted':
      state.jobs[change.job.conversationId] = change.job
      break
    case 'jobEnded': {
      const job = state.jobs[change.conversationId]
      if (job) job.result = change.result
      break
    }
    case 'initiatorChanged':
      state.initiator = { wrongCredentials: change.wrongCredentials }
      break
    case 'c2bRegistered':
      state.c2bUrls[change.shortcode] = change.registration
      break
    case 'c2bBegun':
      state.c2bPayments[change.payment.receipt] = change.payment
      break
    case 'c2bEnded': {
      const payment = state.c2bPayments[change.receipt]
      if (payment) Object.assign(payment, { ending: change.ending, endedAtMs: change.atMs })
      break
    }
    case 'callbackSet':
      state.callbacks[change.callback.id] = change.callback
      break
    case 'callbackTried': {
      const callback = state.callbacks[change.id]
      if (!callback) break
      callback.attempts.push(change.attempt)
      callback.state = change.state
      break
    }
    case 'mailReceived':
      state.mail = [...state.mail, change.message].slice(-keptMessages)
      state.mailCount = change.message.id
      break
    case 'mailCleared':
      state.mail = []
      break
    case 'stripeSet':
    case 'stripeDeleted':
      applyToStripe(state.stripe, change)
      break
    case 'cloudinarySet':
    case 'cloudinaryDeleted':
      applyToCloudinary(state.cloudinary, change)
      break
  }
}

/** The balance of a subscriber's account, in cents. */
export function balanceOf(state: State, msisdn: string): number {
  return state.balances[accountOf.subscriber(msisdn)] ?? 0
}
