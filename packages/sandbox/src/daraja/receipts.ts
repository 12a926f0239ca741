import type { Context } from './context.js'
import { receipt } from './formats.js'
import type { LedgerEntry } from './ledger.js'

/** A receipt that no transaction has yet. */
export function freeReceipt({ random, store }: Context, atMs: number): string {
  for (;;) {
    const candidate = receipt(atMs, random)
    if (!store.state.ledger.some(({ reference }) => reference === candidate)) return candidate
  }
}

/** The ledger's entry with this receipt; those without one (opening balances, deposits) are not found. */
export function transactionWith({ store }: Context, receipt: string): LedgerEntry | undefined {
  return store.state.ledger.find(({ reference, reason }) => reference === receipt && reason !== undefined)
}

/** The reversal of the transaction with this receipt. */
export function reversalOf({ store }: Context, receipt: string): LedgerEntry | undefined {
  return store.state.ledger.find(({ reverses }) => reverses === receipt)
}
