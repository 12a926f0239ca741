import { accepted, initiatedFields, type Accepted, type InitiatedDeps, type ResultUrls } from './initiated.js'
import { IDENTIFIER, OPERATIONS, toWire } from './operations.js'
import { outcomeOf, type MpesaOutcome } from './outcome.js'
import { parametersOf, type MpesaAccount } from './parameters.js'
import { mpesaCode, type MpesaCode } from './product-codes.js'
import { parseResult, type MpesaResult } from './result.js'

/** A question about the accounts of the shortcode. */
export interface AccountBalanceRequest extends ResultUrls {
  /** Default "Balance". */
  remarks?: string
}

/** What is in the accounts. */
export interface AccountBalanceResult extends MpesaResult {
  readonly outcome: MpesaOutcome
  readonly explained: MpesaCode
  /** `Working Account`, `Utility Account`, `Charges Paid Account`, ... */
  readonly accounts: readonly MpesaAccount[]
  readonly completedAt: Date | null
}

/** Account Balance: asks what is in the accounts. It moves no money. */
export function createAccountBalance(deps: InitiatedDeps) {
  return async function accountBalance(request: AccountBalanceRequest = {}): Promise<Accepted> {
    const body = toWire(OPERATIONS.accountBalance, {
      ...initiatedFields(deps, 'accountBalance', request, request.remarks ?? 'Balance'),
      party: deps.shortcode,
      partyType: IDENTIFIER.shortcode,
    })
    return accepted(await deps.http.post(OPERATIONS.accountBalance.path, body))
  }
}

/** Reads the answer to `accountBalance`. Throws `PAYMENTS_CALLBACK_MALFORMED`. It proves nothing about who sent it. */
export function parseAccountBalanceResult(body: unknown): AccountBalanceResult {
  const result = parseResult(body)
  const { accounts, date } = parametersOf(result)
  const explained = mpesaCode('accountBalance', result.code)
  return {
    ...result,
    outcome: outcomeOf(result, explained),
    explained,
    accounts: accounts('AccountBalance'),
    completedAt: date('BOCompletedTime'),
  }
}
