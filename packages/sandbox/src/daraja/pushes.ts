import type { createCallbacks } from './callbacks.js'
import type { Context } from './context.js'
import { inNairobi, ksh } from './formats.js'
import { accountOf, transfer } from './ledger.js'
import { freeReceipt } from './receipts.js'
import { results } from './results.js'
import { limits, merchant } from './settings.js'
import { smsText } from './sms.js'
import { balanceOf, type Change, type Ending, type StkResult, type StkTransaction } from './state.js'
import { stkCallback } from './stk-callback.js'
import { enrol, subscriberOf } from './subscribers.js'

/** The STK pushes under way: at most one for each subscriber. */
export type Pushes = ReturnType<typeof createPushes>

/** What the phone shows. */
export function promptText({
  amount,
  accountReference,
}: Pick<StkTransaction, 'amount' | 'accountReference'>) {
  return `Do you want to pay ${ksh(amount * 100)} to ${merchant.name} Account no. ${accountReference}?`
}

/** Creates the table of pushes: opens them, and ends them by what the person does or by their deadline. */
export function createPushes(context: Context, callbacks: ReturnType<typeof createCallbacks>) {
  const { clock, store } = context

  function openFor(msisdn: string): StkTransaction | undefined {
    return Object.values(store.state.transactions).find(({ phone, result }) => phone === msisdn && !result)
  }

  function open(transaction: StkTransaction): void {
    store.commit(...enrol(store.state, transaction.phone, clock.now()), { type: 'pushed', transaction })
    awaitDeadline(transaction)
  }

  function awaitDeadline({ checkoutRequestId, endsAtMs }: StkTransaction): void {
    clock.at(endsAtMs, () => {
      const transaction = store.state.transactions[checkoutRequestId]
      if (!transaction || transaction.result) return
      const { ending } = transaction
      end(transaction, ending.code === 0 ? judgePayment(transaction) : ending)
    })
  }

  /** The person has typed a PIN: M-PESA applies its rules, and only now. */
  function enterPin(transaction: StkTransaction, pin: string): void {
    const subscriber = subscriberOf(store.state, transaction.phone)
    if (subscriber.wrongPins >= limits.wrongPins) return end(transaction, results.locked)
    const wrongPins = pin === subscriber.pin ? 0 : subscriber.wrongPins + 1
    const remember: Change = { type: 'subscriberChanged', msisdn: subscriber.msisdn, wrongPins }
    if (wrongPins === limits.wrongPins) return end(transaction, results.locked, remember)
    if (wrongPins > 0) return end(transaction, results.wrongPin, remember)
    end(transaction, judgePayment(transaction), remember)
  }

  function judgePayment({ amount, phone }: StkTransaction): Ending {
    const paid = Object.values(store.state.transactions).filter(
      ({ phone: payer, result }) => payer === phone && result?.code === 0,
    )
    const paidToday = paid.filter(({ result }) => isSameDay(result?.atMs ?? 0, clock.now()))
    const isRepeated = paid.some(
      (earlier) => earlier.amount === amount && clock.now() - (earlier.result?.atMs ?? 0) < limits.repeatMs,
    )
    if (amount > limits.transactionKsh) return results.aboveMaximum
    if (paidToday.reduce((sum, { amount }) => sum + amount, amount) > limits.dailyKsh)
      return results.aboveDailyLimit
    if (isRepeated) return results.repeated
    if (balanceOf(store.state, phone) < amount * 100) return results.insufficientFunds
    return results.paid
  }

  /** Result, money, SMS and callback in one commit: after a crash there are all of them, or none. */
  function end(transaction: StkTransaction, ending: Ending, ...others: Change[]): void {
    const atMs = clock.now()
    const result: StkResult = {
      code: ending.code,
      description: ending.description,
      atMs,
      ...(ending.code === 0 && { receipt: freeReceipt(context, atMs) }),
    }
    const { checkoutRequestId, phone, callbackUrl, endsAtMs } = transaction
    const planned = callbacks.plan({
      ...{ operation: 'stkPush', checkoutRequestId, id: checkoutRequestId, msisdn: phone },
      ...{ url: callbackUrl, body: stkCallback(transaction, result), endedAtMs: atMs, lateAfterMs: endsAtMs },
    })
    store.commit(
      ...others,
      { type: 'pushEnded', checkoutRequestId: transaction.checkoutRequestId, result },
      ...payment(transaction, result),
      ...message(transaction, result),
      ...planned.map((callback): Change => ({ type: 'callbackSet', callback })),
    )
    callbacks.schedule(planned.map(({ id }) => id))
  }

  function payment(
    { amount, phone, shortcode, accountReference, transactionType }: StkTransaction,
    result: StkResult,
  ): Change[] {
    if (!result.receipt) return []
    const entry = transfer({
      atMs: result.atMs,
      from: accountOf.subscriber(phone),
      to: accountOf.merchant(shortcode),
      cents: amount * 100,
      reference: result.receipt,
      text: `Payment from ${phone} for ${accountReference}`,
      reason: transactionType === 'CustomerPayBillOnline' ? 'Pay Bill Online' : 'Buy Goods Online',
    })
    return [{ type: 'posted', entry }]
  }

  function message(transaction: StkTransaction, result: StkResult): Change[] {
    const { phone, amount } = transaction
    const text = smsText(
      transaction,
      result,
      balanceOf(store.state, phone) - (result.receipt ? amount * 100 : 0),
    )
    return text ? [{ type: 'messageSent', msisdn: phone, message: { atMs: result.atMs, text } }] : []
  }

  return {
    openFor,
    open,
    enterPin,
    cancel: (transaction: StkTransaction) => end(transaction, results.cancelled),
    /** Takes up the deadlines of a state that was read from the disk. */
    resume() {
      Object.values(store.state.transactions)
        .filter(({ result }) => !result)
        .forEach(awaitDeadline)
    },
  }
}

function isSameDay(a: number, b: number): boolean {
  const [first, second] = [inNairobi(a), inNairobi(b)]
  return first.yyyy === second.yyyy && first.MM === second.MM && first.dd === second.dd
}
