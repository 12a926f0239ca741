import { PaymentsError } from '../errors.js'
import type { Money } from '../money.js'
import { assertAcknowledged, unexpectedAnswer } from './acknowledged.js'
import { assertCallbackUrl } from './callback-url.js'
import type { MpesaClient, StkPushRequest, StkStatus } from './client.js'
import type { DarajaHttp } from './http.js'
import { OPERATIONS, toWire } from './operations.js'
import { normalizePhone } from './phone.js'
import { stkResult, type StkResultClass } from './result-codes.js'
import { toTimestamp } from './timestamp.js'

/** What the STK operations need. */
export interface StkDeps {
  http: DarajaHttp
  shortcode: string
  till: string | undefined
  passkey: string
  callbackUrl: string | undefined
  clock: () => number
}

/** Most that one prompt may ask for, in shillings (Daraja portal, "M-Pesa Express"). */
const MAX_SHILLINGS = 250_000

/** M-Pesa Express: `stkPush` and `stkQuery`. */
export function createStk(deps: StkDeps): Pick<MpesaClient, 'stkPush' | 'stkQuery'> {
  const { http, shortcode, till, passkey, clock } = deps

  /** The password is good for its own timestamp only. */
  function signature() {
    const timestamp = toTimestamp(new Date(clock()))
    const password = Buffer.from(shortcode + passkey + timestamp).toString('base64')
    return { party: Number(shortcode), password, timestamp }
  }

  async function stkPush(request: StkPushRequest) {
    const { amount, phone, reference, description, callbackUrl = deps.callbackUrl } = request
    if (callbackUrl === undefined) throw new TypeError('stkPush: give callbackUrl, here or to createMpesa')
    const payer = Number(normalizePhone(phone))
    const body = toWire(OPERATIONS.stkPush, {
      ...signature(),
      type: till === undefined ? 'CustomerPayBillOnline' : 'CustomerBuyGoodsOnline',
      amount: wholeShillings(amount),
      payer,
      receiver: Number(till ?? shortcode),
      phone: payer,
      callbackUrl: assertCallbackUrl(callbackUrl).href,
      reference: plain(reference, 12, 'Payment'),
      // Documented as optional; without it Daraja answers "Invalid Remarks".
      description: plain(description, 13, 'Payment'),
    })
    const answer = await http.post(OPERATIONS.stkPush.path, body)
    assertAcknowledged(answer)
    if (typeof answer['CheckoutRequestID'] !== 'string' || answer['CheckoutRequestID'] === '') {
      throw unexpectedAnswer('accepted, but without a CheckoutRequestID')
    }
    return {
      checkoutRequestId: answer['CheckoutRequestID'],
      merchantRequestId: String(answer['MerchantRequestID'] ?? ''),
      customerMessage: String(answer['CustomerMessage'] ?? ''),
    }
  }

  async function stkQuery(checkoutRequestId: string): Promise<StkStatus> {
    const body = toWire(OPERATIONS.stkQuery, { ...signature(), checkoutRequestId })
    let answer: Record<string, unknown>
    try {
      answer = await http.post(OPERATIONS.stkQuery.path, body)
    } catch (error) {
      // The older way of saying 4999: status 500, "The transaction is being processed".
      if (!(error instanceof PaymentsError) || !/is being processed/i.test(error.message)) throw error
      return { status: 'pending', result: stkResult('4999'), resultDesc: error.message }
    }
    if ((answer['CheckoutRequestID'] ?? checkoutRequestId) !== checkoutRequestId) {
      throw new PaymentsError('PAYMENTS_MPESA_UNEXPECTED', 'Daraja: an answer about another prompt', {
        status: 502,
      })
    }
    const result = stkResult(String(answer['ResultCode'] ?? ''))
    return {
      status: statusOf(result.class),
      result,
      resultDesc: String(answer['ResultDesc'] ?? ''),
    }
  }

  return { stkPush, stkQuery }
}

function statusOf(kind: StkResultClass): StkStatus['status'] {
  return kind === 'paid' || kind === 'pending' || kind === 'unknown' ? kind : 'failed'
}

/** Whole shillings of an amount that M-Pesa can take. Throws `PAYMENTS_MPESA_AMOUNT`. */
export function wholeShillings({ minor, currency }: Money, least = 1): number {
  const shillings = minor / 100
  if (currency === 'KES' && Number.isInteger(shillings) && shillings >= least && shillings <= MAX_SHILLINGS) {
    return shillings
  }
  throw new PaymentsError(
    'PAYMENTS_MPESA_AMOUNT',
    `M-Pesa takes whole shillings (KES), ${least} to ${MAX_SHILLINGS}`,
    {
      status: 400,
      outcome: 'not_executed',
    },
  )
}

/** Daraja loses prompts, silently, that have special characters in their texts. */
function plain(text: string, length: number, fallback: string): string {
  return (
    text
      .normalize('NFKD')
      .replace(/[^A-Za-z0-9 .-]/g, '')
      .trim()
      .slice(0, length)
      .trim() || fallback
  )
}
