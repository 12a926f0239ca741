import { createHash } from 'node:crypto'
import { PaymentsError } from './errors.js'
import { fromMinor, type Money } from './money.js'
import { assertKnownKeys } from './options.js'
import type { Payer, PaymentRecord } from './payment.js'
import type { Provider } from './provider.js'

/** What is to be paid. */
export interface CreateRequest {
  /** What the money is for, in the application's words: an order number. */
  reference: string
  amount: Money
  /** A key of `providers`. */
  provider: string
  /** Default nothing is known of the payer. M-Pesa needs the phone. */
  payer?: Payer
  /** What the payer reads. */
  description: string
  /** Names this wish to be paid: the same key gives the same payment, however often it is asked for. */
  idempotencyKey: string
  metadata?: Record<string, string>
}

const REQUEST = 'reference amount provider payer description idempotencyKey metadata'.split(' ')

/** The id is the key's hash: that a key names one payment rests on the uniqueness of ids, which needs no index. */
export function newPayment(request: CreateRequest, provider: Provider, now: Date): PaymentRecord {
  assertKnownKeys('payments.create', request, REQUEST)
  const { reference, description, idempotencyKey, metadata = {} } = request
  for (const [name, value] of Object.entries({ reference, description, idempotencyKey })) {
    if (typeof value !== 'string' || value === '')
      throw new TypeError(`payments.create: ${name} is to be a text`)
  }
  const amount = fromMinor(request.amount.minor, request.amount.currency)
  if (amount.minor <= 0) {
    throw new PaymentsError('PAYMENTS_MONEY_INVALID', 'a payment is of more than nothing', { status: 400 })
  }
  const { payer } = provider.prepare({ amount, payer: request.payer ?? {}, reference, description })
  const { phone, email } = payer
  const content = [reference, amount.minor, amount.currency, request.provider, phone, description]
  if (email !== undefined) content.push(email)
  const details = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))
  return blankPayment(
    {
      ...{
        id: paymentIdOf(idempotencyKey),
        reference,
        amount,
        payer,
        description,
        metadata: { ...metadata },
      },
      requestHash: sha256(JSON.stringify([content, details])),
      provider: request.provider,
    },
    now,
  )
}

/** The id of the payment that `key` names. */
export function paymentIdOf(key: string): string {
  return `pay_${sha256(key).slice(0, 32)}`
}

type Wanted = Pick<
  PaymentRecord,
  'id' | 'reference' | 'requestHash' | 'provider' | 'amount' | 'payer' | 'description' | 'metadata'
>

/** A payment that nothing has happened to. */
export function blankPayment(wanted: Wanted, now: Date): PaymentRecord {
  return {
    ...wanted,
    status: 'created',
    version: 1,
    attempts: [],
    captured: 0,
    flags: { late: false, overpaid: false, mismatch: false },
    appliedEvents: [],
    outbox: [],
    history: [],
    nextCheckAt: null,
    checks: 0,
    createdAt: now,
    updatedAt: now,
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
