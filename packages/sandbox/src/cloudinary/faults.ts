import { assertKnownKeys } from '../options.js'

/** What can be made to go wrong with Cloudinary. */
export type CloudinaryFaultName =
  | 'corruptNotification'
  | 'delayNotification'
  | 'dropNotification'
  | 'duplicateNotification'
  | 'loseAnswer'
  | 'rateLimit'
  | 'resetDelivery'
  | 'resetUpload'
  | 'serverError'
  | 'serverErrorAfter'
  | 'slowAnswer'

/** An order for something to go wrong. */
export interface CloudinaryFaultOrder {
  fault: CloudinaryFaultName
  /** How often. @default 1 */
  times?: number
  /** Only requests of this operation, such as `upload`, `destroy` or `delivery`; of notifications, `upload` or `delete`. Default: any. */
  on?: string
  /** For `slowAnswer` and `delayNotification`: sandbox milliseconds. */
  ms?: number
  /** For `resetUpload` and `resetDelivery`: after how many bytes the connection breaks off. @default 1 */
  bytes?: number
  /** For `rateLimit`, 420 or 429, and the server's errors, 500, 502 or 503. @default 420, 500 */
  status?: number
}

/** An order that stands. */
export interface StandingCloudinaryFault extends CloudinaryFaultOrder {
  id: number
  times: number
}

/** Orders faults. The oldest order that fits is used up first. */
export interface CloudinaryFaults {
  /** @throws TypeError if the order makes no sense */
  order(order: CloudinaryFaultOrder): StandingCloudinaryFault
  /** The orders not used up yet. */
  list(): StandingCloudinaryFault[]
  /** Withdraws one order, or all. */
  clear(id?: number): void
}

interface Entry {
  does: string
  takes: ReadonlyArray<keyof CloudinaryFaultOrder>
  statuses?: number[]
}

/** Every fault, with what it does and the fields that it takes beside `times`. */
export const cloudinaryFaultTable: Record<CloudinaryFaultName, Entry> = {
  rateLimit: {
    does: 'the request is refused with 420, or 429',
    takes: ['on', 'status'],
    statuses: [420, 429],
  },
  serverError: {
    does: 'the request fails with 500, 502 or 503, and nothing is done',
    takes: ['on', 'status'],
    statuses: [500, 502, 503],
  },
  serverErrorAfter: {
    does: 'the request is carried out, but answered with 500, 502 or 503',
    takes: ['on', 'status'],
    statuses: [500, 502, 503],
  },
  slowAnswer: {
    does: 'the request is carried out, but its answer comes so many milliseconds later',
    takes: ['on', 'ms'],
  },
  loseAnswer: {
    does: 'the request is carried out, but the connection closes without an answer',
    takes: ['on'],
  },
  resetUpload: {
    does: 'the connection breaks off after so many bytes of the request, and nothing is done',
    takes: ['on', 'bytes'],
  },
  dropNotification: { does: 'the notification is never sent', takes: ['on'] },
  duplicateNotification: { does: 'the notification is sent twice', takes: ['on'] },
  delayNotification: { does: 'the notification comes so many milliseconds later', takes: ['on', 'ms'] },
  corruptNotification: { does: 'the notification is signed with a wrong secret', takes: ['on'] },
  resetDelivery: { does: 'the connection breaks off after so many bytes of the file', takes: ['bytes'] },
}

/** Creates the list of standing orders; `take` is for the sandbox alone. `changed` is told of every change. */
export function createCloudinaryFaults(changed: () => void = () => {}) {
  let standing: StandingCloudinaryFault[] = []
  let nextId = 1
  return {
    order(wanted: CloudinaryFaultOrder): StandingCloudinaryFault {
      const fault = { ...checked(wanted), id: nextId++ }
      standing.push(fault)
      changed()
      return { ...fault }
    },
    take(name: CloudinaryFaultName, operation: string): StandingCloudinaryFault | undefined {
      const fault = standing.find(({ fault, on }) => fault === name && (on ?? operation) === operation)
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

function checked(order: CloudinaryFaultOrder): CloudinaryFaultOrder & { times: number } {
  const entry = Object.hasOwn(cloudinaryFaultTable, order.fault)
    ? cloudinaryFaultTable[order.fault]
    : undefined
  if (!entry) {
    throw new TypeError(
      `Unknown fault "${order.fault}". There are ${Object.keys(cloudinaryFaultTable).join(', ')}.`,
    )
  }
  assertKnownKeys(`fault ${order.fault}`, order, ['fault', 'times', ...entry.takes])
  const { times = 1, bytes = 1, ms, status } = order
  const counts = { times, bytes, ...(entry.takes.includes('ms') && { ms }) }
  for (const [name, value] of Object.entries(counts)) {
    if (Number.isSafeInteger(value) && Number(value) > 0) continue
    throw new TypeError(`fault ${order.fault}: "${name}" must be a whole number above 0.`)
  }
  if (status !== undefined && !entry.statuses?.includes(status)) {
    throw new TypeError(`fault ${order.fault}: "status" must be one of ${entry.statuses?.join(', ')}.`)
  }
  return { ...order, times }
}
