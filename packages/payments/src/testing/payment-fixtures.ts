import { randomUUID } from 'node:crypto'
import type { Dispute } from '../dispute.js'
import type { OutboxEntry, PaymentRecord } from '../payment.js'
import type { RefundRecord } from '../refund.js'
import { LONG_MS } from './contract-case.js'

/** Longer ago than any test takes. */
export const PAST = new Date(Date.now() - LONG_MS)
/** Later than any test ends. */
export const FUTURE = new Date(Date.now() + LONG_MS)

/** An id that no other payment has. */
export function newId(): string {
  return `pay_${randomUUID().replaceAll('-', '')}`
}

/** A payment as `create()` makes it. */
export function payment(fields: Partial<PaymentRecord> = {}): PaymentRecord {
  return {
    id: newId(),
    reference: 'ORDER-1',
    requestHash: 'x',
    provider: 'mpesa',
    amount: { minor: 150_00, currency: 'KES' },
    payer: { phone: '254711000001' },
    description: 'Two mangoes',
    metadata: {},
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
    createdAt: new Date(1_700_000_000_000),
    updatedAt: new Date(1_700_000_000_001),
    ...fields,
  }
}

/** A refund that has succeeded or not, as it is stored. */
export function refund(): RefundRecord {
  return {
    id: 'ref_1',
    attemptId: '1',
    amount: { minor: 50_00, currency: 'KES' },
    status: 'pending',
    providerRef: null,
    requestHash: null,
    idempotencyKey: 'p:refund:ref_1:1',
    keyedAt: new Date(3),
    nextCheckAt: FUTURE,
    checks: 1,
    createdAt: new Date(3),
    updatedAt: new Date(4),
  }
}

/** A dispute as it is stored. */
export function dispute(): Dispute {
  return {
    id: 'du_1',
    attemptId: '1',
    amount: { minor: 50_00, currency: 'KES' },
    status: 'lost',
    code: 'lost',
    reason: 'fraudulent',
    respondBy: new Date(9),
    createdAt: new Date(3),
    updatedAt: new Date(4),
  }
}

/** An effect that is not due. */
export function effect(fields: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    key: 'p:paid',
    type: 'paid',
    attemptId: '1',
    state: 'pending',
    tries: 0,
    nextRunAt: FUTURE,
    ...fields,
  }
}
