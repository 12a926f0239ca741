import type { Context } from './context.js'
import { timestamp } from './formats.js'
import type { Parameter } from './job-result.js'
import { jobResults } from './job-results.js'
import type { JobKind, Performed } from './jobs.js'
import type { LedgerEntry } from './ledger.js'
import { partyOf } from './parties.js'
import { transactionWith } from './receipts.js'
import type { Job } from './state.js'

/** `POST /mpesa/transactionstatus/v1/query`: what became of a transaction, by its receipt or its request's id. */
export const transactionStatus: JobKind = {
  fields: [
    'Initiator',
    'SecurityCredential',
    'CommandID:TransactionStatusQuery',
    'PartyA:party',
    'IdentifierType:1|2|4',
    'ResultURL',
    'QueueTimeOutURL',
    'Remarks:comment',
  ],
  requires: ({ TransactionID = '', OriginalConversationID = '' }) =>
    TransactionID || OriginalConversationID ? undefined : 'TransactionID',
  perform: find,
}

function find(context: Context, job: Job): Performed {
  const { TransactionID = '', OriginalConversationID = '', PartyA = '' } = job.fields
  const request = requestOf(context, TransactionID, OriginalConversationID)
  const receipt = TransactionID || (request?.result?.transactionId ?? '')
  const transaction = transactionWith(context, receipt)
  if (transaction && concerns(transaction, PartyA)) {
    return { ending: jobResults.done, parameters: describeTransaction(context, transaction, request) }
  }
  // A request that moved nothing, or has not been executed yet.
  if (request && !transaction) return { ending: jobResults.done, parameters: describeRequest(request) }
  return { ending: jobResults.noSuchParty }
}

/** The request that made the transaction, or that was given the id. */
function requestOf({ store }: Context, receipt: string, id: string): Job | undefined {
  return Object.values(store.state.jobs).find(({ originatorConversationId, conversationId, result }) =>
    receipt ? result?.transactionId === receipt : [originatorConversationId, conversationId].includes(id),
  )
}

function concerns({ lines }: LedgerEntry, party: string): boolean {
  return lines.some(({ account }) => account.split(':')[1] === party)
}

function describeTransaction(
  { store }: Context,
  { atMs, reference, reason = '', lines }: LedgerEntry,
  request: Job | undefined,
): Parameter[] {
  const debited = lines.find(({ cents }) => cents < 0)?.account ?? ''
  const credited = lines.find(({ cents }) => cents > 0)
  return [
    { Key: 'DebitPartyName', Value: partyOf(store.state, debited) },
    // Twice the same name: so the portal's sample has it, and the second is the creditor's.
    { Key: 'DebitPartyName', Value: partyOf(store.state, credited?.account ?? '') },
    { Key: 'OriginatorConversationID', ...(request && { Value: request.originatorConversationId }) },
    { Key: 'InitiatedTime', Value: timestamp(request?.acceptedAtMs ?? atMs) },
    {
      Key: 'DebitAccountType',
      Value: debited.startsWith('subscriber') ? 'MMF Account For Customer' : 'Utility Account',
    },
    { Key: 'DebitPartyCharges', Value: '' },
    { Key: 'TransactionReason' },
    { Key: 'ReasonType', Value: reason },
    { Key: 'TransactionStatus', Value: 'Completed' },
    { Key: 'FinalisedTime', Value: timestamp(atMs) },
    { Key: 'Amount', Value: String((credited?.cents ?? 0) / 100) },
    { Key: 'ConversationID', ...(request && { Value: request.conversationId }) },
    { Key: 'ReceiptNo', Value: reference },
  ]
}

function describeRequest({
  originatorConversationId,
  conversationId,
  acceptedAtMs,
  fields,
  result,
}: Job): Parameter[] {
  const isExpired = result?.code === 'QUEUE_TIMEOUT'
  return [
    { Key: 'OriginatorConversationID', Value: originatorConversationId },
    { Key: 'InitiatedTime', Value: timestamp(acceptedAtMs) },
    { Key: 'TransactionReason' },
    { Key: 'TransactionStatus', Value: result ? (isExpired ? 'Expired' : 'Declined') : 'Initiated' },
    ...(result ? [{ Key: 'FinalisedTime', Value: timestamp(result.atMs) }] : []),
    { Key: 'Amount', Value: fields.Amount ?? '' },
    { Key: 'ConversationID', Value: conversationId },
  ]
}
