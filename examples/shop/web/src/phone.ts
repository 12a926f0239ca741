import { keep } from './storage'

/** A Kenyan mobile number as Safaricom writes it, `2547…` or `2541…`; undefined for anything else. */
export function toMsisdn(input: string): string | undefined {
  const digits = input.replace(/[\s()+.-]/g, '')
  const match = /^(?:254|0)?([17]\d{8})$/.exec(digits)
  return match ? `254${match[1]}` : undefined
}

/** 254712345678 → 0712 345 678 */
export const toLocal = (msisdn: string) => msisdn.replace(/^254(\d{3})(\d{3})(\d{3})$/, '0$1 $2 $3')

/** The number last paid with, until they sign out or the tab closes: the form is filled with it. */
export const lastPhone = keep(() => sessionStorage, 'soko.phone')
