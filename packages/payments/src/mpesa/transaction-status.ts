import type { Money } from '../money.js'
import {
  accepted,
  identifier,
  initiatedFields,
  note,
  type Accepted,
  type InitiatedDeps,
  type ResultUrls,
} from './initiated.js'
import { IDENTIFIER, OPERATIONS, toWire } from './operations.js'
import type { MpesaOutcome } from './outcome.js'
import { parametersOf, type MpesaParty } from './parameters.js'
import { mpesaCode, type MpesaCode } from './product-codes.js'
import { parseResult, type MpesaResult } from './result.js'

/** A question about one transaction: by its receipt, or by the id of the request that made it. */
export type TransactionStatusRequest = ResultUrls & {
  /** Letters and digits, 2 to 100; the rest is dropped. Default "Status". */
  remarks?: string
  occasion?: string
} & (
    | { transactionId: string; originatorConversationId?: undefined }
    | { originatorConversationId: string; transactionId?: undefined }
  )

/** What became of the transaction that was asked about. */
export interface TransactionStatusResult extends MpesaResult {
  /**
   * Of the transaction, not of the question. `unknown` also if the question failed: then `explained` says why, and
   * nothing is known of the transaction.
   */
  readonly outcome: MpesaOutcome
  /** Of the question. */
  readonly explained: MpesaCode
  /** Verbatim: `Completed`, `Cancelled`, `Declined`, `Expired`, `Initiated`, `Authorized`. */
  readonly transactionStatus: string | null
  readonly receipt: string | null
  readonly amount: Money | null
  /** `Business Payment to Customer via API`, `Pay Bill Online`, ... */
  readonly reasonType: string | null
  readonly initiatedAt: Date | null
  readonly finalisedAt: Date | null
  readonly debitParty: MpesaParty | null
  readonly creditParty: MpesaParty | null
  /** Of the request that made it. */
  readonly original: {
    readonly conversationId: string | null
    readonly originatorConversationId: string | null
  }
}

/** Transaction Status: asks what became of a payment, payout or reversal. It moves no money. */
export function createTransactionStatus(deps: InitiatedDeps) {
  return async function transactionStatus(request: TransactionStatusRequest): Promise<Accepted> {
    const { transactionId, originatorConversationId, remarks = 'Status', occasion } = request
    if ((transactionId === undefined) === (originatorConversationId === undefined)) {
      throw new TypeError('transactionStatus: give transactionId or originatorConversationId, and not both')
    }
    const body = toWire(OPERATIONS.transactionStatus, {
      ...initiatedFields(deps, 'transactionStatus', request, remarks),
      transactionId: transactionId && identifier('transactionId', transactionId),
      originatorConversationId:
        originatorConversationId && identifier('originatorConversationId', originatorConversationId),
      party: deps.shortcode,
      partyType: IDENTIFIER.shortcode,
      occasion: occasion && note(occasion),
    })
    return accepted(await deps.http.post(OPERATIONS.transactionStatus.path, body))
  }
}

/** Reads the answer to `transactionStatus`. Throws `PAYMENTS_CALLBACK_MALFORMED`. It proves nothing about who sent it. */
export function parseTransactionStatusResult(body: unknown): TransactionStatusResult {
  const result = parseResult(body)
  const { text, amount, date, party } = parametersOf(result)
  const explained = mpesaCode('transactionStatus', result.code)
  const transactionStatus = text('TransactionStatus')
  return {
    ...result,
    outcome: explained.class === 'paid' ? (OUTCOMES.get(transactionStatus ?? '') ?? 'unknown') : 'unknown',
    explained,
    transactionStatus,
    receipt: text('ReceiptNo'),
    amount: amount('Amount'),
    reasonType: text('ReasonType'),
    initiatedAt: date('InitiatedTime'),
    finalisedAt: date('FinalisedTime'),
    debitParty: party('DebitPartyName'),
    // Daraja's own sample names the creditor as a second DebitPartyName.
    creditParty: party('CreditPartyName') ?? party('DebitPartyName', 1),
    original: {
      conversationId: text('ConversationID'),
      originatorConversationId: text('OriginatorConversationID'),
    },
  }
}

const OUTCOMES: ReadonlyMap<string, MpesaOutcome> = new Map([
  ['Completed', 'succeeded'],
  ['Cancelled', 'failed'],
  ['Declined', 'failed'],
  ['Expired', 'failed'],
  ['Initiated', 'pending'],
  ['Authorized', 'pending'],
])
