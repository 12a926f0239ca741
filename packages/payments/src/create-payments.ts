import type { Router } from 'express'
import type { RetryPolicy } from './backoff.js'
import { createCancel } from './cancel-payment.js'
import { createCapture } from './capture-payment.js'
import { deadLetters, type DeadLetter, type DeadLetters } from './dead-letters.js'
import { PaymentsError } from './errors.js'
import { describeError, silentLogger, type Logger } from './logger.js'
import { maskPhone } from './mask.js'
import { inboxView, type InboxView } from './inbox-view.js'
import { newPayment, type CreateRequest } from './new-payment.js'
import type { Money } from './money.js'
import { observeRefunds } from './observe-refunds.js'
import type { Observation } from './observation.js'
import { assertKnownKeys } from './options.js'
import { toPayment, type Payment, type PaymentRecord } from './payment.js'
import type { Provider } from './provider.js'
import { createReader, type Reader } from './reader.js'
import { refundsOf } from './refund.js'
import { createRefund, type RefundRequestOptions } from './refund-payment.js'
import { createReconcile, type ReconcileOptions, type Reconciliation } from './reconcile.js'
import type { EffectHandlers } from './run-effects.js'
import { createStart } from './start-payment.js'
import type { Inbox, PaymentStore } from './store.js'
import { observeAll, update } from './transition.js'
import { createWebhooks } from './webhooks.js'
import { createWorker, type Worker, type WorkerOptions } from './worker.js'

/** Options of {@link createPayments}. */
export interface PaymentsOptions {
  /** Where payments live: `mongoPaymentStore(collection)`, or `memoryPaymentStore()` for tests. */
  store: PaymentStore
  /** Where callbacks wait: `mongoInbox(collection)`, or `memoryInbox()` for tests. */
  inbox: Inbox
  /** By the name that `create({ provider })` uses and that is stored with each payment. */
  providers: Readonly<Record<string, Provider>>
  /** What to do when something happened to a payment: at least once, with a key that never changes. */
  on: EffectHandlers & { dead?: (letter: DeadLetter) => Promise<void> | void }
  /** Default silent. */
  logger?: Logger
  /** How failed callbacks and handlers are tried again. */
  retry?: RetryPolicy
  /** Largest callback body, decompressed. Default 1 000 000. */
  maxBodyBytes?: number
  /** A callback's body must have arrived by then. Default 10 000. */
  bodyTimeoutMs?: number
  /** A callback must be stored by then, or the answer is 503. Default 5 000. */
  storeTimeoutMs?: number
}

/** What a person decides about a payment in `review`. */
export interface Resolution {
  status: 'succeeded' | 'failed' | 'canceled'
  /** Who decided; kept in the history. */
  actor: string
  /** The attempt that it is about. Default the last one. */
  attemptId?: string
  /** The refund in review that it is about, in place of the payment. */
  refundId?: string
  /** As it was looked up; replaces one that a callback has named. M-Pesa takes a payment back by it. */
  receipt?: string
}

/** Takes payments from wish to money. */
export interface Payments extends AsyncDisposable {
  /** Stores the payment, and sends nothing. Throws `PAYMENTS_IDEMPOTENCY_CONFLICT` if the key was used for another one. */
  create(request: CreateRequest): Promise<Payment>
  /**
   * Asks the provider for the money, once, and says in `next` what the payer must be shown. Of a payment that is
   * already on its way it gives `next` again; an answer that was lost is fetched where the provider allows it.
   */
  start(id: string): Promise<Payment>
  get(id: string): Promise<Payment | null>
  /**
   * Gives money back, all that is left or a part. Pending and succeeded refunds together never exceed what was taken:
   * `PAYMENTS_REFUND_TOO_MUCH`. A lost answer is found out by the worker; nothing is refunded twice. Throws
   * `PAYMENTS_NOT_REFUNDABLE`, `PAYMENTS_REFUND_UNSUPPORTED`, `PAYMENTS_IDEMPOTENCY_CONFLICT`.
   */
  refund(id: string, request: RefundRequestOptions): Promise<Payment>
  /**
   * Takes the money of an authorized payment, all of it or a part; the rest is let go. If the answer is lost the
   * payment stays `authorized`, and the worker finds it out. Throws `PAYMENTS_NOT_CAPTURABLE`.
   */
  capture(id: string, options?: { amount?: Money }): Promise<Payment>
  /**
   * Makes that an open or authorized payment can no longer be paid. It is `canceled` when the provider says so; paid at
   * the last moment, it is `succeeded`. Throws `PAYMENTS_NOT_CANCELABLE`, `PAYMENTS_PROVIDER_UNAVAILABLE`.
   */
  cancel(id: string): Promise<Payment>
  /** Settles a `review`, of the payment or of one of its refunds. Throws `PAYMENTS_NOT_IN_REVIEW`. */
  resolve(id: string, resolution: Resolution): Promise<Payment>
  /** Receives the providers' callbacks. Mount it above every body parser. */
  readonly webhooks: Router
  /** Works on callbacks, deadlines and effects, in this process. Any number of workers may run, anywhere. */
  worker(options?: WorkerOptions): Worker
  /**
   * Compares what was taken and given back in this time with the provider's own list, and names what only one side
   * knows. Reads everything that changed since then: for days, not for requests.
   */
  reconcile(options: ReconcileOptions): Promise<Reconciliation[]>
  /** What has come in: the list for an admin page. */
  readonly inbox: InboxView
  readonly deadLetters: DeadLetters
  /** Closes the workers of this process; see `Worker.close`. */
  close(options?: { graceMs?: number }): Promise<void>
}

const OPTIONS = 'store inbox providers on logger retry maxBodyBytes bodyTimeoutMs storeTimeoutMs'.split(' ')

/**
 * Joins a store, an inbox and providers. The way of one payment: `create` stores it → `start` calls the provider →
 * `webhooks` stores the callback → `worker` asks the provider, reduces, and writes status and outbox in one step →
 * `on.paid` is told. Throws `TypeError` for options that cannot work.
 */
export function createPayments(options: PaymentsOptions): Payments {
  assertKnownKeys('createPayments', options, OPTIONS)
  const { store, inbox, providers, on, logger = silentLogger } = options
  const { maxBodyBytes = 1_000_000, bodyTimeoutMs = 10_000, storeTimeoutMs = 5_000 } = options
  const { baseMs = 2_000, capMs = 3_600_000, maxAttempts = 20 } = options.retry ?? {}
  assertComplete(options)

  const retry = { baseMs, capMs, maxAttempts }
  const readers: Record<string, Reader> = {}
  for (const [name, provider] of Object.entries(providers)) readers[name] = createReader(provider)
  const workers = new Set<ReturnType<typeof createWorker>>()
  const wakeWorkers = () => workers.forEach((worker) => worker.wake())
  const letters = deadLetters({ store, inbox, onReplay: wakeWorkers })

  const webhooks = createWebhooks({
    providers,
    inbox,
    logger,
    maxBodyBytes,
    bodyTimeoutMs,
    storeTimeoutMs,
    onStored: wakeWorkers,
  })

  const start = createStart({ store, providerOf, logger, onChanged: wakeWorkers })
  const refund = createRefund({ store, providerOf, logger, onChanged: wakeWorkers })
  const readerOf = (name: string) => readers[name]!
  const acting = { store, providerOf, readerOf, onChanged: wakeWorkers }

  async function create(request: CreateRequest): Promise<Payment> {
    const wanted = newPayment(request, providerOf(request.provider), await store.now())
    const { inserted, record } = await store.insert(wanted)
    if (!inserted && record.requestHash !== wanted.requestHash) throw keyConflict(request.idempotencyKey)
    if (inserted) logger.info('payment created', { id: record.id, phone: maskPhone(record.payer.phone) })
    return toPayment(record)
  }

  async function resolve(id: string, resolution: Resolution): Promise<Payment> {
    if (resolution.refundId !== undefined) return resolveRefund(id, resolution.refundId, resolution)
    const { status, actor, receipt } = resolution
    const settled = await update(store, id, (record, now) => {
      if (record.status !== 'review') throw notInReview(record)
      const attemptId = resolution.attemptId ?? record.attempts.at(-1)!.id
      if (!record.attempts.some((attempt) => attempt.id === attemptId)) throw noAttempt(id, attemptId)
      const fact: Observation = { at: now, evidence: 'operator', attemptId, status, note: `by ${actor}` }
      const { timing } = providerOf(record.provider)
      return observeAll(record, [{ ...fact, ...(receipt !== undefined && { receipt }) }], timing, now)
    })
    wakeWorkers()
    return toPayment(settled)
  }

  async function resolveRefund(id: string, refundId: string, { status, actor, receipt }: Resolution) {
    const settled = await update(store, id, (record, at) => {
      const refund = refundsOf(record).find((candidate) => candidate.id === refundId)
      if (refund?.status !== 'review') throw refundNotInReview(id, refundId, refund?.status)
      const fact = { at, evidence: 'operator', attemptId: refund.attemptId, refundId, status } as const
      const told = { ...fact, note: `by ${actor}`, ...(receipt !== undefined && { receipt }) }
      return observeRefunds(record, [told], providerOf(record.provider).timing, at)
    })
    wakeWorkers()
    return toPayment(settled)
  }

  function worker(workerOptions?: WorkerOptions): Worker {
    const created = createWorker(
      { store, inbox, providers, readers, on, onDead, retry, logger },
      workerOptions,
    )
    workers.add(created)
    return created
  }

  async function onDead({ error, ...letter }: Omit<DeadLetter, 'error'> & { error: unknown }): Promise<void> {
    try {
      await on.dead?.({ ...letter, error: String((error as Error | null)?.message ?? error) })
    } catch (failure) {
      logger.error('on.dead failed', { id: letter.id, err: describeError(failure) })
    }
  }

  async function close(closeOptions?: { graceMs?: number }): Promise<void> {
    await Promise.all([...workers].map((worker) => worker.close(closeOptions)))
  }

  function providerOf(name: string): Provider {
    const provider = Object.hasOwn(providers, name) ? providers[name] : undefined
    if (provider) return provider
    const known = Object.keys(providers).join(', ')
    const message = `there is no provider "${name}"; there is: ${known}`
    throw new PaymentsError('PAYMENTS_UNKNOWN_PROVIDER', message, { status: 400 })
  }

  return {
    create,
    start,
    async get(id) {
      const record = await store.get(id)
      return record && toPayment(record)
    },
    refund,
    capture: createCapture(acting),
    cancel: createCancel(acting),
    resolve,
    webhooks,
    worker,
    reconcile: createReconcile({ store, providers }),
    inbox: inboxView(inbox),
    deadLetters: letters,
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}

function assertComplete({ store, inbox, providers, on }: PaymentsOptions): void {
  if (!store || !inbox) throw new TypeError('createPayments: store and inbox have no default')
  if (typeof on?.paid !== 'function') throw new TypeError('createPayments: on.paid is to be a function')
  for (const [name, provider] of Object.entries(providers ?? {})) {
    if (provider?.callbacks) continue
    throw new TypeError(
      `createPayments: provider "${name}" cannot receive callbacks; give it callbackUrl and callbackSecret`,
    )
  }
}

function keyConflict(key: string): PaymentsError {
  const message = `the idempotency key "${key}" was used for a payment with other content; use a new key`
  return new PaymentsError('PAYMENTS_IDEMPOTENCY_CONFLICT', message, { status: 409 })
}

function noAttempt(id: string, attemptId: string): PaymentsError {
  const message = `payment ${id} has no attempt ${attemptId}`
  return new PaymentsError('PAYMENTS_NOT_FOUND', message, { status: 404 })
}

function notInReview({ id, status }: PaymentRecord): PaymentsError {
  return new PaymentsError(
    'PAYMENTS_NOT_IN_REVIEW',
    `payment ${id} is ${status}; only a review can be resolved`,
    {
      status: 409,
    },
  )
}

function refundNotInReview(id: string, refundId: string, status = 'not there'): PaymentsError {
  const message = `refund ${refundId} of payment ${id} is ${status}; only a review can be resolved`
  return new PaymentsError('PAYMENTS_NOT_IN_REVIEW', message, { status: 409 })
}
