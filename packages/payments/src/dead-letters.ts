import { createHash } from 'node:crypto'
import { PaymentsError } from './errors.js'
import { maskPhones, maskText } from './mask.js'
import { assertKnownKeys } from './options.js'
import type { Discard, Failure, OutboxEntry, PaymentRecord } from './payment.js'
import type { Inbox, PaymentStore, StoredEntry } from './store.js'
import { update } from './transition.js'

/** A callback or an effect that was tried to the end. */
export interface DeadLetter {
  kind: 'callback' | 'effect'
  /** What `inspect`, `replay` and `discard` take: an inbox id, or an effect's key. */
  id: string
  paymentId: string
  error: string
}

/** A dead letter in a list. */
export interface ListedDeadLetter extends DeadLetter {
  attempts: number
  diedAt: Date
}

/** Everything known about a callback or an effect, whatever became of it. Whole phone numbers are nowhere in it. */
export interface DeadLetterDetails extends DeadLetter {
  provider: string
  attemptId: string
  state: StoredEntry['state']
  attempts: number
  /** The last five, oldest first; those from before a replay are among them. */
  errors: Failure[]
  diedAt?: Date
  discarded?: Discard
  /** Of an effect: what the application was to be told. */
  type?: OutboxEntry['type']
  /** Of a callback: how it came, and what it says. */
  callback?: ReceivedCallback
}

/** How a callback came, and what it says. */
export interface ReceivedCallback {
  receivedAt: Date
  deliveries: number
  verifiedBy: string
  /** The provider's name for this kind of callback. */
  type?: string
  /** Why nothing follows from it. */
  ignored?: string
  bytes: number
  sha256: string
  /** The decoded JSON, or the text if it is none; phone numbers are masked. */
  body: unknown
  /** The exact bytes, if they were asked for. */
  raw?: Uint8Array
}

/** Which dead letters are listed. */
export interface ListOptions {
  /** At most so many. Default 100, at most 1000. */
  limit?: number
  /** Default both. */
  kind?: DeadLetter['kind']
}

/** What could not be done, and the ways out: try it again, or put an end to it. */
export interface DeadLetters {
  /** Longest dead first. */
  list(options?: ListOptions): Promise<ListedDeadLetter[]>
  /**
   * Throws `PAYMENTS_DEAD_LETTER_NOT_FOUND`. The exact bytes of a callback hold the payer's phone number: only
   * `dangerouslyIncludeRaw` gives them.
   */
  inspect(id: string, options?: { dangerouslyIncludeRaw?: boolean }): Promise<DeadLetterDetails>
  /**
   * Makes it due again, its attempts forgotten; also what was `ignored`, for a version that knows what follows from
   * it. Throws `PAYMENTS_DEAD_LETTER_NOT_FOUND`, `PAYMENTS_NOT_DEAD`.
   */
  replay(id: string): Promise<void>
  /**
   * Never tries it again; kept as long as what was handled, with reason and actor. A second time changes nothing
   * and gives the first one. Throws `PAYMENTS_DEAD_LETTER_NOT_FOUND`, `PAYMENTS_NOT_DEAD`.
   */
  discard(id: string, why: { reason: string; actor: string }): Promise<Discard>
}

/** What dead letters need. */
export interface DeadLetterDeps {
  store: PaymentStore
  inbox: Inbox
  onReplay: () => void
}

/** Dead callbacks are kept by the inbox, dead effects in their payment's outbox. */
export function deadLetters({ store, inbox, onReplay }: DeadLetterDeps): DeadLetters {
  async function list(options: ListOptions = {}): Promise<ListedDeadLetter[]> {
    assertKnownKeys('deadLetters.list', options, ['limit', 'kind'])
    const { limit = 100, kind } = options
    if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
      throw new TypeError('deadLetters.list: limit is to be an integer from 1 to 1000')
    const callbacks = kind === 'effect' ? [] : await inbox.findDead(limit)
    const payments = kind === 'callback' ? [] : await store.findDead(limit)
    const letters = callbacks.map(({ error, ...entry }): ListedDeadLetter => {
      return { kind: 'callback', ...entry, error: maskText(error) }
    })
    return [...letters, ...payments.flatMap(deadEffects)]
      .sort((a, b) => a.diedAt.getTime() - b.diedAt.getTime())
      .slice(0, limit)
  }

  async function inspect(
    id: string,
    options: { dangerouslyIncludeRaw?: boolean } = {},
  ): Promise<DeadLetterDetails> {
    assertKnownKeys('deadLetters.inspect', options, ['dangerouslyIncludeRaw'])
    const stored = await inbox.find(id)
    if (stored) return callbackDetails(stored, options.dangerouslyIncludeRaw === true)
    const record = await store.get(paymentOf(id))
    const effect = record?.outbox.find(({ key }) => key === id)
    if (record && effect) return effectDetails(record, effect)
    throw new PaymentsError('PAYMENTS_DEAD_LETTER_NOT_FOUND', `there is no callback and no effect "${id}"`, {
      status: 404,
    })
  }

  async function replay(id: string): Promise<void> {
    const again = (now: Date) => ({ state: 'pending', tries: 0, nextRunAt: now }) as const
    const replayed = (await inbox.replay(id)) || (await changeDeadEffect(store, id, again))
    if (!replayed) throw notDead(await inspect(id))
    onReplay()
  }

  async function discard(id: string, why: { reason: string; actor: string }): Promise<Discard> {
    const { reason, actor } = why
    if (!isText(reason) || !isText(actor))
      throw new TypeError('deadLetters.discard: reason and actor are to be texts, not empty')
    const ended = (at: Date) => ({ state: 'discarded', discarded: { at, reason, actor } }) as const
    if (!(await inbox.discard(id, { reason, actor }))) await changeDeadEffect(store, id, ended)
    const now = await inspect(id)
    if (!now.discarded) throw notDead(now)
    return now.discarded
  }

  return { list, inspect, replay, discard }
}

/** Changes an effect if it is dead. */
async function changeDeadEffect(
  store: PaymentStore,
  key: string,
  change: (now: Date) => Partial<OutboxEntry>,
): Promise<boolean> {
  const paymentId = paymentOf(key)
  if (!(await store.get(paymentId))) return false
  let changed = false
  await update(store, paymentId, (record, now) => {
    const isIt = (entry: OutboxEntry) => entry.key === key && entry.state === 'dead'
    changed = record.outbox.some(isIt)
    if (!changed) return record
    const outbox = record.outbox.map((entry) => (isIt(entry) ? { ...entry, ...change(now) } : entry))
    return { ...record, outbox, version: record.version + 1 }
  })
  return changed
}

function deadEffects({ id: paymentId, outbox }: PaymentRecord): ListedDeadLetter[] {
  const dead = outbox.filter(({ state }) => state === 'dead')
  return dead.map(({ key, lastError = '', tries, nextRunAt }) => {
    return {
      kind: 'effect',
      id: key,
      paymentId,
      attempts: tries,
      diedAt: nextRunAt,
      error: maskText(lastError),
    }
  })
}

function effectDetails(record: PaymentRecord, effect: OutboxEntry): DeadLetterDetails {
  const { key, type, attemptId, state, tries, nextRunAt, lastError = '', errors = [], discarded } = effect
  return {
    kind: 'effect',
    id: key,
    paymentId: record.id,
    provider: record.provider,
    attemptId,
    type,
    state,
    attempts: tries,
    error: maskText(lastError),
    errors: errors.map(maskFailure),
    ...(isOver(state) && { diedAt: nextRunAt }),
    ...(discarded && { discarded }),
  }
}

function callbackDetails(stored: StoredEntry, includeRaw: boolean): DeadLetterDetails {
  const { entry, state, attempts, dueAt, errors, receivedAt, deliveries, discarded } = stored
  const { id, paymentId, provider, attemptId, verifiedBy, type, ignored, raw } = entry
  const callback = {
    receivedAt,
    deliveries,
    verifiedBy,
    ...(type !== undefined && { type }),
    ...(ignored !== undefined && { ignored }),
    bytes: raw.length,
    sha256: createHash('sha256').update(raw).digest('hex'),
    body: readable(raw),
  }
  return {
    kind: 'callback',
    id,
    paymentId,
    provider,
    attemptId,
    state,
    attempts,
    error: maskText(errors.at(-1)?.message ?? ''),
    errors: errors.map(maskFailure),
    ...(isOver(state) && { diedAt: dueAt }),
    ...(discarded && { discarded }),
    callback: includeRaw ? { ...callback, raw } : callback,
  }
}

/** What a person reads of a body: never a whole phone number. */
function readable(raw: Uint8Array): unknown {
  const text = Buffer.from(raw).toString('utf8')
  try {
    return maskPhones(JSON.parse(text))
  } catch {
    // Not JSON, or nested so deeply that nobody could read it.
    return maskText(text)
  }
}

function maskFailure({ at, message }: Failure): Failure {
  return { at, message: maskText(message) }
}

function isOver(state: StoredEntry['state']): boolean {
  return state === 'dead' || state === 'discarded'
}

/** An effect's key begins with its payment's id. */
function paymentOf(key: string): string {
  return key.split(':', 1)[0]!
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== ''
}

function notDead({ id, state }: DeadLetterDetails): PaymentsError {
  const message = `"${id}" is ${state}; only what is dead can be replayed or discarded, and what is ignored replayed`
  return new PaymentsError('PAYMENTS_NOT_DEAD', message, { status: 409 })
}
