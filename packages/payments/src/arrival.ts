import { notReadable } from './callback-errors.js'
import { equalMoney, type Money } from './money.js'
import { blankPayment } from './new-payment.js'
import type { Observation } from './observation.js'
import type { Attempt, PaymentRecord } from './payment.js'
import type { CallbackFacts, Provider } from './provider.js'
import { IN_FLIGHT } from './states.js'
import type { InboxEntry, PaymentStore } from './store.js'
import { observeAll, update } from './transition.js'

/**
 * A callback about money that nobody had asked for: the payer began the payment (M-Pesa's "Pay Bill"). It becomes a
 * payment of its own, with one attempt, that counts once the provider confirms it.
 */
export interface CallbackArrival {
  readonly about: 'arrival'
  readonly providerRef: string
  readonly receipt: string
  readonly amount: Money
  /** What the payer says that it is for: an account number, typed by hand. */
  readonly reference: string
  readonly description: string
  readonly metadata: Record<string, string>
}

/** Tells it from everything else that a callback may say. */
export function isArrival<Other>(said: Other | CallbackArrival): said is CallbackArrival {
  return (said as Partial<CallbackArrival> | null)?.about === 'arrival'
}

/**
 * Stores the payment that the money becomes, if there is none yet, and gives what the callback says of it. null: it is
 * the money of a payment that was asked for, which providers may report in both ways.
 */
export async function takeIn(
  entry: InboxEntry,
  arrival: CallbackArrival,
  { store, provider }: { store: PaymentStore; provider: Provider },
): Promise<CallbackFacts | null> {
  const { providerRef, receipt, amount } = arrival
  const facts = { evidence: 'callback', status: 'succeeded', providerRef, receipt, amount } as const
  if (await store.get(entry.paymentId)) return facts
  const asked = await askedFor(entry, arrival, store)
  if (asked) {
    await noteReceipt(asked, { entry, arrival, store, provider })
    return null
  }
  const now = await store.now()
  const blank = blankPayment(wantedOf(entry, arrival), now)
  const about = { at: now, evidence: 'callback', attemptId: entry.attemptId } as const
  const told: Observation = { ...facts, ...about, id: entry.id }
  await store.insert(observeAll(blank, [{ ...about, status: 'submitting' }, told], provider.timing, now))
  return facts
}

interface Asked {
  record: PaymentRecord
  attempt: Attempt
}

/**
 * The payment of the same reference whose money it is: the receipt tells. One that is still under way, and of the same
 * amount, may turn out to be it, so the callback waits for its end; one that was paid and whose receipt was lost is it.
 */
async function askedFor(
  { paymentId, provider }: InboxEntry,
  { reference, receipt, amount }: CallbackArrival,
  store: PaymentStore,
): Promise<Asked | undefined> {
  if (reference === '') return undefined
  const records = await store.listByReference(provider, reference)
  const asked = records
    .filter(({ id }) => id !== paymentId)
    .flatMap((record) => record.attempts.map((attempt) => ({ record, attempt })))
  const same = asked.find(({ attempt }) => attempt.receipt === receipt)
  if (same) return same
  const silent = asked.filter(({ record, attempt }) => {
    return attempt.receipt === undefined && equalMoney(record.amount, amount)
  })
  if (silent.some(({ attempt: { status } }) => IN_FLIGHT.has(status)))
    throw notReadable('a payment of the same reference is under way, and this may be its money')
  return silent.find(({ attempt }) => attempt.status === 'succeeded')
}

/** What the lost callback would have told: without its receipt no M-Pesa payment can be given back. */
async function noteReceipt(
  { record, attempt: { id: attemptId, receipt } }: Asked,
  {
    entry,
    arrival,
    store,
    provider,
  }: { entry: InboxEntry; arrival: CallbackArrival; store: PaymentStore; provider: Provider },
): Promise<void> {
  if (receipt !== undefined) return
  await update(store, record.id, (current, at) => {
    const fact = { id: entry.id, at, evidence: 'callback', attemptId, status: 'succeeded' } as const
    return observeAll(current, [{ ...fact, receipt: arrival.receipt }], provider.timing, at)
  })
}

function wantedOf({ paymentId, provider }: InboxEntry, arrival: CallbackArrival) {
  const { reference, amount, description, metadata, providerRef } = arrival
  return {
    ...{ id: paymentId, provider, reference, amount, description, metadata, payer: {} },
    requestHash: `arrival:${providerRef}`,
  }
}
