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

/**
 * What is in an account of a merchant, in cents. Payments arrive in the Utility Account and payouts leave it: it is
 * the one that the ledger calls by the merchant alone. Nothing moves in the others yet.
 */
export function accountBalance(
  state: State,
  shortcode: string,
  account: 'utility' | 'working' | 'charges',
): number {
  const name = accountOf.merchant(shortcode)
  return state.balances[account === 'utility' ? name : `${name}:${account}`] ?? 0
}
