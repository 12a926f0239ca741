import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { createBell } from './bell.js'
import { backoffMs, type RetryPolicy } from './backoff.js'
import { checkDue } from './check-due.js'
import { PaymentsError } from './errors.js'
import { handleCallback } from './handle-callback.js'
import { withHeartbeat } from './heartbeat.js'
import { describeError, type Logger } from './logger.js'
import { assertKnownKeys } from './options.js'
import type { PaymentRecord } from './payment.js'
import type { Provider } from './provider.js'
import type { Reader } from './reader.js'
import { runEffects, type EffectHandlers } from './run-effects.js'
import type { ClaimOptions, Inbox, InboxClaim, Lease, PaymentStore } from './store.js'
import { createSweeps } from './sweeps.js'

/** Options of `payments.worker()`. */
export interface WorkerOptions {
  /** Payments worked on at once. Default 4. */
  concurrency?: number
  /** Wait between looks at an empty store. Default 1 000. */
  pollMs?: number
  /** After this long without a sign of life another worker takes over. Default 30 000. */
  leaseMs?: number
  /** Who holds the leases, for people who read the database. Default host, process and a random part. */
  owner?: string
}

/** A running worker. */
export interface Worker extends AsyncDisposable {
  /** Claims nothing more, waits up to `graceMs` (default 10 000) for what is under way, and gives back the rest. */
  close(options?: { graceMs?: number }): Promise<void>
  /** Resolves once nothing is due and nothing under way. */
  drained(): Promise<void>
}

/** What a worker needs. */
export interface WorkerDeps {
  store: PaymentStore
  inbox: Inbox
  providers: Readonly<Record<string, Provider>>
  readers: Readonly<Record<string, Reader>>
  on: EffectHandlers
  onDead: (letter: {
    kind: 'callback' | 'effect'
    id: string
    paymentId: string
    error: unknown
  }) => Promise<void>
  retry: Required<RetryPolicy>
  logger: Logger
}

/** One thing being done for one payment, under a lease. */
interface Job {
  work: (signal: AbortSignal) => Promise<void>
  extend: () => Promise<boolean>
  release: () => Promise<unknown>
}

/** With the store down at the end, leases are left to run out. */
const GIVE_BACK_MS = 2_000

/** A worker and the bell that wakes it before its next poll. */
export function createWorker(deps: WorkerDeps, options: WorkerOptions = {}): Worker & { wake(): void } {
  assertKnownKeys('payments.worker', options, ['concurrency', 'pollMs', 'leaseMs', 'owner'])
  const { concurrency = 4, pollMs = 1000, leaseMs = 30_000 } = options
  const { owner = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}` } = options
  const { store, inbox, providers, readers, retry, logger } = deps

  const sweeps = createSweeps({ inbox, providers, now: store.now, logger })
  const jobs = new Map<string, { done: Promise<void>; abort: AbortController; release: Job['release'] }>()
  const bell = createBell()
  let recent: string[] = []
  let turn = 0
  let closing: Promise<void> | undefined
  let waiting: (() => void)[] = []

  const running = run()
  return {
    wake: bell.ring,
    drained,
    close: (closeOptions) => (closing ??= close(closeOptions?.graceMs ?? 10_000)),
    [Symbol.asyncDispose]: () => (closing ??= close(10_000)),
  }

  async function run(): Promise<void> {
    let troubles = 0
    while (!closing) {
      // Taken before looking: what comes to be due meanwhile has not been looked for.
      const asked = jobs.size === 0 ? waiting.slice() : []
      try {
        const claimed = jobs.size < concurrency && (await claimNext())
        troubles = 0
        if (claimed) continue
        settle(asked)
        await bell.wait(pollMs)
      } catch (error) {
        troubles += 1
        logger.error('payments worker could not look for work', { err: describeError(error) })
        await bell.wait(backoffMs(troubles, { ...retry, baseMs: pollMs, capMs: 60 * pollMs }) + pollMs / 2)
      }
    }
  }

  /** Callbacks and payments by turns; of one payment one thing at a time; who was just served waits for the others. */
  async function claimNext(): Promise<boolean> {
    const busy = [...jobs.keys()]
    for (const exclude of recent.length > 0 ? [[...busy, ...recent], busy] : [busy]) {
      const claims = turn++ % 2 === 0 ? [claimCallback, claimPayment] : [claimPayment, claimCallback]
      // Sweeps are rare, and never starve behind the rest.
      for (const claim of [claimSweep, ...claims]) {
        if (await claim({ owner, leaseMs, exclude })) return true
      }
    }
    recent = []
    return false
  }

  async function claimCallback(options: ClaimOptions): Promise<boolean> {
    const claimed = await inbox.claim(options)
    if (!claimed) return false
    const { entry, lease } = claimed
    return begin(entry.paymentId, {
      work: () => workOnCallback(claimed),
      extend: () => inbox.extend(lease, leaseMs),
      release: () => inbox.release(lease),
    })
  }

  async function claimPayment(options: ClaimOptions): Promise<boolean> {
    const claimed = await store.claim(options)
    if (!claimed) return false
    const { record, lease } = claimed
    return begin(record.id, {
      work: (signal) => workOnPayment(record, lease, signal),
      extend: () => store.extend(lease, leaseMs),
      release: () => store.release(lease),
    })
  }

  async function claimSweep(options: ClaimOptions): Promise<boolean> {
    const sweep = await sweeps.claim(options)
    if (!sweep) return false
    const { lease } = sweep
    return begin(lease.id, {
      work: (signal) => sweeps.run(sweep, signal),
      extend: () => inbox.setSweep(lease, { dueInMs: leaseMs }),
      release: () => inbox.setSweep(lease, { dueInMs: 0 }),
    })
  }

  /** False for what was claimed in the moment of closing: it goes back at once. */
  async function begin(paymentId: string, { work, extend, release }: Job): Promise<boolean> {
    if (closing) {
      await release()
      return false
    }
    const abort = new AbortController()
    const done = withHeartbeat(work, { extend, leaseMs, abort, logger })
      .catch((error: unknown) => {
        // The lease runs out and somebody tries again.
        logger.error('payments worker lost a piece of work', { paymentId, err: describeError(error) })
      })
      .finally(() => {
        jobs.delete(paymentId)
        recent = [...recent, paymentId].slice(-concurrency)
        bell.ring()
      })
    jobs.set(paymentId, { done, abort, release })
    return true
  }

  async function workOnCallback({ entry, lease, attempts }: InboxClaim): Promise<void> {
    const provider = providers[entry.provider]
    const reader = readers[entry.provider]
    try {
      if (attempts > retry.maxAttempts) throw new Error('every attempt ended the process')
      if (!provider || !reader) throw unknownProvider(entry.provider)
      const handled = await handleCallback(entry, { store, provider, reader })
      await inbox.complete(lease, handled ? {} : { ignored: 'nothing follows from it' })
    } catch (error) {
      const message = String((error as Error).message).slice(0, 2000)
      if (attempts < retry.maxAttempts && !isHopeless(error)) {
        logger.warn('callback not handled yet', { id: entry.id, attempts, err: describeError(error) })
        await inbox.retry(lease, { delayMs: backoffMs(attempts, retry), error: message })
      } else if (await inbox.bury(lease, message)) {
        logger.error('callback is dead', { id: entry.id, attempts, err: describeError(error) })
        await deps.onDead({ kind: 'callback', id: entry.id, paymentId: entry.paymentId, error })
      }
    }
  }

  async function workOnPayment(record: PaymentRecord, lease: Lease, signal: AbortSignal): Promise<void> {
    const provider = providers[record.provider]
    const reader = readers[record.provider]
    if (!provider || !reader) throw unknownProvider(record.provider)
    const isDue = record.nextCheckAt !== null && record.nextCheckAt <= (await store.now())
    const current = isDue ? await checkDue(record, { store, provider, reader, logger }) : record
    await runEffects(current, lease, signal, {
      ...deps,
      leaseMs,
      onDead: (letter) => deps.onDead({ kind: 'effect', ...letter }),
    })
    await store.release(lease)
  }

  async function close(graceMs: number): Promise<void> {
    bell.ring()
    const finished = running.then(() => Promise.all([...jobs.values()].map(({ done }) => done)))
    await within(graceMs, finished)

    const left = [...jobs.values()]
    for (const { abort } of left) abort.abort(new Error('the worker closes'))
    await within(GIVE_BACK_MS, Promise.allSettled(left.map(({ release }) => release())))
    settle(waiting)
  }

  function drained(): Promise<void> {
    if (closing) return closing
    return new Promise((resolve) => {
      waiting.push(resolve)
      bell.ring()
    })
  }

  function settle(asked: (() => void)[]): void {
    waiting = waiting.filter((resolve) => !asked.includes(resolve))
    for (const resolve of asked) resolve()
  }
}

/** What no repetition mends. */
function isHopeless(error: unknown): boolean {
  const hopeless = ['PAYMENTS_CALLBACK_MALFORMED', 'PAYMENTS_NOT_FOUND', 'PAYMENTS_UNKNOWN_PROVIDER']
  return error instanceof PaymentsError && hopeless.includes(error.code)
}

function unknownProvider(name: string): PaymentsError {
  return new PaymentsError('PAYMENTS_UNKNOWN_PROVIDER', `no provider "${name}" was given to createPayments`)
}

/** Waits for `work`, but not for longer. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise((resolve) => (timer = setTimeout(resolve, ms)))
  await Promise.race([work, timeout])
  clearTimeout(timer)
}
