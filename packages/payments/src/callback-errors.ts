import { PaymentsError } from './errors.js'
import type { InboxEntry } from './store.js'

/** The payment of a callback is not there. */
export function unknownPayment({ paymentId }: InboxEntry): PaymentsError {
  const message = `an authentic callback came for ${paymentId}, which is not stored; was a backup restored?`
  return new PaymentsError('PAYMENTS_NOT_FOUND', message, { status: 404 })
}

/** What was reported could not be asked about: the callback waits. */
export function notReadable(why: string, cause?: unknown): PaymentsError {
  const message = `the provider could not be asked about what it reported: ${why}`
  return new PaymentsError('PAYMENTS_PROVIDER_UNAVAILABLE', message, { status: 503, cause })
}
