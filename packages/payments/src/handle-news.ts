import { notReadable, unknownPayment } from './callback-errors.js'
import { observeRefunds } from './observe-refunds.js'
import type { PaymentRecord } from './payment.js'
import type { Provider, ProviderCallbacks } from './provider.js'
import type { InboxEntry, PaymentStore } from './store.js'
import { listedFacts, refundedAttempt } from './submit-refund.js'
import { update } from './transition.js'

/** The callback with its payment, which the provider has to be asked for; null: it is none of ours. */
export async function locate(entry: InboxEntry, callbacks: ProviderCallbacks): Promise<InboxEntry | null> {
  const owner = (await callbacks.locate?.(entry.raw)) ?? { status: 'not_found' }
  if (owner.status === 'unavailable') throw notReadable(owner.code, owner.error)
  const { paymentId, attemptId } = owner.status === 'found' ? owner : { paymentId: '', attemptId: '' }
  return owner.status === 'found' ? { ...entry, paymentId, attemptId } : null
}

/** News of refunds: all refunds of the attempt are read again, and those that nobody here made are adopted. */
export async function askAboutRefunds(
  entry: InboxEntry,
  { store, provider }: { store: PaymentStore; provider: Provider },
): Promise<PaymentRecord> {
  const record = await store.get(entry.paymentId)
  if (!record) throw unknownPayment(entry)
  const attempt = record.attempts.find(({ id }) => id === entry.attemptId)
  if (!attempt || !provider.refunds) return record
  // Its own event comes first, as a rule; where it does not, this one waits for it.
  if (attempt.providerRef === null) throw notReadable('its reference is not known yet')
  const listed = await provider.refunds.list(refundedAttempt(record, attempt))
  if (listed.status === 'unavailable') throw notReadable(listed.code, listed.error)
  const facts = listedFacts(attempt.id, listed)
  return update(store, record.id, (current, at) =>
    observeRefunds(
      current,
      facts.map((fact) => ({ ...fact, at })),
      provider.timing,
      at,
    ),
  )
}
