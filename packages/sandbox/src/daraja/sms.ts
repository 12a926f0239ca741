import { ksh, smsDate } from './formats.js'
import { limits, merchant } from './settings.js'
import type { StkResult, StkTransaction } from './state.js'

/** The SMS of M-PESA after a push; none where the phone never knew of it. */
export function smsText(
  transaction: StkTransaction,
  result: StkResult,
  balanceCents: number,
): string | undefined {
  const amount = ksh(transaction.amount * 100)
  switch (result.code) {
    case 0:
      return (
        `${result.receipt} Confirmed. ${amount} sent to ${merchant.name} for account ${transaction.accountReference} ` +
        `on ${smsDate(result.atMs)}. New M-PESA balance is ${ksh(balanceCents)}. Transaction cost, Ksh0.00.`
      )
    case 1:
      return `Failed. You do not have enough money in your M-PESA account to pay ${amount}. Your balance is ${ksh(balanceCents)}.`
    case 3:
      return `Failed. ${amount} is more than the most that one transaction may be, ${ksh(limits.transactionKsh * 100)}.`
    case 4:
      return `Failed. With ${amount} you would pay more than your limit of ${ksh(limits.dailyKsh * 100)} a day.`
    case 17:
      return `Failed. You have just paid ${amount} to ${merchant.name}. To pay the same amount again, wait two minutes.`
    case 2001:
      return `Failed. You have entered the wrong PIN. Three wrong PINs in a row lock your M-PESA account.`
    case 8006:
      return `Failed. Your M-PESA PIN is locked.`
    default:
      return undefined
  }
}
