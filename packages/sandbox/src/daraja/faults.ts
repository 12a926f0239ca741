import { assertKnownKeys } from '../options.js'
import { parseMsisdn } from './formats.js'
import { operations, type OperationName } from './operations.js'

/** What can be made to go wrong; the README's table says what each does. */
export type FaultName =
  | 'dropCallback'
  | 'duplicateCallback'
  | 'delayCallback'
  | 'lateCallback'
  | 'reorderCallback'
  | 'forceResult'
  | 'queueTimeout'
  | 'falseTimeout'
  | 'contradictQuery'
  | 'firewallPage'
  | 'spikeArrest'
  | 'systemBusy'
  | 'invalidateToken'
  | 'loseAnswer'
  | 'slowAnswer'

/** An order for something to go wrong. */
export interface FaultOrder {
  fault: FaultName
  /** How often. @default 1 */
  times?: number
  /** Only requests of this operation. Default: any that fits the fault. */
  on?: OperationName
  /** Only pushes to this phone. */
  msisdn?: string
  /** For `delayCallback` and `slowAnswer`: sandbox milliseconds. */
  ms?: number
  /** For `duplicateCallback`: how many more are sent. @default 1 */
  copies?: number
  /** For `forceResult` and `contradictQuery`: any ResultCode. */
  resultCode?: number | string
}

/** An order that stands. */
export interface StandingFault extends FaultOrder {
  id: number
  times: number
}

/** Orders faults. The oldest order that fits is used up first. */
export interface Faults {
  /** @throws TypeError if the order makes no sense */
  order(order: FaultOrder): StandingFault
  /** The orders not used up yet. */
  list(): StandingFault[]
  /** Withdraws one order, or all. */
  clear(id?: number): void
}

/** Every fault, with what it does and the fields that it takes beside `times`. */
export const faultTable: Record<FaultName, { does: string; takes: ReadonlyArray<keyof FaultOrder> }> = {
  dropCallback: { does: 'the callback is never sent', takes: ['on', 'msisdn'] },
  duplicateCallback: {
    does: 'the callback is sent once, and again as often as copies says',
    takes: ['on', 'msisdn', 'copies'],
  },
  delayCallback: { does: 'the callback comes so many milliseconds later', takes: ['on', 'msisdn', 'ms'] },
  lateCallback: { does: 'the callback comes after the prompt would have expired', takes: ['on', 'msisdn'] },
  reorderCallback: { does: 'the callback comes after the next one', takes: ['on', 'msisdn'] },
  forceResult: {
    does: 'the push ends with this result and without a prompt (0 pays); or the asynchronous request does',
    takes: ['on', 'msisdn', 'resultCode'],
  },
  queueTimeout: {
    does: 'the asynchronous request is not executed, and QueueTimeOutURL is told',
    takes: ['on'],
  },
  falseTimeout: {
    does: 'the asynchronous request is executed, but QueueTimeOutURL is told in place of ResultURL',
    takes: ['on'],
  },
  contradictQuery: {
    does: 'the query answers this result, whatever is true',
    takes: ['msisdn', 'resultCode'],
  },
  firewallPage: { does: 'the firewall answers, with a page of HTML', takes: ['on'] },
  spikeArrest: { does: 'the gateway answers that there were too many requests', takes: ['on'] },
  systemBusy: { does: 'the gateway answers 500.003.02, system is busy', takes: ['on'] },
  invalidateToken: { does: 'the token of the request is found to be invalid', takes: ['on'] },
  loseAnswer: {
    does: 'the request is executed, but the connection closes without an answer',
    takes: ['on', 'msisdn'],
  },
  slowAnswer: {
    does: 'the request is executed, but its answer comes so many milliseconds later',
    takes: ['on', 'msisdn', 'ms'],
  },
}

/** Creates the list of standing orders; `take` is for the sandbox alone. `changed` is told of every change. */
export function createFaults(orders: FaultOrder[] = [], changed: () => void = () => {}) {
  let standing: StandingFault[] = []
  let nextId = 1

  function order(wanted: FaultOrder): StandingFault {
    const fault = { ...checked(wanted), id: nextId++ }
    standing.push(fault)
    changed()
    return { ...fault }
  }

  function take(name: FaultName, where: { on?: OperationName; msisdn?: string }): StandingFault | undefined {
    const fault = standing.find(
      ({ fault, on, msisdn }) =>
        fault === name && (on ?? where.on) === where.on && (msisdn ?? where.msisdn) === where.msisdn,
    )
    if (!fault) return undefined
    fault.times--
    standing = standing.filter(({ times }) => times > 0)
    changed()
    return fault
  }

  orders.forEach(order)
  return {
    order,
    take,
    list: () => standing.map((fault) => ({ ...fault })),
    clear(id?: number) {
      standing = id === undefined ? [] : standing.filter((fault) => fault.id !== id)
      changed()
    },
  }
}

function checked(order: FaultOrder): FaultOrder & { times: number } {
  const entry = Object.hasOwn(faultTable, order.fault) ? faultTable[order.fault] : undefined
  if (!entry) {
    throw new TypeError(`Unknown fault "${order.fault}". There are ${Object.keys(faultTable).join(', ')}.`)
  }
  assertKnownKeys(`fault ${order.fault}`, order, ['fault', 'times', ...entry.takes])
  const { takes } = entry
  const { times = 1, on, msisdn, ms, copies, resultCode } = order
  mustBe(isCount(times), 'times', 'a whole number above 0')
  mustBe(on === undefined || Object.hasOwn(operations, on), 'on', Object.keys(operations).join(' or '))
  mustBe(msisdn === undefined || parseMsisdn(msisdn), 'msisdn', 'a Safaricom number')
  mustBe(!takes.includes('ms') || isCount(ms), 'ms', 'a whole number above 0')
  mustBe(copies === undefined || isCount(copies), 'copies', 'a whole number above 0')
  mustBe(!takes.includes('resultCode') || resultCode !== undefined, 'resultCode', 'given')
  return { ...order, times, ...(msisdn !== undefined && { msisdn: parseMsisdn(msisdn) }) }

  function mustBe(condition: unknown, field: string, what: string): void {
    if (!condition) throw new TypeError(`fault ${order.fault}: "${field}" must be ${what}.`)
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0
}
