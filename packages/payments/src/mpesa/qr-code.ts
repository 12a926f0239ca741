import type { Money } from '../money.js'
import { unexpectedAnswer } from './acknowledged.js'
import type { DarajaHttp } from './http.js'
import { OPERATIONS, toWire } from './operations.js'
import { wholeShillings } from './stk.js'

/** A code to pay by. */
export interface QrCodeRequest {
  /** Shown to the payer. */
  merchantName: string
  /** The account number, or what the payment is for. */
  reference: string
  amount: Money
  /** Who is paid. Default the client's shortcode, or its till. */
  to?: { kind: 'till' | 'agent' | 'paybill' | 'phone' | 'business'; number: string }
  /** Width and height. Default 300. */
  sizePixels?: number
}

/** A QR code, as a picture. */
export interface QrCode {
  /** PNG in base64: `<img src="data:image/png;base64,…">`. */
  readonly pngBase64: string
}

/** `TrxCode` (Daraja portal, "Dynamic QR"). */
const CODES = { till: 'BG', agent: 'WA', paybill: 'PB', phone: 'SM', business: 'SB' }

/** Dynamic QR: a picture that the M-Pesa app pays by. */
export function createQrCode(deps: { http: DarajaHttp; shortcode: string; till: string | undefined }) {
  const { http, shortcode, till } = deps
  const self: QrCodeRequest['to'] =
    till === undefined ? { kind: 'paybill', number: shortcode } : { kind: 'till', number: till }

  return async function qrCode(request: QrCodeRequest): Promise<QrCode> {
    const { merchantName, reference, amount, to = self, sizePixels = 300 } = request
    const body = toWire(OPERATIONS.qrCode, {
      merchantName,
      reference,
      amount: wholeShillings(amount),
      kind: CODES[to.kind],
      number: to.number,
      size: String(sizePixels),
    })
    // Its ResponseCode is "00" on the wire and an id in the documentation; what counts is the picture.
    const { QRCode: pngBase64 } = await http.post(OPERATIONS.qrCode.path, body)
    if (typeof pngBase64 !== 'string' || pngBase64 === '')
      throw unexpectedAnswer('an answer without a QR code')
    return { pngBase64 }
  }
}
