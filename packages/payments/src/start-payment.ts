import { describeError, type Logger } from './logger.js'
import type { Observation } from './observation.js'
import { toPayment, type Attempt, type NextStep, type Payment, type PaymentRecord } from './payment.js'
import type { Provider, StartResult } from './provider.js'
import { openAttempts } from './schedule.js'
import type { PaymentStore } from './store.js'
import { observeAll, update } from './transition.js'

/** What starting a payment needs. */
export interface StartDeps {
  store: PaymentStore
  providerOf: (name: string) => Provider
  logger: Logger
  /** Called after an attempt has changed. */
  onChanged: () => void
}

/** A call without an answer for this long was left behind by a process that died. */
const ABANDONED_MS = 2 * 60 * 1000

/** `payments.start`: stored that we are about to call → called → the answer stored. Never called twice in ignorance. */
export function createStart({ store, providerOf, logger, onChanged }: StartDeps) {
  return async function start(id: string): Promise<Payment> {
    let attemptId: string | undefined
    // Stored before the call: whatever happens after this line, the payment knows that it may have been sent.
    const submitting = await update(store, id, (record, now) => {
      attemptId = undefined
      if (!mayStart(record)) return record
      attemptId = String(record.attempts.length + 1)
      const { timing, resume } = providerOf(record.provider)
      const key = resume && { idempotencyKey: keyOf(record, attemptId, 1) }
      const fact = { at: now, evidence: 'response', attemptId, status: 'submitting', ...key } as const
      return observeAll(record, [fact], timing, now)
    })
    return attemptId === undefined ? takeUp(submitting) : call(submitting, attemptId, 'first')
  }

  /** Already on its way: says what the payer must do next, and fetches an answer that was lost. */
  async function takeUp(record: PaymentRecord): Promise<Payment> {
    const { resume } = providerOf(record.provider)
    const [attempt] = openAttempts(record)
    if (!resume || !attempt || record.status === 'review') return toPayment(record)
    const { providerRef } = attempt
    if (providerRef !== null) return withNext(record, await resume.next({ providerRef }))

    const ageMs = (await store.now()).getTime() - (attempt.keyedAt ?? attempt.startedAt).getTime()
    // Somebody is calling at this moment.
    if (attempt.code === undefined && ageMs < ABANDONED_MS) return toPayment(record)
    return ageMs < resume.keyLifetimeMs ? call(record, attempt.id, 'repeated') : callAnew(record, attempt)
  }

  async function call(record: PaymentRecord, attemptId: string, time: CallTime): Promise<Payment> {
    const { id: paymentId, provider: name, amount, payer, reference, description } = record
    const { resume, ...provider } = providerOf(name)
    const attempt = record.attempts.find(({ id }) => id === attemptId)!
    const idempotencyKey = attempt.idempotencyKey ?? keyOf(record, attemptId, 1)
    const request = { paymentId, attemptId, idempotencyKey, amount, payer, reference, description }
    const answer = await provider.start(request)
    const result = time === 'repeated' ? asRepeated(answer) : answer
    logResult(paymentId, result)
    const kept = await keep(record, { ...startFact(result), attemptId })
    if (result.outcome === 'accepted') return withNext(kept, result.next)
    const spent = result.outcome === 'unknown' && result.keyIsSpent === true
    return resume && spent && time !== 'anew' ? callAnew(kept, attempt) : toPayment(kept)
  }

  /** The key gives no answer any more: only what a look-up does not find is asked for again, under a new key. */
  async function callAnew(record: PaymentRecord, attempt: Attempt): Promise<Payment> {
    const { resume, timing } = providerOf(record.provider)
    const { id: attemptId, startedAt, idempotencyKey: spent } = attempt
    const found = await resume!.find({ paymentId: record.id, attemptId, startedAt })
    if (found.status === 'unavailable') return toPayment(record)
    if (found.status === 'found') {
      const { providerRef } = found
      const kept = await keep(record, { attemptId, status: 'pending', providerRef })
      return withNext(kept, await resume!.next({ providerRef }))
    }
    const keyed = await update(store, record.id, (current, now) => {
      const { idempotencyKey } = current.attempts.find(({ id }) => id === attemptId) ?? {}
      if (idempotencyKey !== spent) return current
      const next = keyOf(record, attemptId, Number(spent?.split(':').at(-1)) + 1)
      const fact: Observation = { at: now, evidence: 'response', attemptId, status: 'submitting' }
      return observeAll(current, [{ ...fact, idempotencyKey: next }], timing, now)
    })
    return call(keyed, attemptId, 'anew')
  }

  /** If even this cannot be stored the outcome is unknown, as after a crash: the callback or the deadline heals it. */
  async function keep(record: PaymentRecord, fact: Omit<Observation, 'at' | 'evidence'>) {
    const { timing } = providerOf(record.provider)
    try {
      return await update(store, record.id, (current, now) =>
        observeAll(current, [{ ...fact, at: now, evidence: 'response' }], timing, now),
      )
    } catch (error) {
      const { id } = record
      logger.error('the answer of the provider could not be stored', { id, err: describeError(error) })
      return record
    } finally {
      onChanged()
    }
  }

  function logResult(id: string, result: StartResult): void {
    // Not the reference: a CheckoutRequestID ends in the payer's phone number.
    if (result.outcome === 'accepted') return logger.info('payment submitted', { id })
    const { outcome, code, error } = result
    logger.warn('payment not accepted', { id, outcome, code, err: describeError(error) })
  }
}

/** `anew`: after a look-up that found nothing. */
type CallTime = 'first' | 'repeated' | 'anew'

/** A refusal of the repetition says nothing about the call that it repeats: that one is looked for. */
function asRepeated(result: StartResult): StartResult {
  if (result.outcome !== 'not_executed') return result
  return { outcome: 'unknown', code: result.code, error: result.error, keyIsSpent: true }
}

/** Never while an earlier attempt might still take money. */
function mayStart(record: PaymentRecord): boolean {
  return (record.status === 'created' || record.status === 'failed') && openAttempts(record).length === 0
}

/** Derived from what is stored: the same after a crash, and in every process. */
function keyOf({ id }: PaymentRecord, attemptId: string, n: number): string {
  return `${id}:start:${attemptId}:${n}`
}

function withNext(record: PaymentRecord, next: NextStep | undefined): Payment {
  return { ...toPayment(record), ...(next && { next }) }
}

function startFact(result: StartResult): Pick<Observation, 'status'> & Partial<Observation> {
  switch (result.outcome) {
    case 'accepted':
      return { status: result.status, providerRef: result.providerRef }
    case 'not_executed': {
      const { final, code, payerMessage } = result
      return { status: 'not_executed', final, code, payerMessage }
    }
    case 'unknown':
      return { status: 'submitting', code: result.code }
  }
}
