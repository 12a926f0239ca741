/** One entry of the double-entry ledger: its lines add up to zero, so the whole ledger always does. */
export interface LedgerEntry {
  atMs: number
  /** The M-PESA receipt, or why money appeared. */
  reference: string
  text: string
  lines: LedgerLine[]
  /** What kind of M-PESA transaction it is; opening balances and deposits are none. */
  reason?: string
  /** The receipt of the transaction that it gives back. */
  reverses?: string
}

/** What one entry does to one account. */
export interface LedgerLine {
  account: string
  /** Whole cents; negative where money leaves. */
  cents: number
}

/** Names of the accounts. `opening` is where the money of the sandbox comes from, so its balance is negative. */
export const accountOf = {
  opening: 'opening',
  subscriber: (msisdn: string) => `subscriber:${msisdn}`,
  merchant: (shortcode: string) => `merchant:${shortcode}`,
}

/** Creates the entry that moves `cents` from one account to another. */
export function transfer(entry: {
  atMs: number
  from: string
  to: string
  cents: number
  reference: string
  text: string
  reason?: string
  reverses?: string
}): LedgerEntry {
  const { from, to, cents, ...described } = entry
  if (!Number.isSafeInteger(cents) || cents <= 0) throw new RangeError(`Cannot transfer ${cents} cents.`)
  return {
    ...described,
    lines: [
      { account: from, cents: -cents },
      { account: to, cents },
    ],
  }
}
