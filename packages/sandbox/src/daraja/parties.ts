import { accountOf } from './ledger.js'
import { merchant } from './settings.js'
import type { State } from './state.js'
import { subscriberOf } from './subscribers.js'

/** A customer as results name one: `254708374149 - John Doe`. */
export function customerParty(state: State, msisdn: string): string {
  return `${msisdn} - ${subscriberOf(state, msisdn).name}`
}

/** A merchant, likewise. */
export function merchantParty(shortcode: string): string {
  return `${shortcode} - ${merchant.name}`
}

/** Whoever has the account. */
export function partyOf(state: State, account: string): string {
  const [, kind, number = ''] = /^(subscriber|merchant):(\d+)/.exec(account) ?? []
  if (kind === undefined) return account
  return kind === 'subscriber' ? customerParty(state, number) : merchantParty(number)
}

/** What is in a merchant's Utility Account, where payments arrive and payouts leave, in cents. */
export function utilityBalance(state: State, shortcode: string): number {
  return state.balances[accountOf.merchant(shortcode)] ?? 0
}
