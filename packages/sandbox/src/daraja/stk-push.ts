import { invalidField, refusal, type Answer } from './answers.js'
import type { Context } from './context.js'
import { firstInvalid, isPassword, text, type Fields } from './fields.js'
import { checkoutRequestId, merchantRequestId } from './formats.js'
import { promptText, type Pushes } from './pushes.js'
import { endingOf, results } from './results.js'
import { limits, merchant } from './settings.js'
import type { Ending, StkTransaction } from './state.js'
import { subscriberOf } from './subscribers.js'

const names = [
  'BusinessShortCode',
  'Password',
  'Timestamp',
  'TransactionType',
  'Amount',
  'PartyA',
  'PartyB',
  'PhoneNumber',
  'CallBackURL',
  'AccountReference',
  'TransactionDesc',
] as const

/** `POST /mpesa/stkpush/v1/processrequest`: asks the phone for a PIN. Accepted is not paid. */
export function stkPush(context: Context, pushes: Pushes, fields: Fields): Answer {
  const { random } = context
  const invalid = firstInvalid(fields, names)
  if (invalid) return invalidField(random, invalid === 'TransactionDesc' ? 'Remarks' : invalid)
  if (text(fields, 'BusinessShortCode') !== merchant.shortcode) {
    return refusal(random, 500, '500.001.1001', 'Merchant does not exist')
  }
  if (!isPassword(fields)) return refusal(random, 500, '500.001.1001', 'Wrong credentials')
  if (pushes.openFor(text(fields, 'PhoneNumber'))) {
    return refusal(
      random,
      500,
      '500.001.1001',
      'Unable to lock subscriber, a transaction is already in process for the current subscriber',
    )
  }
  const transaction = readTransaction(context, fields)
  pushes.open(transaction)
  return {
    status: 200,
    body: {
      MerchantRequestID: transaction.merchantRequestId,
      CheckoutRequestID: transaction.checkoutRequestId,
      ResponseCode: '0',
      ResponseDescription: 'Success. Request accepted for processing',
      CustomerMessage: 'Success. Request accepted for processing',
    },
  }
}

function readTransaction(context: Context, fields: Fields): StkTransaction {
  const { clock, random, settings } = context
  const requestedAtMs = clock.now()
  const request = {
    checkoutRequestId: freeCheckoutRequestId(context, requestedAtMs, text(fields, 'PhoneNumber')),
    merchantRequestId: merchantRequestId(random),
    shortcode: text(fields, 'BusinessShortCode'),
    transactionType: text(fields, 'TransactionType'),
    amount: Number(text(fields, 'Amount')),
    partyA: text(fields, 'PartyA'),
    phone: text(fields, 'PhoneNumber'),
    partyB: text(fields, 'PartyB'),
    accountReference: text(fields, 'AccountReference'),
    description: text(fields, 'TransactionDesc'),
    callbackUrl: text(fields, 'CallBackURL'),
    requestedAtMs,
  }
  const failure = failureWithoutPrompt(context, request)
  const unanswered = settings.unansweredResult === 1019 ? results.expired : results.unanswered
  return {
    ...request,
    hasPrompt: !failure,
    endsAtMs: requestedAtMs + (failure?.afterMs ?? limits.promptMs),
    ending: failure?.ending ?? unanswered,
  }
}

/** What keeps the prompt from the phone, if anything does. */
function failureWithoutPrompt(
  { faults, store }: Context,
  request: Pick<
    StkTransaction,
    'phone' | 'transactionType' | 'partyB' | 'shortcode' | 'amount' | 'accountReference'
  >,
): { ending: Ending; afterMs: number } | undefined {
  const forced = faults.take('forceResult', { on: 'stkPush', msisdn: request.phone })
  if (forced?.resultCode !== undefined) {
    return { ending: endingOf(forced.resultCode), afterMs: limits.failureMs }
  }
  if (request.transactionType === 'CustomerPayBillOnline' && request.partyB !== request.shortcode) {
    return { ending: results.notPermitted, afterMs: limits.failureMs }
  }
  if (promptText(request).length > limits.promptCharacters) {
    return { ending: results.notSent, afterMs: limits.failureMs }
  }
  if (!subscriberOf(store.state, request.phone).isOn) {
    return { ending: results.unreachable, afterMs: limits.unreachableMs }
  }
  return undefined
}

/** The id holds the millisecond; a clock that stands still gives the same one twice. */
function freeCheckoutRequestId(context: Context, ms: number, msisdn: string): string {
  const id = checkoutRequestId(ms, msisdn)
  return context.store.state.transactions[id] ? freeCheckoutRequestId(context, ms + 1, msisdn) : id
}
