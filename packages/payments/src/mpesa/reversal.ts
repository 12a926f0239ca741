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
import { parametersOf, type MpesaAccount, type MpesaParty } from './parameters.js'
import { outcomeOf, type MpesaOutcome } from './outcome.js'
import { mpesaCode, type MpesaCode } from './product-codes.js'
import { parseResult, type MpesaResult } from './result.js'
import { wholeShillings } from './stk.js'

/** A payment to be given back. */
export interface ReverseRequest extends ResultUrls {
  /** The M-Pesa receipt of the payment: STK push or C2B, to this shortcode. */
  transactionId: string
  /** What was paid. Whether a part can be reversed is not documented. */
  amount: Money
  /** Letters and digits, 2 to 100; the rest is dropped. */
  remarks: string
  occasion?: string
}

/** How a reversal ended. */
export interface ReversalResult extends MpesaResult {
  readonly outcome: MpesaOutcome
  readonly explained: MpesaCode
  readonly originalTransactionId: string | null
  readonly amount: Money | null
  readonly charge: Money | null
  readonly completedAt: Date | null
  readonly creditParty: MpesaParty | null
  readonly debitParty: MpesaParty | null
  /** The accounts that were debited, as they are now. */
  readonly accounts: readonly MpesaAccount[]
}

/** Reversal: gives a payment back, whole. Never sent twice. */
export function createReverse(deps: InitiatedDeps) {
  return async function reverse(request: ReverseRequest): Promise<Accepted> {
    const { transactionId, amount, remarks, occasion } = request
    const body = toWire(OPERATIONS.reversal, {
      ...initiatedFields(deps, 'reverse', request, remarks),
      transactionId: identifier('transactionId', transactionId),
      amount: wholeShillings(amount),
      party: deps.shortcode,
      partyType: IDENTIFIER.reversal,
      occasion: occasion && note(occasion),
    })
    return accepted(await deps.http.post(OPERATIONS.reversal.path, body))
  }
}

/** Reads the result of a reversal. Throws `PAYMENTS_CALLBACK_MALFORMED`. It proves nothing about who sent it. */
export function parseReversalResult(body: unknown): ReversalResult {
  const result = parseResult(body)
  const { text, amount, date, party, accounts } = parametersOf(result)
  const explained = mpesaCode('reversal', result.code)
  return {
    ...result,
    outcome: outcomeOf(result, explained),
    explained,
    originalTransactionId: text('OriginalTransactionID'),
    amount: amount('Amount'),
    charge: amount('Charge'),
    completedAt: date('TransCompletedTime'),
    creditParty: party('CreditPartyPublicName'),
    debitParty: party('DebitPartyPublicName'),
    accounts: accounts('DebitAccountBalance'),
  }
}
