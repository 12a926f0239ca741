import type { Random } from '../random.js'

/** East Africa Time is UTC+3 all year. */
const eatOffsetMs = 3 * 60 * 60 * 1000

/** The parts of a time as a clock in Nairobi shows them. */
export function inNairobi(ms: number) {
  const date = new Date(ms + eatOffsetMs)
  const two = (value: number) => String(value).padStart(2, '0')
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    yyyy: String(date.getUTCFullYear()),
    MM: two(date.getUTCMonth() + 1),
    dd: two(date.getUTCDate()),
    HH: two(date.getUTCHours()),
    mm: two(date.getUTCMinutes()),
    ss: two(date.getUTCSeconds()),
    milliseconds: date.getUTCMilliseconds(),
  }
}

/** `yyyyMMddHHmmss` in East Africa Time: what TransactionDate holds. */
export function timestamp(ms: number): string {
  const { yyyy, MM, dd, HH, mm, ss } = inNairobi(ms)
  return `${yyyy}${MM}${dd}${HH}${mm}${ss}`
}

/** `ws_CO_` + ddMMyyyyHHmmss + milliseconds without leading zeros + the number without 254, as since 2021. */
export function checkoutRequestId(ms: number, msisdn: string): string {
  const { yyyy, MM, dd, HH, mm, ss, milliseconds } = inNairobi(ms)
  return `ws_CO_${dd}${MM}${yyyy}${HH}${mm}${ss}${milliseconds}${msisdn.slice(3)}`
}

/** The tail of a UUID and a counter, as since 2024: `8194-4ed7-b711-b21aa4f7e7658048`. */
export function merchantRequestId(random: Random): string {
  const hex = (length: number) => random.text(length, '0123456789abcdef')
  return `${hex(4)}-4${hex(3)}-${random.text(1, '89ab')}${hex(3)}-${hex(12)}${random.int(1000, 9_999_999)}`
}

/** `AG_` + yyyyMMdd + 20 hexadecimal digits that begin with 2010, as since 2021. */
export function conversationId(ms: number, random: Random): string {
  const { yyyy, MM, dd } = inNairobi(ms)
  return `AG_${yyyy}${MM}${dd}_2010${random.text(16, '0123456789abcdef')}`
}

/** Ten characters: year (A = 2006), month (A = January), day (1-9, then A = 10), seven at random. */
export function receipt(ms: number, random: Random): string {
  return dateLetters(ms) + random.text(7, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')
}

/** The TransactionID of what has none because it failed: a date and nothing, `SKE0000000`. */
export function datePseudoId(ms: number): string {
  return `${dateLetters(ms)}0000000`
}

function dateLetters(ms: number): string {
  const { year, month, day } = inNairobi(ms)
  const letter = (index: number) => String.fromCharCode(65 + index)
  return letter((year - 2006) % 26) + letter(month - 1) + (day < 10 ? String(day) : letter(day - 10))
}

/** `TransactionDate` as people read it in an SMS: `24/11/26 at 10:35 AM`. */
export function smsDate(ms: number): string {
  const { year, month, day, hour, mm } = inNairobi(ms)
  return `${day}/${month}/${year % 100} at ${hour % 12 || 12}:${mm} ${hour < 12 ? 'AM' : 'PM'}`
}

/** An amount in an SMS: `Ksh1,250.00`. */
export function ksh(cents: number): string {
  return `Ksh${(cents / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}

/** Safaricom's numbers, as Daraja takes them: `2547XXXXXXXX`, and `2541XXXXXXXX` since 2020. */
const msisdnPattern = /^254[17]\d{8}$/

/** Whether `text` is a number as Daraja takes it. */
export function isMsisdn(text: string): boolean {
  return msisdnPattern.test(text)
}

/** Reads a number as people write it (`0708 374 149`, `+254708374149`); undefined if it is none of Safaricom's. */
export function parseMsisdn(text: string): string | undefined {
  const digits = text.replace(/[\s()+-]/g, '').replace(/^0?(?=[17]\d{8}$)/, '254')
  return isMsisdn(digits) ? digits : undefined
}
