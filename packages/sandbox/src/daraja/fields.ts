import { isMsisdn } from './formats.js'
import { merchant } from './settings.js'

/** A request body as it came. Daraja takes numbers and strings alike. */
export type Fields = Record<string, unknown>

/** The value of a field as text; empty if it is missing, or neither a string nor a number. */
export function text(fields: Fields, name: string): string {
  const value = fields[name]
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** The checks of fields, by their names on the wire, in the order in which they are made. */
export const checks = {
  BusinessShortCode: (value: string) => /^\d{5,7}$/.test(value),
  Password: (value: string) => value !== '',
  Timestamp: isTimestamp,
  TransactionType: (value: string) => ['CustomerPayBillOnline', 'CustomerBuyGoodsOnline'].includes(value),
  Amount: (value: string) => /^\d{1,12}$/.test(value) && Number(value) >= 1,
  PartyA: isMsisdn,
  PartyB: (value: string) => /^\d{5,7}$/.test(value),
  PhoneNumber: isMsisdn,
  CallBackURL: isCallbackUrl,
  AccountReference: (value: string) => value !== '',
  TransactionDesc: (value: string) => value !== '',
  CheckoutRequestID: (value: string) => value !== '',
  InitiatorName: (value: string) => value !== '',
  ShortCode: (value: string) => /^\d{5,7}$/.test(value),
  Msisdn: isMsisdn,
  ResponseType: (value: string) => ['Completed', 'Cancelled'].includes(value),
  ConfirmationURL: isPlainUrl,
  ValidationURL: isPlainUrl,
  MerchantName: (value: string) => value !== '',
  RefNo: (value: string) => value !== '',
  TrxCode: (value: string) => ['BG', 'WA', 'PB', 'SM', 'SB'].includes(value),
  CPI: (value: string) => value !== '',
  Size: (value: string) => /^\d{2,4}$/.test(value) && Number(value) >= 50 && Number(value) <= 2000,
  Initiator: (value: string) => value !== '',
  // What is in it M-PESA finds out, and says with result 2001.
  SecurityCredential: (value: string) => value !== '',
  TransactionID: (value: string) => /^[A-Z0-9]{10}$/.test(value),
  ReceiverParty: (value: string) => /^\d{5,7}$/.test(value),
  ResultURL: isPlainUrl,
  QueueTimeOutURL: isPlainUrl,
  Remarks: (value: string) => value.length >= 2 && value.length <= 100,
} as const satisfies Record<string, (value: string) => boolean>

/** A field to check by its name; or by a pattern, for what has another meaning elsewhere: `IdentifierType:4`. */
export type FieldCheck = keyof typeof checks | `${string}:${string}`

/** The first of `names` whose value does not pass its check. */
export function firstInvalid(fields: Fields, names: readonly FieldCheck[]): string | undefined {
  return names.map(splitCheck).find(({ name, passes }) => !passes(text(fields, name)))?.name
}

function splitCheck(check: FieldCheck) {
  const [name = '', only] = check.split(':')
  if (only === undefined) return { name, passes: checks[name as keyof typeof checks] }
  return { name, passes: shapes[only] ?? ((value: string) => only.split('|').includes(value)) }
}

/** Patterns by name. */
const shapes: Record<string, (value: string) => boolean> = {
  shortcode: checks.ShortCode,
  msisdn: isMsisdn,
  party: (value) => checks.ShortCode(value) || isMsisdn(value),
  // Of a question one character is enough; where money moves it is two (`Remarks` above).
  comment: (value) => value !== '' && value.length <= 100,
}

/** base64 of the shortcode, the passkey and the timestamp of the same request. */
export function isPassword(fields: Fields): boolean {
  const plain = text(fields, 'BusinessShortCode') + merchant.passkey + text(fields, 'Timestamp')
  return text(fields, 'Password') === Buffer.from(plain).toString('base64')
}

/**
 * Words that no URL may hold, in any case (portal, "Customer To Business Register URL"). The CallBackURL of a push is
 * the exception: the portal's own simulator sends `https://mydomain.com/mpesa-express-simulate/`, and it is accepted.
 */
const forbiddenWords = /mpesa|m-pesa|safaricom|exec?|cmd|sql|query/i

function isPlainUrl(value: string): boolean {
  return isCallbackUrl(value) && !forbiddenWords.test(value)
}

/** Safaricom wants a public https URL. Here the loopback is let through as well, and only it without TLS. */
function isCallbackUrl(value: string): boolean {
  if (!URL.canParse(value) || /\s/.test(value)) return false
  const { protocol, hostname } = new URL(value)
  const isLoopback = ['localhost', '[::1]'].includes(hostname) || /^127\.\d+\.\d+\.\d+$/.test(hostname)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback)
}

/** `yyyyMMddHHmmss` of a moment that exists. How far it may be from now, Safaricom does not say. */
function isTimestamp(value: string): boolean {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(value) ?? []
  if (!year) return false
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  const date = new Date(`${iso}Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso)
}
