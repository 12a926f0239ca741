import { toBuffer } from 'qrcode'
import { invalidField, type Answer } from './answers.js'
import type { Context } from './context.js'
import { firstInvalid, text, type Fields } from './fields.js'
import { conversationId } from './formats.js'

/** `POST /mpesa/qrcode/v1/generate`: a picture to pay by, at once. */
export async function qrCode({ random, clock }: Context, fields: Fields): Promise<Answer> {
  const invalid = firstInvalid(fields, ['MerchantName', 'RefNo', 'Amount', 'TrxCode', 'CPI', 'Size'])
  if (invalid) return invalidField(random, invalid)
  const picture = await toBuffer(qrText(fields), { width: Number(text(fields, 'Size')), margin: 2 })
  return {
    status: 200,
    body: {
      ResponseCode: '00',
      RequestID: conversationId(clock.now(), random),
      ResponseDescription: 'QR Code Successfully Generated.',
      QRCode: picture.toString('base64'),
    },
  }
}

/** What the picture says. Safaricom's own text is not documented; this one the phones of the sandbox can read. */
export function qrText(fields: Fields): string {
  return ['TrxCode', 'CPI', 'RefNo', 'Amount', 'MerchantName'].map((name) => text(fields, name)).join('|')
}
