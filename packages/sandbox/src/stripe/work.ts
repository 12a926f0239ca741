import type { StripeContext } from './context.js'
import type { Event, EventType, StripeObject, WebhookEndpoint } from './objects.js'
import { apiVersion } from './settings.js'
import type { Delivery, Endpoint, RecordOf, SessionRecord, StripeChange, Table } from './state.js'

/** What one request, or one moment of the clock, does: its changes become real together, or not at all. */
export interface Work {
  context: StripeContext
  /** Seconds since 1970, in sandbox time. */
  now: number
  get<T extends Table>(table: T, id: string): RecordOf<T> | undefined
  /** The records of a table, the oldest first. */
  all<T extends Table>(table: T): Array<RecordOf<T>>
  set<T extends Table>(table: T, id: string, record: RecordOf<T>): void
  delete(table: Table, id: string): void
  /** Makes an event of what has happened to `object`, and sends it to whoever listens. */
  emit(type: EventType, object: StripeObject): void
  changes: StripeChange[]
}

/** Begins a work. Nothing is changed before its `changes` are committed. */
export function beginWork(context: StripeContext, request: Event['request'] = noRequest): Work {
  const { clock, store, ids, faults } = context
  const nowMs = clock.now()
  const changes: StripeChange[] = []
  const written = new Map<string, RecordOf<Table> | undefined>()
  const keyOf = (table: Table, id: string) => `${table}/${id}`

  function get<T extends Table>(table: T, id: string): RecordOf<T> | undefined {
    const key = keyOf(table, id)
    if (written.has(key)) return written.get(key) as RecordOf<T> | undefined
    const records: Record<string, RecordOf<Table>> = store.state.stripe[table]
    return Object.hasOwn(records, id) ? (records[id] as RecordOf<T>) : undefined
  }

  function all<T extends Table>(table: T): Array<RecordOf<T>> {
    const added = changes.flatMap((change) => (change.table === table ? [change.id] : []))
    const names = new Set([...Object.keys(store.state.stripe[table]), ...added])
    return [...names].flatMap((id) => get(table, id) ?? [])
  }

  function set<T extends Table>(table: T, id: string, record: RecordOf<T>): void {
    written.set(keyOf(table, id), record)
    changes.push({ type: 'stripeSet', table, id, record })
  }

  function remove(table: Table, id: string): void {
    written.set(keyOf(table, id), undefined)
    changes.push({ type: 'stripeDeleted', table, id })
  }

  function emit(type: EventType, object: StripeObject): void {
    if (faults.take('suppressEvent', { type })) return
    const shown = faults.take('staleSnapshot', { type }) ? before(object) : object
    record(type, shown)
    if (faults.take('duplicateAsNewEvent', { type })) record(type, shown)
  }

  /** An object as it was when this work began, or as it is if it was not yet. */
  function before(object: StripeObject): StripeObject {
    const table = tables[object.object]
    const old = (store.state.stripe[table] as Record<string, unknown>)[object.id]
    return (
      ((table === 'sessions' ? (old as SessionRecord | undefined)?.session : old) as StripeObject) ?? object
    )
  }

  function record(type: EventType, object: StripeObject): void {
    const event: Event = {
      id: ids.event(),
      object: 'event',
      api_version: apiVersion,
      created: seconds(nowMs),
      data: { object },
      livemode: false,
      pending_webhooks: 0,
      request,
      type,
    }
    set('events', event.id, event)
    planDeliveries(work, event)
  }

  const work: Work = { context, now: seconds(nowMs), get, all, set, delete: remove, emit, changes }
  return work
}

/** Sends `event` to every endpoint that wants it, with the faults ordered for it. */
export function planDeliveries(work: Work, event: Event): void {
  const planned = work
    .all('endpoints')
    .filter((endpoint) => wants(endpoint, event.type))
    .flatMap(({ endpoint }) => planFor(work, event, endpoint))
  if (planned.length === 0) return
  for (const delivery of planned) work.set('deliveries', delivery.id, delivery)
  const earlier = work.get('eventDeliveries', event.id)?.ids ?? []
  work.set('eventDeliveries', event.id, { ids: [...earlier, ...planned.map(({ id }) => id)] })
}

function planFor({ context }: Work, { id: eventId, type }: Event, endpoint: WebhookEndpoint): Delivery[] {
  const { clock, faults, ids, random, settings } = context
  const duplicated = faults.take('duplicateDelivery', { type })
  const isDropped = faults.take('dropDelivery', { type })
  const isHeld = faults.take('reorderDelivery', { type })
  const isCorrupted = faults.take('corruptSignature', { type })
  const delayMs = faults.take('delayDelivery', { type })?.ms ?? 0
  const { minMs, maxMs } = settings.deliveryDelay
  return Array.from({ length: 1 + (duplicated ? (duplicated.copies ?? 1) : 0) }, () => ({
    id: ids.delivery(),
    eventId,
    eventType: type,
    endpointId: endpoint.id,
    url: endpoint.url,
    dueAtMs: clock.now() + random.int(minMs, maxMs) + delayMs,
    isHeld: Boolean(isHeld),
    isCorrupted: Boolean(isCorrupted),
    state: isDropped ? ('dropped' as const) : ('pending' as const),
    attempts: [],
  }))
}

function wants({ endpoint: { enabled_events: enabled, status }, thinName }: Endpoint, type: string): boolean {
  if (status === 'disabled') return false
  return enabled.includes('*') || enabled.includes(thinName === undefined ? type : `v1.${type}`)
}

const tables: Record<StripeObject['object'], Table> = {
  charge: 'charges',
  'checkout.session': 'sessions',
  customer: 'customers',
  dispute: 'disputes',
  payment_intent: 'paymentIntents',
  payment_method: 'paymentMethods',
  refund: 'refunds',
}

const noRequest: Event['request'] = { id: null, idempotency_key: null }

function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}
