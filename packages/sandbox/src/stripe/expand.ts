import { settled } from './charges.js'
import { invalid } from './refusal.js'
import type { Work } from './work.js'

type Expander = (work: Work, id: string) => object | undefined

const charge: Expander = (work, id) => work.get('charges', id)
const intent: Expander = (work, id) => work.get('paymentIntents', id)
const method: Expander = (work, id) => work.get('paymentMethods', id)
const balanceTransaction: Expander = (work, id) => {
  const transaction = work.get('balanceTransactions', id)
  return transaction && settled(work, transaction)
}

/** What can be expanded, by the object that it stands in. */
const expandable: Record<string, Record<string, Expander>> = {
  payment_intent: { latest_charge: charge, payment_method: method },
  charge: { payment_intent: intent, balance_transaction: balanceTransaction },
  refund: { charge, payment_intent: intent, payment_method: method, balance_transaction: balanceTransaction },
  balance_transaction: { source: (work, id) => work.get('charges', id) ?? work.get('refunds', id) },
  'checkout.session': { payment_intent: intent },
}

type Json = Record<string, unknown>

/** Puts objects where their ids stand: `latest_charge.balance_transaction`, in lists `data.latest_charge`. @throws Refusal */
export function expand(work: Work, body: object, paths: string[]): object {
  return paths.reduce((expanded, path) => expandPath(work, expanded as Json, path.split('.'), path), body)
}

function expandPath(work: Work, body: Json, [field = '', ...rest]: string[], path: string): Json {
  if (field === 'data' && Array.isArray(body.data)) {
    return { ...body, data: body.data.map((item: Json) => expandPath(work, item, rest, path)) }
  }
  const value = body[field]
  // What is null here, such as customer, is null expanded as well.
  if (value === null) return body
  const inner =
    typeof value === 'string' ? expandable[String(body.object)]?.[field]?.(work, value) : (value as object)
  if (typeof inner !== 'object' || (typeof value === 'object' && rest.length === 0 && !('object' in inner))) {
    throw invalid(`This property cannot be expanded (${path}).`, { param: 'expand' })
  }
  return { ...body, [field]: rest.length > 0 ? expandPath(work, inner as Json, rest, path) : inner }
}
