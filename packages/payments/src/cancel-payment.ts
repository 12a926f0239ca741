import type { ActionDeps } from './capture-payment.js'
import { lookFor } from './check-payment.js'
import { PaymentsError } from './errors.js'
import type { Observation } from './observation.js'
import { toPayment, type Attempt, type Payment, type PaymentRecord } from './payment.js'
import type { Provider, ReadResult } from './provider.js'
import type { ActionResult } from './provider-refunds.js'
import { factsOf, type Reader } from './reader.js'
import { openAttempts } from './schedule.js'
import type { PaymentStore } from './store.js'
import { observeAll, update } from './transition.js'

/**
 * `payments.cancel`: the provider is told, and asked what became of it. Nothing is stored before: after a crash it is
 * the provider who knows, and the regular questions find it out.
 */
export function createCancel({ store, providerOf, readerOf, onChanged }: ActionDeps) {
  return async function cancel(id: string): Promise<Payment> {
    const record = await update(store, id, (current, now) =>
      withdrawn(current, providerOf(current.provider), now),
    )
    if (record.status === 'canceled') {
      onChanged()
      return toPayment(record)
    }
    const provider = providerOf(record.provider)
    const attempt = cancelable(record, provider)
    const providerRef = attempt.providerRef ?? (await lookFor(record, attempt, provider))
    if (providerRef === undefined) {
      throw notCancelable(`what became of the call for payment ${id} is not known yet; try again later`)
    }
    try {
      return toPayment(
        await tell(
          record,
          { ...attempt, providerRef },
          { store, provider, reader: readerOf(record.provider) },
        ),
      )
    } finally {
      onChanged()
    }
  }
}

async function tell(
  { id }: PaymentRecord,
  attempt: Attempt & { providerRef: string },
  { store, provider, reader }: { store: PaymentStore; provider: Provider; reader: Reader },
): Promise<PaymentRecord> {
  const { providerRef } = attempt
  const result = await provider.cancel!({ providerRef })
  const answer = await reader.read({ providerRef })
  const after = await update(store, id, (current, now) => {
    const facts = factsOf(attempt, providerRef, answer, provider.timing, now)
    return observeAll(current, facts, provider.timing, now)
  })
  assertSettled(after, result, answer)
  return after
}

/** Where the provider was never asked for anything it is for us alone to say. */
function withdrawn(record: PaymentRecord, { timing }: Provider, now: Date): PaymentRecord {
  if (record.status !== 'created') return record
  const fact: Observation = { at: now, evidence: 'operator', attemptId: '', status: 'canceled' }
  return observeAll(record, [fact], timing, now)
}

/** The attempt that may still be paid. An expired one may, too: its payer can be late. */
function cancelable(record: PaymentRecord, provider: Provider): Attempt {
  const { id, status } = record
  const last = record.attempts.at(-1)
  const attempt = status === 'expired' ? last : openAttempts(record).find((open) => open === last)
  if (!attempt || status === 'review')
    throw notCancelable(`payment ${id} is ${status}; it cannot be canceled`)
  if (attempt.capture) throw notCancelable(`the money of payment ${id} is being captured`)
  if (provider.cancel) return attempt
  throw notCancelable(
    `provider "${record.provider}" cannot call a payment back; wait for it to end by itself`,
  )
}

/** It may be canceled, or paid at the last moment; but if it is still open, the caller is told why. */
function assertSettled(record: PaymentRecord, result: ActionResult, answer: ReadResult): void {
  const isOpen = openAttempts(record).length > 0 || record.status === 'expired'
  if (!isOpen || (result.outcome === 'accepted' && answer.status !== 'unavailable')) return
  if (result.outcome === 'not_executed') {
    const message = `the provider refuses to cancel payment ${record.id} (${result.code})`
    throw notCancelable(message, { providerCode: result.code, cause: result.error })
  }
  const message = `whether payment ${record.id} is canceled could not be found out; try again`
  throw new PaymentsError('PAYMENTS_PROVIDER_UNAVAILABLE', message, { status: 503 })
}

function notCancelable(message: string, refusal?: { providerCode: string; cause: unknown }): PaymentsError {
  return new PaymentsError('PAYMENTS_NOT_CANCELABLE', message, { status: 409, ...refusal })
}
