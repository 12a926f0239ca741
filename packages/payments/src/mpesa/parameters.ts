import type { Money } from '../money.js'
import { shillings } from './read-body.js'
import type { MpesaResult } from './result.js'
import { fromTimestamp } from './timestamp.js'

/** Someone who paid or was paid, as M-Pesa names them: `254712345678 - JOHN DOE`. */
export interface MpesaParty {
  readonly number: string
  readonly name: string
}

/** One account of an organisation. Of its four figures the first two are read: current and available. */
export interface MpesaAccount {
  readonly name: string
  readonly current: Money
  readonly available: Money
}

/** Reads the parameters of a result. What is missing, or is not what it should be, is null. */
export function parametersOf({ parameters }: MpesaResult) {
  const value = (name: string, index = 0) => parameters.get(name)?.[index] ?? null
  return {
    text: value,
    amount: (name: string) => orNull(value(name), readAmount),
    date: (name: string) => orNull(value(name), readDate),
    party: (name: string, index?: number) => orNull(value(name, index), readParty),
    accounts: (name: string) => (orNull(value(name), readAccounts) ?? []) as readonly MpesaAccount[],
  }
}

function orNull<T>(value: string | null, read: (value: string) => T | null): T | null {
  return value === null ? null : read(value)
}

/** `10`, `190.00`, and `{Amount={CurrencyCode=KES, MinimumAmount=618683, BasicAmount=6186.83}}`. */
function readAmount(value: string): Money | null {
  const basic = /BasicAmount=(-?[\d.]+)/.exec(value)?.[1]
  try {
    return shillings(basic ?? value)
  } catch {
    return null
  }
}

/** `20211114132711`, and `06.07.2024 22:48:52`; both in East Africa Time. */
function readDate(value: string): Date | null {
  const [, day, month, year, time] = /^(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)$/.exec(value) ?? []
  return fromTimestamp(time === undefined ? value : `${year}${month}${day}${time.replaceAll(':', '')}`)
}

function readParty(value: string): MpesaParty | null {
  const [, number, name] = /^(\d+)(?: - (.*))?$/.exec(value) ?? []
  return number === undefined ? null : { number, name: name?.trim() ?? '' }
}

/** `Working Account|KES|700000.00|700000.00|0.00|0.00&Utility Account|…`. */
function readAccounts(value: string): MpesaAccount[] {
  return value.split('&').flatMap((account) => {
    const [name = '', , current = '', available = ''] = account.split('|')
    const [first, second] = [readAmount(current), readAmount(available)]
    return first && second ? [{ name: name.trim(), current: first, available: second }] : []
  })
}
