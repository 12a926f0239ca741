import { cardNumbered, type Card } from './cards.js'

/** What a payer types into the pay page. */
export interface CardEntry {
  /** A test number, such as 4242 4242 4242 4242. */
  card: string
  /** `MM/YY`, not in the past. */
  expiry: string
  /** Three digits; four on an American Express card. */
  cvc: string
}

/** A field of the form, and what is wrong with it. */
export interface EntryProblem {
  field: keyof CardEntry
  message: string
}

/** Reads what was typed, in the words of Stripe's own form when something is wrong. */
export function readCard({ card, expiry, cvc }: CardEntry, nowMs: number): Card | EntryProblem {
  const digits = card.replace(/[\s-]/g, '')
  if (digits.length < 13) return { field: 'card', message: 'Your card number is incomplete.' }
  if (!/^\d{13,19}$/.test(digits) || !passesLuhn(digits)) {
    return { field: 'card', message: 'Your card number is invalid.' }
  }
  const known = cardNumbered(digits)
  if (!known) return { field: 'card', message: notATestCard }
  const wrong = problemOfExpiry(expiry, nowMs) ?? problemOfCvc(cvc, known)
  return wrong ?? known
}

/** Stripe's answer to a real card in a sandbox. */
const notATestCard =
  'Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.'

function problemOfExpiry(expiry: string, nowMs: number): EntryProblem | undefined {
  const [, month, year] = /^\s*(\d{1,2})\s*[/-]?\s*(\d{2}|\d{4})\s*$/.exec(expiry) ?? []
  const isMonth = Number(month) >= 1 && Number(month) <= 12
  if (!isMonth) return { field: 'expiry', message: "Your card's expiration date is incomplete." }
  const now = new Date(nowMs)
  const months = (2000 + (Number(year) % 100)) * 12 + Number(month)
  if (months >= now.getUTCFullYear() * 12 + now.getUTCMonth() + 1) return undefined
  return { field: 'expiry', message: "Your card's expiration date is in the past." }
}

function problemOfCvc(cvc: string, { brand }: Card): EntryProblem | undefined {
  if ((brand === 'amex' ? /^\d{4}$/ : /^\d{3}$/).test(cvc.trim())) return undefined
  return { field: 'cvc', message: "Your card's security code is incomplete." }
}

function passesLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}
