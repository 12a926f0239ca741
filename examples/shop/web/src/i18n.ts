import type { ApiError } from './api'
import { keep } from './storage'
import { createStore, useStore } from './store'
import { en, type Texts } from './texts/en'
import { sw } from './texts/sw'
import type { Money } from './types'

export type Language = 'en' | 'sw'

const texts: Record<Language, Texts> = { en, sw }
const locales: Record<Language, string> = { en: 'en-KE', sw: 'sw-KE' }
const saved = keep(() => localStorage, 'soko.language')

/** The language chosen, here and on the next visit; English until then. */
export const language = createStore<Language>(saved.read() === 'sw' ? 'sw' : 'en')

export function setLanguage(next: Language): void {
  saved.write(next)
  language.set(next)
}

export function useI18n() {
  const lang = useStore(language)
  const t = texts[lang]
  return {
    lang,
    t,
    money: (amount: Money) => formatMoney(amount, locales[lang]),
    date: (iso: string) =>
      new Intl.DateTimeFormat(locales[lang], { dateStyle: 'medium', timeStyle: 'short' }).format(
        new Date(iso),
      ),
    problem: (error: ApiError) => describe(error, t),
  }
}

/** Whole shillings are written without cents. */
function formatMoney({ minor, currency }: Money, locale: string): string {
  const style = { style: 'currency', currency } as const
  const decimals = new Intl.NumberFormat(locale, style).resolvedOptions().maximumFractionDigits ?? 2
  const amount = minor / 10 ** decimals
  const minimumFractionDigits = Number.isInteger(amount) ? 0 : decimals
  return new Intl.NumberFormat(locale, { ...style, minimumFractionDigits }).format(amount)
}

/** What went wrong, in the customer's words where we have them, else in the server's. */
function describe(error: ApiError, t: Texts): string {
  if (error.status === 0) return t.offline
  if (error.code === 'WRONG_CREDENTIALS') return t.wrongCredentials
  if (error.code === 'EMAIL_TAKEN') return t.emailTaken
  if (error.code === 'PRODUCT_GONE') return t.productGone
  if (error.code === 'COMMENT_EMPTY') return t.commentEmpty
  if (error.code === 'PRICE_CHANGED') return t.priceChanged
  if (error.code === 'SOLD_OUT') return t.soldOut
  if (error.code === 'PAYMENTS_MPESA_PHONE') return t.phoneWrong
  if (error.code === 'SECURITY_PASSWORD_COMMON') return t.passwordCommon
  if (error.code === 'SECURITY_RESET_INVALID') return t.resetInvalid
  if (error.code === 'SECURITY_LOCKED_OUT') return t.lockedOut
  if (error.status === 429) return t.tooMany
  if (error.status >= 500) return t.serverError
  return error.message
}
