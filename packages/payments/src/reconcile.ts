import { PaymentsError } from './errors.js'
import { ledgerEntries, type LedgerEntry } from './ledger-entries.js'
import { addMoney, equalMoney, fromMinor, type Money } from './money.js'
import { assertKnownKeys } from './options.js'
import type { Provider, ProviderTransaction } from './provider.js'
import type { PaymentStore } from './store.js'

/** Which time is looked at: from the first moment, to before the last one. */
export type ReconcileOptions =
  /** A day of UTC, `2026-11-26`; for days of another zone give `from` and `to`. */
  { day: string } | { from: Date; to: Date }

/** What one side, or both with different amounts, says about one movement of money. */
export interface Difference {
  readonly kind: 'captured' | 'refunded'
  /** `ours`: the provider has no such movement; `theirs`: we have none; `amount`: both have, and not the same. */
  readonly known: 'ours' | 'theirs' | 'amount'
  /** Absent for a transaction that names no payment of ours, such as another program's in the same account. */
  readonly paymentId?: string
  /** The provider's name for it: a receipt, a charge, a refund. */
  readonly ref?: string
  /** The provider's transaction. */
  readonly transactionId?: string
  readonly ours?: Money
  readonly theirs?: Money
  readonly at: Date
}

/** One provider and currency. */
export interface Reconciliation {
  readonly provider: string
  readonly currency: string
  readonly ours: { captured: Money; refunded: Money }
  /** Null where the provider has no list to compare with. `adjusted`: disputes and the like, with their sign. */
  readonly theirs: { captured: Money; refunded: Money; adjusted: Money } | null
  readonly differences: Difference[]
  /** Only where `theirs` is null: ours one by one, to be held against the provider's statement. */
  readonly entries?: LedgerEntry[]
}

/** What reconciling needs. */
export interface ReconcileDeps {
  store: PaymentStore
  providers: Readonly<Record<string, Provider>>
}

/** A pair, or what is left of one. */
interface Movement {
  ours?: LedgerEntry
  theirs?: ProviderTransaction
}

const DAY_MS = 24 * 60 * 60 * 1000
/** The two sides write one movement down at different times: the other side is looked for so far beyond the range. */
const MARGIN_MS = 60 * 60 * 1000
const PAGE = 500

/** ours and theirs, a little beyond the range → pairs → those that count in the range → sums and differences. */
export function createReconcile({ store, providers }: ReconcileDeps) {
  return async function reconcile(options: ReconcileOptions): Promise<Reconciliation[]> {
    const range = rangeOf(options)
    const wide = { from: shifted(range.from, -MARGIN_MS), to: shifted(range.to, MARGIN_MS) }
    const ours = await entriesIn(store, wide)
    const results: Reconciliation[] = []
    for (const [name, { transactions }] of Object.entries(providers)) {
      const entries = ours.get(name) ?? []
      const movements = transactions
        ? pairUp(entries, await collect(name, transactions(wide)))
        : entries.map((entry) => ({ ours: entry }))
      const counted = movements.filter((movement) => isIn(range, movement))
      for (const [currency, some] of byCurrency(counted)) {
        const sums = {
          provider: name,
          currency,
          ours: sumsOf(
            some.flatMap(({ ours }) => ours ?? []),
            currency,
          ),
        }
        results.push(transactions ? compared(sums, some) : uncompared(sums, some))
      }
    }
    return results
  }
}

/** By provider. Whatever moved since then has changed its payment since then. */
async function entriesIn(store: PaymentStore, range: Range): Promise<Map<string, LedgerEntry[]>> {
  const found = new Map<string, { provider: string; entries: LedgerEntry[] }>()
  let page = await store.listChanged({ since: range.from, limit: PAGE })
  while (page.length > 0) {
    for (const record of page) {
      const entries = ledgerEntries(record).filter(({ at }) => at >= range.from && at < range.to)
      // A payment that changes while we read comes again, later: the last one counts.
      found.set(record.id, { provider: record.provider, entries })
    }
    const { id, updatedAt } = page.at(-1)!
    page = await store.listChanged({ since: range.from, after: { id, updatedAt }, limit: PAGE })
  }
  const byProvider = new Map<string, LedgerEntry[]>()
  for (const { provider, entries } of found.values()) add(byProvider, provider, ...entries)
  return byProvider
}

/** By the provider's own name for the movement, else by the payment that it names. */
function pairUp(entries: LedgerEntry[], transactions: ProviderTransaction[]): Movement[] {
  const byRef = new Map<string, LedgerEntry>()
  const byOwner = new Map<string, LedgerEntry>()
  for (const entry of entries) {
    if (entry.ref !== null) byRef.set(`${entry.kind} ${entry.ref}`, entry)
    else byOwner.set(`${entry.kind} ${entry.paymentId} ${entry.attemptId}`, entry)
  }
  const paired = new Set<LedgerEntry>()
  const movements = transactions.map((theirs): Movement => {
    const { kind, ref, paymentId, attemptId } = theirs
    const ours = byRef.get(`${kind} ${ref}`) ?? byOwner.get(`${kind} ${paymentId} ${attemptId}`)
    if (!ours || paired.has(ours)) return { theirs }
    paired.add(ours)
    return { ours, theirs }
  })
  return [...movements, ...entries.filter((entry) => !paired.has(entry)).map((ours) => ({ ours }))]
}

type Range = { from: Date; to: Date }

/** What both know counts when the provider wrote it down: so a payment at midnight is on one day, on both sides. */
function isIn({ from, to }: Range, { ours, theirs }: Movement): boolean {
  const { at } = (theirs ?? ours)!
  return at >= from && at < to
}

function compared(
  sums: Pick<Reconciliation, 'provider' | 'currency' | 'ours'>,
  movements: Movement[],
): Reconciliation {
  const theirs = movements.flatMap((movement) => movement.theirs ?? [])
  const { currency } = sums
  const adjusted = sumOf(theirs, 'adjusted', currency)
  return {
    ...sums,
    theirs: { ...sumsOf(theirs, currency), adjusted },
    differences: movements.flatMap(differenceIn),
  }
}

function uncompared(
  sums: Pick<Reconciliation, 'provider' | 'currency' | 'ours'>,
  movements: Movement[],
): Reconciliation {
  return { ...sums, theirs: null, differences: [], entries: movements.flatMap(({ ours }) => ours ?? []) }
}

function differenceIn({ ours, theirs }: Movement): Difference[] {
  if (theirs?.kind === 'adjusted' || (ours && theirs && equalMoney(ours.amount, theirs.amount))) return []
  const { kind, at } = (theirs ?? ours)! as LedgerEntry
  const paymentId = ours?.paymentId ?? theirs?.paymentId
  const ref = theirs?.ref ?? ours?.ref
  return [
    {
      kind,
      known: ours && theirs ? 'amount' : ours ? 'ours' : 'theirs',
      ...(paymentId !== undefined && { paymentId }),
      ...(typeof ref === 'string' && { ref }),
      ...(theirs && { transactionId: theirs.id, theirs: theirs.amount }),
      ...(ours && { ours: ours.amount }),
      at,
    },
  ]
}

type Moved = Pick<ProviderTransaction, 'kind' | 'amount'>

function sumsOf(moved: readonly Moved[], currency: string) {
  return { captured: sumOf(moved, 'captured', currency), refunded: sumOf(moved, 'refunded', currency) }
}

function sumOf(moved: readonly Moved[], kind: Moved['kind'], currency: string): Money {
  const amounts = moved.filter((one) => one.kind === kind && one.amount.currency === currency)
  return amounts.reduce((sum, { amount }) => addMoney(sum, amount), fromMinor(0, currency))
}

/** A pair whose currencies differ is in both. */
function byCurrency(movements: Movement[]): Map<string, Movement[]> {
  const groups = new Map<string, Movement[]>()
  for (const movement of movements) {
    const currencies = [movement.ours, movement.theirs].flatMap((side) => side?.amount.currency ?? [])
    for (const currency of new Set(currencies)) add(groups, currency, movement)
  }
  return groups
}

function add<T>(groups: Map<string, T[]>, key: string, ...items: T[]): void {
  const group = groups.get(key)
  if (group) group.push(...items)
  else groups.set(key, items)
}

function rangeOf(options: ReconcileOptions): Range {
  if ('day' in options) {
    assertKnownKeys('payments.reconcile', options, ['day'])
    const from = new Date(`${options.day}T00:00:00.000Z`)
    const isDay = !Number.isNaN(from.getTime()) && from.toISOString().startsWith(options.day)
    if (!isDay || options.day.length !== 10)
      throw new TypeError('payments.reconcile: day is to be like 2026-11-26')
    return { from, to: shifted(from, DAY_MS) }
  }
  assertKnownKeys('payments.reconcile', options, ['from', 'to'])
  const { from, to } = options
  if (!(from < to)) throw new TypeError('payments.reconcile: from and to are to be dates, from before to')
  return { from, to }
}

function shifted(date: Date, ms: number): Date {
  return new Date(date.getTime() + ms)
}

async function collect(
  name: string,
  items: AsyncIterable<ProviderTransaction>,
): Promise<ProviderTransaction[]> {
  const collected: ProviderTransaction[] = []
  try {
    for await (const item of items) collected.push(item)
  } catch (cause) {
    const message = `the transactions of "${name}" could not be listed; try again, and see cause for the reason`
    throw new PaymentsError('PAYMENTS_PROVIDER_UNAVAILABLE', message, { status: 503, cause })
  }
  return collected
}
