import type { Context } from './context.js'
import { ksh, smsDate, timestamp } from './formats.js'
import { jobResults } from './job-results.js'
import type { JobKind, Performed } from './jobs.js'
import { accountOf, transfer } from './ledger.js'
import { customerParty, merchantParty, accountBalance } from './parties.js'
import { freeReceipt, reversalOf, transactionWith } from './receipts.js'
import { merchant } from './settings.js'
import { balanceOf, type Job } from './state.js'

/** `POST /mpesa/reversal/v1/request`: gives back what a customer has paid. */
export const reversal: JobKind = {
  fields: [
    'Initiator',
    'SecurityCredential',
    'CommandID:TransactionReversal',
    'TransactionID',
    'Amount',
    'ReceiverParty',
    'RecieverIdentifierType:11',
    'ResultURL',
    'QueueTimeOutURL',
    'Remarks',
  ],
  perform: reverse,
}

function reverse(context: Context, job: Job): Performed {
  const { clock, store } = context
  const { TransactionID = '', Amount = '', ReceiverParty = '', Remarks = '' } = job.fields
  const original = transactionWith(context, TransactionID)
  const payer = original?.lines.find(({ cents }) => cents < 0)?.account
  const receiver = original?.lines.find(({ cents }) => cents > 0)
  const [, msisdn] = /^subscriber:(\d+)$/.exec(payer ?? '') ?? []
  const cents = Number(Amount) * 100
  if (!msisdn || receiver?.account !== accountOf.merchant(ReceiverParty) || receiver.cents !== cents) {
    return { ending: jobResults.noSuchOriginal }
  }
  if (reversalOf(context, TransactionID)) return { ending: jobResults.alreadyReversed }
  if (accountBalance(store.state, ReceiverParty, 'utility') < cents)
    return { ending: jobResults.insufficientFunds }

  const atMs = clock.now()
  const receipt = freeReceipt(context, atMs)
  const entry = transfer({
    atMs,
    from: accountOf.merchant(ReceiverParty),
    to: accountOf.subscriber(msisdn),
    cents,
    reference: receipt,
    text: `Reversal of ${TransactionID}: ${Remarks}`,
    reason: 'Transaction Reversal via API',
    reverses: TransactionID,
  })
  const balance = balanceOf(store.state, msisdn) + cents
  const text =
    `${receipt} Confirmed. Reversal of transaction ${TransactionID} from ${merchant.name} has been successfully reversed ` +
    `on ${smsDate(atMs)} and ${ksh(cents)} is credited to your M-PESA account. New M-PESA account balance is ${ksh(balance)}.`
  const left = ((accountBalance(store.state, ReceiverParty, 'utility') - cents) / 100).toFixed(2)
  return {
    ending: jobResults.done,
    transactionId: receipt,
    parameters: [
      { Key: 'DebitAccountBalance', Value: `Utility Account|KES|${left}|${left}|0.00|0.00` },
      { Key: 'Amount', Value: cents / 100 },
      { Key: 'TransCompletedTime', Value: Number(timestamp(atMs)) },
      { Key: 'OriginalTransactionID', Value: TransactionID },
      { Key: 'Charge', Value: 0 },
      { Key: 'CreditPartyPublicName', Value: customerParty(store.state, msisdn) },
      { Key: 'DebitPartyPublicName', Value: merchantParty(ReceiverParty) },
    ],
    changes: [
      { type: 'posted', entry },
      { type: 'messageSent', msisdn, message: { atMs, text } },
    ],
  }
}
