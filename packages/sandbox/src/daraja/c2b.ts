import { createHash } from 'node:crypto'
import type { createCallbacks } from './callbacks.js'
import type { Context } from './context.js'
import { ksh, smsDate, timestamp } from './formats.js'
import { accountOf, transfer } from './ledger.js'
import { accountBalance } from './parties.js'
import { freeReceipt } from './receipts.js'
import { limits, merchant } from './settings.js'
import { balanceOf, type C2bPayment, type C2bRegistration, type Change } from './state.js'
import { enrol, subscriberOf } from './subscribers.js'

/** A payment that a customer begins. */
export interface C2bWish {
  msisdn: string
  shortcode: string
  /** Whole shillings. */
  amount: number
  /** The account number; empty for a till. */
  account: string
  isTill: boolean
}

/** The payments that customers begin. */
export type C2b = ReturnType<typeof createC2b>

/** Creates what takes payments from customers: validation, money, SMS, confirmation. */
export function createC2b(context: Context, callbacks: ReturnType<typeof createCallbacks>) {
  const { clock, store, settings } = context

  /** Begins a payment and returns its receipt. */
  function begin(wish: C2bWish): string {
    const atMs = clock.now()
    const payment: C2bPayment = {
      ...wish,
      receipt: freeReceipt(context, atMs),
      dueAtMs: atMs + limits.executionMs,
    }
    store.commit(...enrol(store.state, wish.msisdn, atMs), { type: 'c2bBegun', payment })
    awaitTurn(payment)
    return payment.receipt
  }

  function awaitTurn({ receipt, dueAtMs }: C2bPayment): void {
    clock.at(dueAtMs, () => complete(receipt))
  }

  async function complete(receipt: string): Promise<void> {
    const payment = store.state.c2bPayments[receipt]
    if (!payment || payment.ending) return
    const refused = judge(payment)
    if (refused) return end(payment, 'declined', refused)
    const registration = store.state.c2bUrls[payment.shortcode]
    const said =
      registration && settings.externalValidation ? await validate(payment, registration) : accepted
    if (said.isAccepted) confirm(payment, registration, said.thirdPartyTransId)
    else end(payment, 'rejected', `${merchant.name} has refused it${said.because}.`)
  }

  function judge({ msisdn, amount }: C2bPayment): string | undefined {
    if (amount > limits.transactionKsh) return `It is more than ${ksh(limits.transactionKsh * 100)}.`
    if (balanceOf(store.state, msisdn) < amount * 100) return 'You do not have enough money.'
    return undefined
  }

  /** Asks the merchant. Whoever does not answer in time, or not rightly, gets what was registered for that case. */
  async function validate(payment: C2bPayment, { validationUrl, ...registration }: C2bRegistration) {
    const body = payload(payment, registration.version, '', '')
    const { attempt, answer } = await callbacks.ask(validationUrl, body, settings.validationTimeoutMs)
    const callback = {
      id: `${payment.receipt}-validation`,
      operation: 'c2bSimulate',
      receipt: payment.receipt,
    } as const
    const state = attempt.status === 200 ? 'delivered' : 'failed'
    store.commit({
      type: 'callbackSet',
      callback: {
        ...callback,
        url: validationUrl,
        body,
        dueAtMs: attempt.atMs,
        isHeld: false,
        state,
        attempts: [attempt],
      },
    })
    const { ResultCode, ThirdPartyTransID } = readAnswer(answer)
    if (ResultCode === undefined)
      return { ...accepted, isAccepted: registration.responseType === 'Completed' }
    const code = String(ResultCode)
    const thirdPartyTransId = String(ThirdPartyTransID ?? '')
    return { isAccepted: code === '0', thirdPartyTransId, because: refusals[code] ?? '' }
  }

  function confirm(
    payment: C2bPayment,
    registration: C2bRegistration | undefined,
    thirdPartyTransId: string,
  ): void {
    const { msisdn, shortcode, amount, account, isTill, receipt } = payment
    const [atMs, cents] = [clock.now(), amount * 100]
    const entry = transfer({
      atMs,
      from: accountOf.subscriber(msisdn),
      to: accountOf.merchant(shortcode),
      cents,
      reference: receipt,
      text: `Payment from ${msisdn}${account && ` for ${account}`}`,
      reason: isTill ? 'Merchant Payment' : 'Pay Bill',
    })
    const balance = ksh(balanceOf(store.state, msisdn) - cents)
    const text =
      `${receipt} Confirmed. ${ksh(cents)} ${isTill ? 'paid' : 'sent'} to ${merchant.name}${account && ` for account ${account}`} ` +
      `on ${smsDate(atMs)}. New M-PESA balance is ${balance}. Transaction cost, Ksh0.00.`
    const orgBalance = ((accountBalance(store.state, shortcode, 'utility') + cents) / 100).toFixed(2)
    const planned = registration
      ? callbacks.plan({
          ...{ id: receipt, operation: 'c2bSimulate', receipt, msisdn, endedAtMs: atMs, lateAfterMs: atMs },
          url: registration.confirmationUrl,
          body: payload(payment, registration.version, orgBalance, thirdPartyTransId),
        })
      : []
    store.commit(
      { type: 'c2bEnded', receipt, ending: 'completed', atMs },
      { type: 'posted', entry },
      { type: 'messageSent', msisdn, message: { atMs, text } },
      ...planned.map((callback): Change => ({ type: 'callbackSet', callback })),
    )
    callbacks.schedule(planned.map(({ id }) => id))
  }

  function end({ receipt, msisdn, amount }: C2bPayment, ending: 'declined' | 'rejected', why: string): void {
    const atMs = clock.now()
    const text = `Failed. Your payment of ${ksh(amount * 100)} to ${merchant.name} was not made. ${why}`
    store.commit(
      { type: 'c2bEnded', receipt, ending, atMs },
      { type: 'messageSent', msisdn, message: { atMs, text } },
    )
  }

  function payload(payment: C2bPayment, version: 'v1' | 'v2', orgBalance: string, thirdPartyTransId: string) {
    const { msisdn, shortcode, amount, account, isTill, receipt } = payment
    const [first = '', ...names] = subscriberOf(store.state, msisdn).name.toUpperCase().split(' ')
    return {
      TransactionType: isTill ? 'Buy Goods' : 'Pay Bill',
      TransID: receipt,
      TransTime: timestamp(clock.now()),
      TransAmount: `${amount}.00`,
      BusinessShortCode: shortcode,
      BillRefNumber: account,
      InvoiceNumber: '',
      OrgAccountBalance: orgBalance,
      ThirdPartyTransID: thirdPartyTransId,
      MSISDN: version === 'v1' ? hashed(msisdn) : masked(msisdn),
      FirstName: first,
      MiddleName: names.slice(0, -1).join(' '),
      LastName: names.at(-1) ?? '',
    }
  }

  return {
    begin,
    /** Takes up the payments of a state that was read from the disk. */
    resume() {
      Object.values(store.state.c2bPayments)
        .filter(({ ending }) => !ending)
        .forEach(awaitTurn)
    },
  }
}

const accepted = { isAccepted: true, thirdPartyTransId: '', because: '' }

/** What the payer is told of a rejection (codes: developer.safaricom.co.ke/apis, "Customer To Business"). */
const refusals: Record<string, string> = {
  C2B00011: ': the phone number is not accepted',
  C2B00012: ': the account number is not right',
  C2B00013: ': the amount is not right',
  C2B00014: ': they need to know more about you first',
  C2B00015: ': the business number is not right',
}

function readAnswer(answer: string): { ResultCode?: unknown; ThirdPartyTransID?: unknown } {
  try {
    return (JSON.parse(answer) ?? {}) as object
  } catch {
    return {}
  }
}

/** What v1 sends: SHA-256 of the number, without salt. */
function hashed(msisdn: string): string {
  return createHash('sha256').update(msisdn).digest('hex')
}

/** What v2 sends. */
function masked(msisdn: string): string {
  return `${msisdn.slice(0, 4)} ***** ${msisdn.slice(-3)}`
}
