import { PaymentsError } from '../errors.js'
import type { Money } from '../money.js'
import { assertAcknowledged } from './acknowledged.js'
import { assertCallbackUrl, type CallbackUrls } from './callback-url.js'
import type { DarajaHttp } from './http.js'
import { OPERATIONS, toWire } from './operations.js'
import { normalizePhone } from './phone.js'
import { decode, field, malformed, shillings, text } from './read-body.js'
import { wholeShillings } from './stk.js'
import { fromTimestamp } from './timestamp.js'

const KIND = "a customer's payment"

/** Where payments that customers begin themselves are to be reported. */
export interface RegisterUrlsRequest {
  /** Told of every payment. Default, with `callbackUrl` and `callbackSecret`: where `payments.webhooks` takes it in. */
  confirmationUrl?: string
  /** Asked before every payment, if Safaricom has switched external validation on. Default as `confirmationUrl`. */
  validationUrl?: string
  /** What M-Pesa does with a payment if the validation is not answered within 8 seconds. */
  whenUnanswered: 'complete' | 'cancel'
  /** v2 masks the payer's number, v1 sends its hash (see `matchesMsisdn`). Default `v2`. */
  version?: 'v1' | 'v2'
}

/** A payment to be made by a test customer. */
export interface SimulateRequest {
  amount: Money
  phone: string
  /** The account number. Absent: a payment to a till. */
  reference?: string
  /** Default `v2`. */
  version?: 'v1' | 'v2'
}

/** A payment that a customer began: what validation asks about, and what confirmation reports. */
export interface CustomerPayment {
  /** The M-Pesa receipt. */
  readonly receipt: string
  readonly amount: Money
  readonly paidAt: Date | null
  readonly shortcode: string
  /** The account number that the customer has typed. */
  readonly reference: string
  /** `Pay Bill`, `Buy Goods`; free text. */
  readonly type: string
  /** Masked (v2) or hashed (v1): `matchesMsisdn` compares it with a number. */
  readonly msisdn: string
  /** The names that M-Pesa gives; any may be empty. */
  readonly name: string
  /** What the answer to the validation said. */
  readonly thirdPartyTransId: string
  /** What the account holds now. Not known at validation. */
  readonly balance: Money | null
}

/** C2B: registers the URLs, and simulates a payment where Safaricom's sandbox allows it. */
export function createC2b(deps: {
  http: DarajaHttp
  shortcode: string
  isSandbox: boolean
  urls: CallbackUrls | undefined
}) {
  const { http, shortcode, isSandbox, urls } = deps

  async function registerUrls(request: RegisterUrlsRequest): Promise<void> {
    const { whenUnanswered, version = 'v2' } = request
    const urlFor = (kind: 'confirmation' | 'validation') => {
      const url = request[`${kind}Url`] ?? urls?.urlFor(shortcode, '0', kind)
      if (url === undefined) throw new TypeError(`registerUrls: give ${kind}Url`)
      return assertCallbackUrl(url, `${kind}Url`).href
    }
    const body = toWire(OPERATIONS.registerUrls, {
      party: shortcode,
      responseType: { complete: 'Completed', cancel: 'Cancelled' }[whenUnanswered],
      confirmationUrl: urlFor('confirmation'),
      validationUrl: urlFor('validation'),
    })
    assertTaken(await http.post(OPERATIONS.registerUrls.path[version], body))
  }

  async function simulate(request: SimulateRequest): Promise<void> {
    const { amount, phone, reference, version = 'v2' } = request
    if (!isSandbox)
      throw new TypeError("simulate: only with environment 'sandbox'; customers pay by themselves")
    const body = toWire(OPERATIONS.simulate, {
      party: Number(shortcode),
      command: reference === undefined ? 'CustomerBuyGoodsOnline' : 'CustomerPayBillOnline',
      amount: wholeShillings(amount),
      phone: Number(normalizePhone(phone)),
      reference,
    })
    assertTaken(await http.post(OPERATIONS.simulate.path[version], body))
  }

  return { registerUrls, simulate }
}

/** v1 has answered without a `ResponseCode` (safaricom/mpesa-php-sdk#16, #32): then only the words say it. */
function assertTaken(answer: Record<string, unknown>): void {
  const said = String(answer['ResponseDescription'] ?? '')
  if (/already registered/i.test(said)) {
    throw new PaymentsError('PAYMENTS_MPESA_REGISTERED', `Daraja: ${said}`, {
      status: 502,
      outcome: 'not_executed',
    })
  }
  const isTaken = answer['ResponseCode'] === undefined && /^(success|accept)/i.test(said)
  if (!isTaken) assertAcknowledged(answer)
}

/**
 * Reads the body of a C2B validation or confirmation: parsed, as text or as bytes. Throws
 * `PAYMENTS_CALLBACK_MALFORMED`. It proves nothing about who sent it.
 */
export function parseCustomerPayment(body: unknown): CustomerPayment {
  const payment = decode(body, KIND)
  const read = (name: string) => text(field(payment, name)) ?? ''
  const [receipt, amount, balance] = [read('TransID'), read('TransAmount'), read('OrgAccountBalance')]
  if (receipt === '') throw malformed(KIND, 'no TransID')
  const names = [read('FirstName'), read('MiddleName'), read('LastName')]
  return {
    receipt,
    amount: readAmount(amount),
    paidAt: fromTimestamp(read('TransTime')),
    shortcode: read('BusinessShortCode'),
    reference: read('BillRefNumber'),
    type: read('TransactionType'),
    msisdn: read('MSISDN'),
    name: names.filter((name) => name !== '' && name !== 'null').join(' '),
    thirdPartyTransId: read('ThirdPartyTransID'),
    balance: balance === '' ? null : readBalance(balance),
  }
}

function readAmount(value: string): Money {
  try {
    return shillings(value)
  } catch (error) {
    throw malformed(KIND, 'TransAmount is not an amount of money', error)
  }
}

/** Only told for convenience: a strange one is no reason to lose the payment. */
function readBalance(value: string): Money | null {
  try {
    return shillings(value)
  } catch {
    return null
  }
}
