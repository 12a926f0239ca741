import type { Request } from 'express'

export type Language = 'en' | 'sw'

/** The language that the customer has chosen on the page, which sends it along. */
export function languageOf(req: Request): Language {
  return req.acceptsLanguages('en', 'sw') === 'sw' ? 'sw' : 'en'
}

/** An amount as customers read it: `KES 950`, without empty cents. */
export function readable({ minor, currency }: { minor: number; currency: string }, language: Language) {
  const digits = minor % 100 === 0 ? 0 : 2
  const number = new Intl.NumberFormat(`${language}-KE`, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return `${currency} ${number.format(minor / 100)}`
}
