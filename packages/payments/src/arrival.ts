import { notReadable } from './callback-errors.js'
import { equalMoney, type Money } from './money.js'
import { blankPayment } from './new-payment.js'
import type { Observation } from './observation.js'
import type { Attempt, PaymentRecord } from './payment.js'
import type { CallbackFacts, Provider } from './provider.js'
import { GIVEN_UP, IN_FLIGHT } from './states.js'
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
  const candidates = await candidatesFor(entry, arrival, store)
  const asked = askedFor(candidates, arrival)
  if (asked) {
    await noteReceipt(asked, { entry, arrival, store, provider })
    return null
  }
  await setApart(candidates, arrival, store)
  const now = await store.now()
  const blank = blankPayment(wantedOf(entry, arrival), now)
  const about = { at: now, evidence: 'callback', attemptId: entry.attemptId } as const
  const told: Observation = { ...facts, ...about, id: entry.id }
  await store.insert(observeAll(blank, [{ ...about, status: 'submitting' }, told], provider.timing, now))
  return facts
}

const KEPT = 64

interface Asked {
  record: PaymentRecord
  attempt: Attempt
}

/** The attempts that this may be the money of: those of the other payments of the same reference. */
async function candidatesFor(
  { paymentId, provider }: InboxEntry,
  { reference }: CallbackArrival,
  store: PaymentStore,
): Promise<Asked[]> {
  if (reference === '') return []
  const records = await store.listByReference(provider, reference)
  return records.filter(({ id }) => id !== paymentId).flatMap(attemptsOf)
}

function attemptsOf(record: PaymentRecord): Asked[] {
  return record.attempts.map((attempt) => ({ record, attempt }))
}

/**
 * The one whose money it is: the receipt tells. One that is still under way, and of the same amount, may turn out to be
 * it, so the callback waits for its end; one that was paid and whose receipt was lost is it.
 */
function askedFor(candidates: readonly Asked[], arrival: CallbackArrival): Asked | undefined {
  const same = candidates.find(({ attempt }) => attempt.receipt === arrival.receipt)
  if (same) return same
  const silent = candidates.filter((candidate) => isSilent(candidate, arrival))
  if (silent.some(({ attempt: { status } }) => IN_FLIGHT.has(status)))
    throw notReadable('a payment of the same reference is under way, and this may be its money')
  return silent.find(({ attempt }) => attempt.status === 'succeeded')
}

function isSilent({ record, attempt }: Asked, { amount }: CallbackArrival): boolean {
  return attempt.receipt === undefined && equalMoney(record.amount, amount)
}

/**
 * An attempt that was given up may yet turn out to have been paid, with this very money: its payment learns that the
 * receipt is another's before there is the other, and then it cannot count it.
 */
async function setApart(
  candidates: readonly Asked[],
  arrival: CallbackArrival,
  store: PaymentStore,
): Promise<void> {
  const { receipt } = arrival
  const givenUp = candidates.filter((each) => isSilent(each, arrival) && GIVEN_UP.has(each.attempt.status))
  for (const id of new Set(givenUp.map(({ record }) => record.id))) {
    await update(store, id, (current, at) => {
      const { elsewhere = [] } = current
      if (elsewhere.includes(receipt)) return current
      if (askedFor(attemptsOf(current), arrival))
        throw notReadable('a payment of the same reference was paid just now, and this may be its money')
      const known = [...elsewhere, receipt].slice(-KEPT)
      return { ...current, elsewhere: known, version: current.version + 1, updatedAt: at }
    })
  }
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
