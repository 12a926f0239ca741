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
import { OPERATIONS, toWire } from './operations.js'
import { outcomeOf, type MpesaOutcome } from './outcome.js'
import { parametersOf, type MpesaParty } from './parameters.js'
import { normalizePhone } from './phone.js'
import { mpesaCode, type MpesaCode } from './product-codes.js'
import { parseResult, type MpesaResult } from './result.js'
import { wholeShillings } from './stk.js'

/** Money to be sent to a customer. */
export interface B2cRequest extends ResultUrls {
  /**
   * Of your own, unique, and stored before the call: M-Pesa pays one id once. If the answer is lost, the same id can
   * be asked about, or sent again. With `b2cVersion: 'v1'` it is not sent, and nothing protects from paying twice.
   */
  originatorConversationId: string
  /** Whole shillings, 10 to 250 000. */
  amount: Money
  /** Any usual way of writing a Kenyan number. */
  phone: string
  /** Default `business`. */
  purpose?: 'business' | 'salary' | 'promotion'
  /** Letters and digits, 2 to 100; the rest is dropped. */
  remarks: string
  occasion?: string
}

/** How a payout ended. */
export interface B2cResult extends MpesaResult {
  readonly outcome: MpesaOutcome
  readonly explained: MpesaCode
  readonly amount: Money | null
  readonly receipt: string | null
  readonly receiver: MpesaParty | null
  /** Whether the receiver is a registered customer. */
  readonly isRegistered: boolean | null
  readonly completedAt: Date | null
  /** What is left in the account that paid. */
  readonly utilityFunds: Money | null
}

/** The least that can be sent, in shillings (Daraja portal, "Business To Customer"). */
export const LEAST_SHILLINGS = 10

const COMMANDS = { business: 'BusinessPayment', salary: 'SalaryPayment', promotion: 'PromotionPayment' }

/** B2C: sends money to a customer. Never sent twice by itself. */
export function createB2c({ version, ...deps }: InitiatedDeps & { version: 'v1' | 'v3' }) {
  return async function b2c(request: B2cRequest): Promise<Accepted> {
    const { originatorConversationId, amount, phone, purpose = 'business', remarks, occasion } = request
    const id = identifier('originatorConversationId', originatorConversationId)
    const body = toWire(OPERATIONS.b2c, {
      ...initiatedFields(deps, 'b2c', request, remarks),
      originatorConversationId: version === 'v3' ? id : undefined,
      command: COMMANDS[purpose],
      amount: wholeShillings(amount, LEAST_SHILLINGS),
      party: deps.shortcode,
      receiver: normalizePhone(phone),
      occasion: occasion && note(occasion),
    })
    return accepted(await deps.http.post(OPERATIONS.b2c.path[version], body))
  }
}

/** Reads the result of a payout. Throws `PAYMENTS_CALLBACK_MALFORMED`. It proves nothing about who sent it. */
export function parseB2cResult(body: unknown): B2cResult {
  const result = parseResult(body)
  const { text, amount, date, party } = parametersOf(result)
  const explained = mpesaCode('b2c', result.code)
  const registered = text('B2CRecipientIsRegisteredCustomer')
  return {
    ...result,
    outcome: outcomeOf(result, explained),
    explained,
    amount: amount('TransactionAmount'),
    receipt: text('TransactionReceipt'),
    receiver: party('ReceiverPartyPublicName'),
    isRegistered: registered === null ? null : registered === 'Y',
    completedAt: date('TransactionCompletedDateTime'),
    utilityFunds: amount('B2CUtilityAccountAvailableFunds'),
  }
}
