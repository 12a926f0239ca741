import { PNG } from 'pngjs'
import decodePicture from 'qr/decode.js'

/** What a QR code asks its reader to pay. */
export interface QrBill {
  shortcode: string
  account: string
  /** Whole shillings. */
  amount: number
  isTill: boolean
}

/** Reads a code: its text, or its picture (PNG). @throws TypeError if it is none of this sandbox */
export function readQr(code: string | Uint8Array): QrBill {
  const bill = readText(typeof code === 'string' ? code : textOf(code))
  if (bill) return bill
  throw new TypeError('This is no QR code of the sandbox.')
}

/** See `qrText`. */
function readText(scanned: string): QrBill | undefined {
  const [code, shortcode, account, amount] = scanned.trim().split('|')
  if (!shortcode || account === undefined || !/^\d{5,7}$/.test(shortcode)) return undefined
  return { shortcode, account, amount: Number(amount), isTill: code === 'BG' }
}

function textOf(picture: Uint8Array): string {
  try {
    const { width, height, data } = PNG.sync.read(Buffer.from(picture))
    return decodePicture({ width, height, data })
  } catch (cause) {
    throw new TypeError('There is no QR code in this picture.', { cause })
  }
}
