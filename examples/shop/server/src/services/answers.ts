import {
  parseAccountBalanceResult,
  parseTransactionStatusResult,
  type MpesaCode,
} from '@ementech/payments/mpesa'
import type { Question } from '../models/question.js'

/** An answer, or why there is none. */
export type Answer = { answer: object } | { problem: string }

/** What M-Pesa answers to a question; null if it is the answer to another one. */
export function readAnswer({ about, receipt }: Question, raw: Uint8Array): Answer | null {
  return about === 'balance' ? balance(raw) : transaction(receipt ?? '', raw)
}

function balance(raw: Uint8Array): Answer {
  const { outcome, explained, accounts } = parseAccountBalanceResult(raw)
  if (outcome !== 'succeeded') return { problem: refusal(explained) }
  return { answer: { accounts: accounts.map(({ name, available }) => ({ name, available })) } }
}

function transaction(asked: string, raw: Uint8Array): Answer | null {
  const result = parseTransactionStatusResult(raw)
  const { explained, receipt, transactionStatus, amount, reasonType, debitParty, creditParty } = result
  if (explained.code === 'SFC_IC0003')
    return { problem: 'M-Pesa knows no such receipt of ours. Is it written right?' }
  if (explained.class !== 'paid') return { problem: refusal(explained) }
  if (receipt !== asked) return null
  const { finalisedAt, initiatedAt, outcome } = result
  return {
    answer: {
      ...{ outcome, status: transactionStatus, amount, reason: reasonType },
      ...{ from: debitParty, to: creditParty, at: finalisedAt ?? initiatedAt },
    },
  }
}

function refusal({ advice, code }: MpesaCode): string {
  return `M-Pesa did not answer. ${advice} (${code})`
}
