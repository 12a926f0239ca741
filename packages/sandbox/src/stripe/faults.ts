import { assertKnownKeys } from '../options.js'

/** What can be made to go wrong with Stripe; the README's table says what each does. */
export type StripeFaultName =
  | 'corruptSignature'
  | 'delayDelivery'
  | 'dropDelivery'
  | 'duplicateAsNewEvent'
  | 'duplicateDelivery'
  | 'loseAnswer'
  | 'rateLimit'
  | 'reorderDelivery'
  | 'searchLag'
  | 'serverError'
  | 'serverErrorAfter'
  | 'slowAnswer'
  | 'staleSnapshot'
  | 'suppressEvent'

/** An order for something to go wrong. */
export interface StripeFaultOrder {
  fault: StripeFaultName
  /** How often. @default 1 */
  times?: number
  /** For faults of an answer: only requests of this operation, such as `POST /v1/refunds`. Default: any. */
  on?: string
  /** For faults of a delivery: only events of this type. Default: any. */
  type?: string
  /** For `delayDelivery`, `searchLag` and `slowAnswer`: sandbox milliseconds. */
  ms?: number
  /** For `duplicateDelivery`: how many more are sent. @default 1 */
  copies?: number
}

/** An order that stands. */
export interface StandingStripeFault extends StripeFaultOrder {
  id: number
  times: number
}

/** Orders faults. The oldest order that fits is used up first. */
export interface StripeFaults {
  /** @throws TypeError if the order makes no sense */
  order(order: StripeFaultOrder): StandingStripeFault
  /** The orders not used up yet. */
  list(): StandingStripeFault[]
  /** Withdraws one order, or all. */
  clear(id?: number): void
}

/** Every fault, with what it does and the fields that it takes beside `times`. */
export const stripeFaultTable: Record<
  StripeFaultName,
  { does: string; takes: ReadonlyArray<keyof StripeFaultOrder> }
> = {
  corruptSignature: { does: 'the event is signed with a wrong secret, the first time', takes: ['type'] },
  delayDelivery: { does: 'the event comes so many milliseconds later', takes: ['type', 'ms'] },
  dropDelivery: { does: 'the event is never sent, but can be listed', takes: ['type'] },
  duplicateDelivery: { does: 'the event is sent again, as often as copies says', takes: ['type', 'copies'] },
  reorderDelivery: { does: 'the event comes after the next one', takes: ['type'] },
  duplicateAsNewEvent: { does: 'two events, with two ids, are made of the same change', takes: ['type'] },
  staleSnapshot: { does: 'the event shows its object as it was before the change', takes: ['type'] },
  suppressEvent: { does: 'the change happens, but no event is made of it', takes: ['type'] },
  rateLimit: { does: 'the request is refused with 429', takes: ['on'] },
  serverError: { does: 'the request fails with 500, which its idempotency key keeps', takes: ['on'] },
  serverErrorAfter: {
    does: 'the request is executed, but answered with 500, which its idempotency key keeps',
    takes: ['on'],
  },
  searchLag: { does: 'a search finds nothing that is younger than so many milliseconds', takes: ['ms'] },
  loseAnswer: { does: 'the request is executed, but the connection closes without an answer', takes: ['on'] },
  slowAnswer: {
    does: 'the request is executed, but its answer comes so many milliseconds later',
    takes: ['on', 'ms'],
  },
}

/** Creates the list of standing orders; `take` is for the sandbox alone. `changed` is told of every change. */
export function createStripeFaults(changed: () => void = () => {}) {
  let standing: StandingStripeFault[] = []
  let nextId = 1
  return {
    order(wanted: StripeFaultOrder): StandingStripeFault {
      const fault = { ...checked(wanted), id: nextId++ }
      standing.push(fault)
      changed()
      return { ...fault }
    },
    take(name: StripeFaultName, where: { on?: string; type?: string }): StandingStripeFault | undefined {
      const fault = standing.find(
        ({ fault, on, type }) =>
          fault === name && (on ?? where.on) === where.on && (type ?? where.type) === where.type,
      )
      if (!fault) return undefined
      fault.times--
      standing = standing.filter(({ times }) => times > 0)
      changed()
      return fault
    },
    list: () => standing.map((fault) => ({ ...fault })),
    clear(id?: number) {
      standing = id === undefined ? [] : standing.filter((fault) => fault.id !== id)
      changed()
    },
  }
}

function checked(order: StripeFaultOrder): StripeFaultOrder & { times: number } {
  const entry = Object.hasOwn(stripeFaultTable, order.fault) ? stripeFaultTable[order.fault] : undefined
  if (!entry) {
    throw new TypeError(
      `Unknown fault "${order.fault}". There are ${Object.keys(stripeFaultTable).join(', ')}.`,
    )
  }
  assertKnownKeys(`fault ${order.fault}`, order, ['fault', 'times', ...entry.takes])
  const { times = 1, ms, copies = 1 } = order
  const counts = { times, copies, ...(entry.takes.includes('ms') && { ms }) }
  for (const [name, value] of Object.entries(counts)) {
    if (Number.isSafeInteger(value) && Number(value) > 0) continue
    throw new TypeError(`fault ${order.fault}: "${name}" must be a whole number above 0.`)
  }
  return { ...order, times }
}
