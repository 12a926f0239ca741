import { refusal, invalidField, type Answer } from './answers.js'
import type { Context } from './context.js'
import { text, type Fields } from './fields.js'
import { inNairobi, ksh, smsDate } from './formats.js'
import { jobResults } from './job-results.js'
import type { JobKind, Performed } from './jobs.js'
import { accountOf, transfer } from './ledger.js'
import { accountBalance, customerParty } from './parties.js'
import { freeReceipt } from './receipts.js'
import { limits, merchant } from './settings.js'
import { balanceOf, type Ending, type Job } from './state.js'
import { enrol, openingCents } from './subscribers.js'

/** `POST /mpesa/b2c/v3/paymentrequest` (and v1): sends money to a customer, out of the Utility Account. */
export const b2c: JobKind = {
  fields: [
    'InitiatorName',
    'SecurityCredential',
    'CommandID:BusinessPayment|SalaryPayment|PromotionPayment',
    'Amount',
    'PartyA:shortcode',
    'PartyB:msisdn',
    'Remarks',
    'QueueTimeOutURL',
    'ResultURL',
  ],
  perform: pay,
}

/** What v3 asks beside: an id of the caller's own, never used before. */
export function refuseB2c(
  { random, store, settings }: Context,
  fields: Fields,
  path: string,
): Answer | undefined {
  if (!path.includes('/v3/')) return undefined
  if (!settings.b2cV3) {
    return refusal(random, 403, '403.002.1001', 'You are not authorized to initiate this transaction')
  }
  const id = text(fields, 'OriginatorConversationID')
  if (id === '') return invalidField(random, 'OriginatorConversationID')
  const isTaken = Object.values(store.state.jobs).some((job) => job.originatorConversationId === id)
  return isTaken ? refusal(random, 500, '500.002.1001', 'Duplicate OriginatorConversationID.') : undefined
}

function pay(context: Context, job: Job): Performed {
  const { clock, store } = context
  const { PartyA = '', PartyB = '', Amount = '', Occassion, Remarks = '' } = job.fields
  const cents = Number(Amount) * 100
  const atMs = clock.now()
  const refused = judge(context, PartyA, PartyB, cents)
  if (refused) return { ending: refused }

  const receipt = freeReceipt(context, atMs)
  const entry = transfer({
    atMs,
    from: accountOf.merchant(PartyA),
    to: accountOf.subscriber(PartyB),
    cents,
    reference: receipt,
    text: `Payout to ${PartyB}: ${Occassion ?? Remarks}`,
    reason: reasons[job.fields.CommandID ?? ''] ?? 'Business Payment to Customer via API',
  })
  const enrolment = enrol(store.state, PartyB, atMs)
  const balance = enrolment.length > 0 ? openingCents(PartyB) : balanceOf(store.state, PartyB)
  const message =
    `${receipt} Confirmed. You have received ${ksh(cents)} from ${merchant.name} on ${smsDate(atMs)}. ` +
    `New M-PESA balance is ${ksh(balance + cents)}.`
  return {
    ending: jobResults.done,
    transactionId: receipt,
    parameters: [
      { Key: 'TransactionAmount', Value: cents / 100 },
      { Key: 'TransactionReceipt', Value: receipt },
      { Key: 'ReceiverPartyPublicName', Value: customerParty(store.state, PartyB) },
      { Key: 'TransactionCompletedDateTime', Value: dotted(atMs) },
      {
        Key: 'B2CUtilityAccountAvailableFunds',
        Value: (accountBalance(store.state, PartyA, 'utility') - cents) / 100,
      },
      { Key: 'B2CWorkingAccountAvailableFunds', Value: accountBalance(store.state, PartyA, 'working') / 100 },
      { Key: 'B2CRecipientIsRegisteredCustomer', Value: 'Y' },
      {
        Key: 'B2CChargesPaidAccountAvailableFunds',
        Value: accountBalance(store.state, PartyA, 'charges') / 100,
      },
    ],
    changes: [
      ...enrolment,
      { type: 'posted', entry },
      { type: 'messageSent', msisdn: PartyB, message: { atMs, text: message } },
    ],
  }
}

function judge({ store }: Context, shortcode: string, msisdn: string, cents: number): Ending | undefined {
  if (cents < limits.payoutMinimumKsh * 100) return jobResults.belowMinimum
  if (cents > limits.transactionKsh * 100) return jobResults.aboveMaximum
  const balance = store.state.subscribers[msisdn] ? balanceOf(store.state, msisdn) : openingCents(msisdn)
  if (balance + cents > limits.holdingKsh * 100) return jobResults.aboveHolding
  if (accountBalance(store.state, shortcode, 'utility') < cents) return jobResults.insufficientFunds
  return undefined
}

const reasons: Record<string, string> = {
  BusinessPayment: 'Business Payment to Customer via API',
  SalaryPayment: 'Salary Payment to Customer via API',
  PromotionPayment: 'Promotion Payment to Customer via API',
}

/** `06.07.2024 22:48:52`. */
function dotted(ms: number): string {
  const { yyyy, MM, dd, HH, mm, ss } = inNairobi(ms)
  return `${dd}.${MM}.${yyyy} ${HH}:${mm}:${ss}`
}
