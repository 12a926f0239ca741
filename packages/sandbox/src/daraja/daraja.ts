import type { Router } from 'express'
import { accountBalance } from './account-balance.js'
import { b2c } from './b2c.js'
import { createC2b } from './c2b.js'
import { createCallbacks } from './callbacks.js'
import type { Context } from './context.js'
import type { Faults } from './faults.js'
import { createGateway } from './gateway.js'
import { createJobs } from './jobs.js'
import { accountOf, transfer, type LedgerEntry } from './ledger.js'
import { createPhone, type Phone } from './phone.js'
import { createPushes } from './pushes.js'
import { createRequestLog, type RequestRecord } from './request-log.js'
import { reversal } from './reversal.js'
import type { C2bPayment, Callback, Job, StkTransaction } from './state.js'
import { enrolResidents } from './subscribers.js'
import { transactionStatus } from './transaction-status.js'

/** Safaricom on this machine: what a test, or a person, does to it and sees of it. Every answer is a copy. */
export interface Daraja {
  /** The phone with this number. @throws SandboxError SANDBOX_PHONE_INVALID */
  phone(msisdn: string): Phone
  /** The numbers that have an account. */
  phones(): string[]
  faults: Faults
  /** The double-entry ledger; its lines always add up to zero. */
  ledger(): LedgerEntry[]
  /** The balance of every account, in cents: `subscriber:2547…`, `merchant:174379`, `opening`. */
  balances(): Record<string, number>
  /** The STK pushes, the oldest first. */
  transactions(): StkTransaction[]
  /** The asynchronous requests (reversals, questions), the oldest first. */
  jobs(): Job[]
  /** The payments that customers began (C2B), the oldest first. */
  customerPayments(): C2bPayment[]
  /** Puts money, in whole cents, into the Utility Account of a merchant. */
  fund(shortcode: string, cents: number): Promise<void>
  /** Ends the lock that wrong passwords of the initiator have brought about. */
  unlockInitiator(): Promise<void>
  /** The callbacks, with every attempt and its answer. */
  callbacks(): Callback[]
  /** The last 500 requests of this run. */
  requests(): RequestRecord[]
}

/** Puts the parts together. Deadlines and callbacks of an earlier run are taken up by `start()`. */
export function createDaraja(context: Context, changed: () => void) {
  const { clock, store, faults } = context
  const callbacks = createCallbacks(context)
  const pushes = createPushes(context, callbacks)
  const log = createRequestLog(changed)
  const jobs = createJobs(context, callbacks, { accountBalance, b2c, reversal, transactionStatus })
  const c2b = createC2b(context, callbacks)
  const router: Router = createGateway(context, { pushes, jobs, c2b, log })

  const daraja: Daraja = {
    phone: (msisdn) => createPhone(context, { pushes, c2b }, msisdn),
    phones: () => Object.keys(store.state.subscribers),
    faults: { order: faults.order, list: faults.list, clear: faults.clear },
    ledger: () => structuredClone(store.state.ledger),
    balances: () => ({ ...store.state.balances }),
    transactions: () => structuredClone(Object.values(store.state.transactions)),
    jobs: () => structuredClone(Object.values(store.state.jobs)),
    customerPayments: () => structuredClone(Object.values(store.state.c2bPayments)),
    async fund(shortcode, cents) {
      const account = { from: accountOf.opening, to: accountOf.merchant(shortcode) }
      const text = `Deposit of ${shortcode}`
      const entry = transfer({ atMs: clock.now(), ...account, cents, reference: 'DEPOSIT', text })
      store.commit({ type: 'posted', entry })
      await store.saved()
    },
    async unlockInitiator() {
      store.commit({ type: 'initiatorChanged', wrongCredentials: 0 })
      await store.saved()
    },
    callbacks: () => structuredClone(Object.values(store.state.callbacks)),
    requests: () => structuredClone(log.list()),
  }
  return {
    daraja,
    router,
    start() {
      const enrolled = enrolResidents(store.state, clock.now())
      if (enrolled.length > 0) store.commit(...enrolled)
      pushes.resume()
      jobs.resume()
      c2b.resume()
      callbacks.resume()
    },
    stop: () => callbacks.close(),
  }
}
