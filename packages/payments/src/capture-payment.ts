import { PaymentsError } from './errors.js'
import { equalMoney, fromMinor, toDecimal, type Money } from './money.js'
import { assertKnownKeys } from './options.js'
import { toPayment, type Attempt, type Payment, type PaymentRecord } from './payment.js'
import type { Provider } from './provider.js'
import type { ActionResult } from './provider-refunds.js'
import { factsOf, type Reader } from './reader.js'
import { nextCheckAt } from './schedule.js'
import type { PaymentStore } from './store.js'
import { observeAll, update } from './transition.js'

/** What acting on an attempt needs, whatever its provider. */
export interface ActionDeps {
  store: PaymentStore
  providerOf: (name: string) => Provider
  readerOf: (name: string) => Reader
  /** Called after the payment has changed. */
  onChanged: () => void
}

/** The same for one payment. */
interface CaptureDeps {
  store: PaymentStore
  provider: Provider
  reader: Reader
}

/** `payments.capture`: the amount is stored → the provider is told → and asked what became of it. */
export function createCapture({ store, providerOf, readerOf, onChanged }: ActionDeps) {
  return async function capture(id: string, options: { amount?: Money } = {}): Promise<Payment> {
    assertKnownKeys('payments.capture', options, ['amount'])
    // Stored before the call: only with it a smaller success is no contradiction.
    const wished = await update(store, id, (record, now) => {
      const provider = providerOf(record.provider)
      const attempt = record.attempts.at(-1)
      const isRepetition = attempt?.capture && isSame(options.amount, attempt.capture.amount)
      if (isRepetition && (record.status === 'authorized' || record.status === 'succeeded')) return record
      if (record.status !== 'authorized' || attempt?.status !== 'authorized') throw notAuthorized(record)
      if (!provider.capture) throw notCapturable(`provider "${record.provider}" holds no money`)
      if (attempt.capture) throw notCapturable(`another amount of payment ${id} is being captured`)
      const amount = partOf(record, options.amount ?? record.amount)
      const capturing = { ...attempt, capture: { amount, idempotencyKey: keyOf(id, attempt.id, 1) } }
      const next = { ...withAttempt(record, capturing), version: record.version + 1, checks: 0 }
      return { ...next, updatedAt: now, nextCheckAt: nextCheckAt(next, provider.timing, now) }
    })
    if (wished.status !== 'authorized') return toPayment(wished)
    const { provider: name } = wished
    try {
      const { result, record } = await call(wished, {
        store,
        provider: providerOf(name),
        reader: readerOf(name),
      })
      if (result.outcome === 'not_executed' && result.final && !record.attempts.at(-1)?.capture) {
        throw notCapturable(`the provider refuses to capture payment ${id} (${result.code})`, result)
      }
      return toPayment(record)
    } finally {
      onChanged()
    }
  }
}

/** A capture whose answer was lost, of money that is still held: told again. Money can be taken only once. */
export async function captureAgain(record: PaymentRecord, deps: CaptureDeps): Promise<PaymentRecord> {
  const { status, attempts } = record
  const isLost = status === 'authorized' && attempts.at(-1)?.capture !== undefined
  return isLost ? (await call(record, deps)).record : record
}

async function call(
  record: PaymentRecord,
  { store, provider, reader }: CaptureDeps,
): Promise<{ result: ActionResult; record: PaymentRecord }> {
  const attempt = record.attempts.at(-1)!
  const { amount, idempotencyKey } = attempt.capture!
  const providerRef = attempt.providerRef!
  const result = await provider.capture!({ providerRef, amount, idempotencyKey })
  const answer = await reader.read({ providerRef })
  const updated = await update(store, record.id, (current, now) => {
    const observed = observeAll(
      current,
      factsOf(attempt, providerRef, answer, provider.timing, now),
      provider.timing,
      now,
    )
    const latest = observed.attempts.find(({ id }) => id === attempt.id)!
    const isHeld = answer.status === 'authorized' && latest.status === 'authorized'
    if (!isHeld || latest.capture?.idempotencyKey !== idempotencyKey) return observed
    const changed = stillHeld(record.id, latest, result)
    return changed === latest
      ? observed
      : { ...withAttempt(observed, changed), version: observed.version + 1 }
  })
  return { result, record: updated }
}

/** Nothing was taken: a refusal ends the wish, a key that is spent is replaced. */
function stillHeld(id: string, attempt: Attempt, result: ActionResult): Attempt {
  const { capture, ...others } = attempt
  if (result.outcome === 'not_executed' && result.final) return others
  if (result.outcome !== 'unknown' || !result.keyIsSpent || !capture) return attempt
  const n = Number(capture.idempotencyKey.split(':').at(-1)) + 1
  return { ...attempt, capture: { ...capture, idempotencyKey: keyOf(id, attempt.id, n) } }
}

function withAttempt(record: PaymentRecord, changed: Attempt): PaymentRecord {
  const attempts = record.attempts.map((attempt) => (attempt.id === changed.id ? changed : attempt))
  return { ...record, attempts }
}

function keyOf(id: string, attemptId: string, n: number): string {
  return `${id}:capture:${attemptId}:${n}`
}

function isSame(asked: Money | undefined, stored: Money): boolean {
  return asked === undefined || equalMoney(asked, stored)
}

function partOf({ id, amount: held }: PaymentRecord, { minor, currency }: Money): Money {
  const amount = fromMinor(minor, currency)
  if (currency === held.currency && minor > 0 && minor <= held.minor) return amount
  const message = `of payment ${id} up to ${toDecimal(held)} ${held.currency} can be captured`
  throw new PaymentsError('PAYMENTS_MONEY_INVALID', message, { status: 400 })
}

function notAuthorized({ id, status }: PaymentRecord): PaymentsError {
  return notCapturable(`payment ${id} is ${status}; only what is authorized can be captured`)
}

function notCapturable(message: string, refusal?: { code: string; error: unknown }): PaymentsError {
  return new PaymentsError('PAYMENTS_NOT_CAPTURABLE', message, {
    status: 409,
    ...(refusal && { providerCode: refusal.code, cause: refusal.error }),
  })
}
