import type { Context } from './context.js'
import type { FaultName } from './faults.js'
import type { Callback, CallbackAttempt } from './state.js'

/** How long an application may take to answer, in real time. Safaricom publishes no figure. */
const answerTimeoutMs = 10_000
/** How long a callback with the fault `reorderCallback` waits for another, in sandbox time. */
const longestHoldMs = 60_000
/** By how much a callback with the fault `lateCallback` misses the end of its prompt, in sandbox time. */
const latenessMs = 30_000
/** How much of an answer is kept. */
const keptCharacters = 2000

/** Something that an application is to be told. */
interface News extends Pick<
  Callback,
  'operation' | 'url' | 'body' | 'checkoutRequestId' | 'conversationId' | 'receipt'
> {
  /** What the ids of its callbacks begin with. */
  id: string
  endedAtMs: number
  /** What `lateCallback` is later than. */
  lateAfterMs: number
  /** Of the phone that it is about. */
  msisdn?: string
}

/** Creates what delivers callbacks: each is tried once, for Safaricom documents no retries. */
export function createCallbacks({ clock, random, store, faults, settings, logger }: Context) {
  const closing = new AbortController()

  /** The callback of what has ended, in as many copies as the faults ordered for it want. */
  function plan({ id, endedAtMs, lateAfterMs, msisdn, ...callback }: News): Callback[] {
    const where = { on: callback.operation, ...(msisdn !== undefined && { msisdn }) }
    const fault = (name: FaultName) => faults.take(name, where)
    const { minMs, maxMs } = settings.callbackDelay
    const dueAtMs = endedAtMs + random.int(minMs, maxMs) + (fault('delayCallback')?.ms ?? 0)
    const isLate = fault('lateCallback')
    const isDropped = fault('dropCallback')
    const isHeld = fault('reorderCallback')
    const duplicated = fault('duplicateCallback')
    const copies = 1 + (duplicated ? (duplicated.copies ?? 1) : 0)
    return Array.from({ length: copies }, (_, index) => ({
      ...callback,
      id: `${id}-${index + 1}`,
      dueAtMs: isLate ? Math.max(dueAtMs, lateAfterMs + latenessMs) : dueAtMs,
      isHeld: Boolean(isHeld),
      state: isDropped ? 'dropped' : 'pending',
      attempts: [],
    }))
  }

  function schedule(ids: string[]): void {
    for (const id of ids) {
      const callback = store.state.callbacks[id]
      if (callback?.state !== 'pending') continue
      const dueAtMs = callback.isHeld ? callback.dueAtMs + longestHoldMs : callback.dueAtMs
      clock.at(dueAtMs, () => deliver(id))
    }
  }

  async function deliver(id: string): Promise<void> {
    const callback = store.state.callbacks[id]
    if (callback?.state !== 'pending' || underWay.has(id)) return
    underWay.add(id)
    try {
      await store.saved()
      const { attempt } = await ask(callback.url, callback.body, answerTimeoutMs)
      if (closing.signal.aborted) return
      const state = attempt.status !== undefined && attempt.status < 300 ? 'delivered' : 'failed'
      store.commit({ type: 'callbackTried', id, attempt, state })
      await store.saved()
      if (!callback.isHeld) await releaseHeld()
    } catch (err) {
      logger.error('A callback could not be recorded', { err })
    } finally {
      underWay.delete(id)
    }
  }

  async function releaseHeld(): Promise<void> {
    const held = Object.values(store.state.callbacks).filter(
      ({ isHeld, state, dueAtMs }) => isHeld && state === 'pending' && dueAtMs <= clock.now(),
    )
    for (const { id } of held) await deliver(id)
  }

  /** Posts a body. The answer is empty if there was none in time. */
  async function ask(
    url: string,
    body: unknown,
    timeoutMs: number,
  ): Promise<{ attempt: CallbackAttempt; answer: string }> {
    const atMs = clock.now()
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: onTheWire(body),
        redirect: 'manual',
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]),
      })
      const answer = await response.text()
      const attempt = { atMs, status: response.status, answer: answer.slice(0, keptCharacters) }
      return { attempt, answer: response.ok ? answer : '' }
    } catch (error) {
      return { attempt: { atMs, error: reasonOf(error) }, answer: '' }
    }
  }

  const underWay = new Set<string>()
  return {
    plan,
    schedule,
    ask,
    /** Takes up the callbacks of a state that was read from the disk. One that was cut short is sent again. */
    resume: () => schedule(Object.keys(store.state.callbacks)),
    close: () => closing.abort(),
  }
}

/** JSON as Safaricom writes it: these numbers have two decimals, which `JSON.stringify` cannot say. */
function onTheWire(body: unknown): string {
  const decimals = /("(?:Name|Key)":"(?:Amount|Charge|B2C\w+Funds)","Value":)(-?\d+(?:\.\d+)?)}/g
  return JSON.stringify(body).replace(decimals, (_, start: string, value: string) => {
    return `${start}${Number(value).toFixed(2)}}`
  })
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause =
    error.cause instanceof Error ? ((error.cause as NodeJS.ErrnoException).code ?? error.cause.message) : ''
  return cause || error.message
}
