import { isArrival, takeIn } from './arrival.js'
import { lookFor } from './check-payment.js'
import { notReadable, unknownPayment } from './callback-errors.js'
import type { Observation } from './observation.js'
import type { PaymentRecord } from './payment.js'
import { askAbout, locate, noteRefund } from './handle-news.js'
import type { CallbackNews, Provider } from './provider.js'
import { factsOf, type Reader } from './reader.js'
import { askAgainAt } from './schedule.js'
import type { InboxEntry, PaymentStore } from './store.js'
import { observeAll, update } from './transition.js'

/**
 * One stored callback: what it says → the payment → if it says "paid", the provider is asked → reduce → one
 * compare-and-set that writes status, outbox and the callback's id together. Doing it twice changes nothing.
 */
export async function handleCallback(
  received: InboxEntry,
  { store, provider, reader }: { store: PaymentStore; provider: Provider; reader: Reader },
): Promise<PaymentRecord | null> {
  const { timing, callbacks } = provider
  const parsed = callbacks.parse(received.raw, received)
  if (parsed && 'about' in parsed && parsed.about === 'refund')
    return noteRefund(received, parsed, { store, provider })
  const said = isArrival(parsed) ? await takeIn(received, parsed, { store, provider }) : parsed
  if (said === null) return null
  const entry = received.attemptId === '' ? await locate(received, callbacks) : received
  if (entry === null) return null
  if (said.status === 'changed' && said.about) return askAbout(said.about, entry, { store, provider })
  if (said.status === 'changed') return readAgain(entry, said, { store, provider, reader })
  const foreign = await isForeign(store, entry, said.providerRef)

  const believe = (record: PaymentRecord, now: Date) => {
    const fact: Observation = { ...said, id: entry.id, at: now, attemptId: entry.attemptId, foreign }
    return observeAll(record, [fact], timing, now)
  }

  // Tried out first: only a payment that wants a confirmation costs a question to the provider.
  const before = await store.get(entry.paymentId)
  if (!before) throw unknownPayment(entry)
  const preview = believe(before, await store.now())
  const claimed = preview.attempts.find(({ id, status, claim }) => {
    return id === entry.attemptId && claim !== undefined && status !== 'succeeded'
  })
  const answer =
    claimed && preview.status !== 'review' ? await reader.read({ providerRef: said.providerRef }) : undefined

  return update(store, entry.paymentId, (record, now) => {
    const believed = believe(record, now)
    const attempt = believed.attempts.find(({ id }) => id === entry.attemptId)
    if (!answer || !attempt) return believed
    const asked = observeAll(believed, factsOf(attempt, said.providerRef, answer, timing, now), timing, now)
    // The payer has paid and waits to read it: not for the regular turn.
    const waitMs = answer.status === 'unavailable' ? answer.retryAfterMs : undefined
    return waitMs === undefined || asked === record
      ? asked
      : { ...asked, nextCheckAt: askAgainAt(waitMs, now) }
  })
}

/** The order of such callbacks, and what is in them, does not matter: what the provider says now is what counts. */
async function readAgain(
  entry: InboxEntry,
  said: CallbackNews,
  { store, provider, reader }: { store: PaymentStore; provider: Provider; reader: Reader },
): Promise<PaymentRecord> {
  const before = await store.get(entry.paymentId)
  if (!before) throw unknownPayment(entry)
  const attempt = before.attempts.find(({ id }) => id === entry.attemptId)
  if (!attempt) return before
  const providerRef = said.providerRef ?? attempt.providerRef ?? (await lookFor(before, attempt, provider))
  if (providerRef === undefined) throw notReadable('its reference is not known yet')

  const foreign = await isForeign(store, entry, providerRef)
  const answer = await reader.read({ providerRef })
  if (answer.status === 'unavailable') throw notReadable(answer.code, answer.error)
  return update(store, entry.paymentId, (record, now) => {
    const current = record.attempts.find(({ id }) => id === entry.attemptId) ?? attempt
    const facts = factsOf({ ...current, providerRef }, providerRef, answer, provider.timing, now)
    const [first, ...others] = facts.map((fact) => ({ ...fact, foreign }))
    return first ? observeAll(record, [{ ...first, id: entry.id }, ...others], provider.timing, now) : record
  })
}

async function isForeign(store: PaymentStore, entry: InboxEntry, providerRef: string): Promise<boolean> {
  const owner = await store.findByProviderRef(entry.provider, providerRef)
  return owner !== null && owner.id !== entry.paymentId
}
