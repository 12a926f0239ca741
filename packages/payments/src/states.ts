import type { AttemptStatus, PaymentStatus, ReviewReason } from './payment.js'

/**
 * Every move between statuses that exists; anything else leaves the status as it is and is kept in the history.
 * `failed` goes back to `submitting` when `start()` makes a new attempt.
 */
export const TRANSITIONS: Readonly<Record<PaymentStatus, readonly PaymentStatus[]>> = {
  // Success straight from `created`: what we took for proof that nothing was executed was wrong.
  created: ['submitting', 'canceled', 'succeeded', 'review'],
  submitting: [
    'created',
    'pending',
    'requires_action',
    'processing',
    'authorized',
    'succeeded',
    'failed',
    'expired',
    'canceled',
    'review',
  ],
  pending: [
    'requires_action',
    'processing',
    'authorized',
    'succeeded',
    'failed',
    'canceled',
    'expired',
    'review',
  ],
  requires_action: [
    'pending',
    'processing',
    'authorized',
    'succeeded',
    'failed',
    'canceled',
    'expired',
    'review',
  ],
  processing: [
    'pending',
    'requires_action',
    'authorized',
    'succeeded',
    'failed',
    'canceled',
    'expired',
    'review',
  ],
  authorized: ['succeeded', 'canceled', 'expired', 'failed', 'review'],
  failed: ['submitting', 'succeeded', 'review'],
  expired: ['succeeded', 'canceled', 'failed', 'review'],
  canceled: ['review'],
  succeeded: [],
  review: ['succeeded', 'failed', 'canceled'],
}

/** Statuses in which the provider may still be about to act. */
export const IN_FLIGHT: ReadonlySet<PaymentStatus | AttemptStatus> = new Set<PaymentStatus | AttemptStatus>([
  'submitting',
  'pending',
  'requires_action',
  'processing',
])

/** Attempts that we had given up before their success came: that success is late. */
export const GIVEN_UP: ReadonlySet<AttemptStatus> = new Set<AttemptStatus>([
  'not_executed',
  'failed',
  'expired',
  'canceled',
])

/** Reviews that asking the provider again may settle; all others need a person. */
export const SETTLED_BY_READ: ReadonlySet<ReviewReason> = new Set<ReviewReason>([
  'contradiction',
  'unconfirmed',
  'unresolved',
])
