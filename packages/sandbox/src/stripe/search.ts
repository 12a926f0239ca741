import type { PaymentIntent } from './objects.js'
import { ok, type Answer } from './operation.js'
import { invalid } from './refusal.js'
import type { Work } from './work.js'

/** What a search asks of an intent. */
type Test = (intent: PaymentIntent) => boolean

const clause =
  /^(?:metadata\[(?<quote>["'])(?<key>[^"'\\]+)\k<quote>\]|(?<field>[a-z_]+))(?<operator>[:><]=?|[~=])(?:(?<mark>["'])(?<words>(?:\\.|[^\\])*?)\k<mark>|(?<number>\d+))(?=\s|$)/

/**
 * Reads a query of Stripe's search language, as far as it is spoken here: `metadata['k']:'v'`, `status:'…'`,
 * `currency:'…'`, `customer:'…'`, and `amount` or `created` with `:`, `>`, `<`, `>=` or `<=`, joined by AND or a space
 * (docs.stripe.com/search#search-query-language).
 *
 * @throws Refusal
 */
export function parseSearch(query: string): Test {
  const tests: Test[] = []
  let rest = query.trim()
  while (rest !== '') {
    const match = clause.exec(rest)
    if (!match?.groups) throw unreadable(query)
    tests.push(testOf(match.groups, query))
    rest = rest.slice(match[0].length)
    const joint = /^\s+(AND\s+)?/.exec(rest)?.[0] ?? ''
    rest = rest.slice(joint.length)
    if (joint.includes('AND') && rest === '') throw unreadable(query)
  }
  if (tests.length === 0) throw unreadable(query)
  return (intent) => tests.every((test) => test(intent))
}

/** The intents that the index knows and that fit, the newest first. */
export function searched({ context, all }: Work, fits: Test): PaymentIntent[] {
  const { clock, faults, settings } = context
  const lagMs = faults.take('searchLag', {})?.ms ?? settings.searchLagMs
  const indexed = all('paymentIntents').filter(({ created }) => created * 1000 + lagMs <= clock.now())
  return indexed.filter(fits).reverse()
}

/** One page of a search; its token says where the next one begins. @throws Refusal */
export function searchPage(
  found: PaymentIntent[],
  { limit = 10, page }: { limit?: number; page?: string },
): Answer {
  const last = page === undefined ? '' : Buffer.from(page, 'base64url').toString()
  const start = found.findIndex(({ id }) => id === last) + 1
  if (page !== undefined && start === 0) throw invalid('Invalid page token.', { param: 'page' })
  const data = found.slice(start, start + limit)
  const has_more = found.length > start + limit
  const next_page = has_more ? Buffer.from(data.at(-1)?.id ?? '').toString('base64url') : null
  return ok({ object: 'search_result', data, has_more, next_page, url: '/v1/payment_intents/search' })
}

function testOf(groups: Record<string, string | undefined>, query: string): Test {
  const { key, field = '', operator = '', words, number } = groups
  const text = words?.replace(/\\(.)/g, '$1')
  if (key !== undefined) {
    if (operator !== ':' || text === undefined) throw unreadable(query)
    return ({ metadata }) => metadata[key] === text
  }
  if (field === 'status' || field === 'currency' || field === 'customer') {
    if (operator !== ':' || text === undefined) throw unreadable(query)
    return (intent) => intent[field]?.toLowerCase() === text.toLowerCase()
  }
  if (field === 'amount' || field === 'created') {
    const compare = comparisons[operator]
    const value = Number(number ?? text)
    if (!compare || !Number.isSafeInteger(value)) throw unreadable(query)
    return (intent) => compare(intent[field], value)
  }
  throw invalid(`Field \`${field}\` is an unsupported search field for resource \`payment_intents\`.`, {
    param: 'query',
  })
}

const comparisons: Record<string, (a: number, b: number) => boolean> = {
  ':': (a, b) => a === b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
}

function unreadable(query: string) {
  return invalid(
    `We were unable to parse your search query (${query}). The sandbox reads clauses such as metadata['key']:'value' and status:'succeeded', joined by AND. See https://stripe.com/docs/search#search-query-language.`,
    { param: 'query' },
  )
}
