import { equalMoney } from './money.js'
import type { CallbackRefund } from './provider-refunds.js'
import type { RefundFact } from './reduce-refund.js'
import { refundsOf } from './refund.js'
import { notReadable, unknownPayment } from './callback-errors.js'
import { observeRefunds } from './observe-refunds.js'
import type { Attempt, PaymentRecord } from './payment.js'
import type { Provider, ProviderCallbacks } from './provider.js'
import { reduceDispute } from './reduce-dispute.js'
import type { InboxEntry, PaymentStore } from './store.js'
import { listedFacts, refundedAttempt } from './submit-refund.js'
import { toOutbox, update } from './transition.js'

/** The callback with its payment, which the provider has to be asked for; null: it is none of ours. */
export async function locate(entry: InboxEntry, callbacks: ProviderCallbacks): Promise<InboxEntry | null> {
  const owner = (await callbacks.locate?.(entry.raw)) ?? { status: 'not_found' }
  if (owner.status === 'unavailable') throw notReadable(owner.code, owner.error)
  const { paymentId, attemptId } = owner.status === 'found' ? owner : { paymentId: '', attemptId: '' }
  return owner.status === 'found' ? { ...entry, paymentId, attemptId } : null
}

/** News of money that was taken before: what the provider shows of it now is read, and nothing else counts. */
export async function askAbout(
  about: 'refunds' | 'disputes',
  entry: InboxEntry,
  { store, provider }: { store: PaymentStore; provider: Provider },
): Promise<PaymentRecord> {
  const record = await store.get(entry.paymentId)
  if (!record) throw unknownPayment(entry)
  const attempt = record.attempts.find(({ id }) => id === entry.attemptId)
  if (!attempt) return record
  // The event of its success comes first, as a rule; where it does not, this one waits for it.
  if (attempt.providerRef === null) throw notReadable('its reference is not known yet')
  const askedAt = await store.now()
  const change =
    about === 'refunds'
      ? await refundsShown(record, attempt, provider)
      : await disputesShown(attempt.id, attempt.providerRef, askedAt, provider)
  return update(store, record.id, change)
}

/** What a callback says of one refund: there is nobody else who could be asked. */
export async function noteRefund(
  { paymentId, attemptId: refundId, ...entry }: InboxEntry,
  said: CallbackRefund,
  { store, provider }: { store: PaymentStore; provider: Provider },
): Promise<PaymentRecord> {
  const record = await store.get(paymentId)
  if (!record) throw unknownPayment({ paymentId, attemptId: refundId, ...entry })
  return update(store, paymentId, (current, at) => {
    const refund = refundsOf(current).find(({ id }) => id === refundId)
    if (!refund) return current
    const { about: _, amount, ...facts } = said
    const { attemptId, providerRef } = refund
    const known = providerRef === null ? {} : { providerRef }
    const isAnother = amount !== undefined && !equalMoney(amount, refund.amount)
    // What was sent stays sent, whatever comes after; a success after a failure is for a person to look at.
    if (refund.status === 'succeeded' && said.status === 'failed') return current
    const isContradiction = refund.status === 'failed' && said.status === 'succeeded'
    const code = isAnother ? 'mismatch' : isContradiction ? 'contradiction' : undefined
    const doubt = code === undefined ? {} : ({ status: 'review', code } as const)
    const fact: RefundFact = { ...known, ...facts, ...doubt, at, evidence: 'callback', attemptId, refundId }
    return observeRefunds(current, [fact], provider.timing, at)
  })
}

type Change = (record: PaymentRecord, at: Date) => PaymentRecord

async function refundsShown(
  record: PaymentRecord,
  attempt: Attempt,
  { refunds, timing }: Provider,
): Promise<Change> {
  const listed = await refunds?.list(refundedAttempt(record, attempt))
  if (listed?.status === 'unavailable') throw notReadable(listed.code, listed.error)
  const facts = listed ? listedFacts(attempt.id, listed) : []
  return (current, at) =>
    observeRefunds(
      current,
      facts.map((fact) => ({ ...fact, at })),
      timing,
      at,
    )
}

async function disputesShown(
  attemptId: string,
  providerRef: string,
  askedAt: Date,
  { disputes }: Provider,
): Promise<Change> {
  const listed = await disputes?.list({ providerRef })
  if (listed?.status === 'unavailable') throw notReadable(listed.code, listed.error)
  return (current, at) =>
    (listed?.disputes ?? []).reduce((record, dispute) => {
      const { next, effects } = reduceDispute(record, { at, askedAt, attemptId, dispute })
      return next === record ? record : { ...next, outbox: [...next.outbox, ...toOutbox(effects, at)] }
    }, current)
}
