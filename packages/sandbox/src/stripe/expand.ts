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

const customer: Expander = (work, id) =>
  work.get('customers', id) ?? { id, object: 'customer', deleted: true }

/** What can be expanded, by the object that it stands in. */
const expandable: Record<string, Record<string, Expander>> = {
  payment_intent: { customer, latest_charge: charge, payment_method: method },
  charge: { customer, payment_intent: intent, balance_transaction: balanceTransaction },
  refund: {
    charge,
    customer,
    payment_intent: intent,
    payment_method: method,
    balance_transaction: balanceTransaction,
    failure_balance_transaction: balanceTransaction,
  },
  dispute: { charge, payment_intent: intent },
  balance_transaction: {
    source: (work, id) => work.get('charges', id) ?? work.get('refunds', id) ?? work.get('disputes', id),
  },
  'checkout.session': { customer, payment_intent: intent },
  price: { product: (work, id) => work.get('products', id) },
}

/** What is left out unless it is asked for, by the object that it belongs to. */
const includable: Record<string, Record<string, Expander>> = {
  'checkout.session': {
    line_items: (work, id) =>
      listed(work.get('sessions', id)?.lineItems ?? [], `/v1/checkout/sessions/${id}/line_items`),
  },
  charge: {
    refunds: (work, id) => {
      const refunds = work.all('refunds').filter((refund) => refund.charge === id)
      return listed(refunds.reverse(), `/v1/charges/${id}/refunds`)
    },
  },
}

function listed(data: object[], url: string): object {
  return { object: 'list', data: data.slice(0, 10), has_more: data.length > 10, url }
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
  const inner = innerOf(work, body, field) as object | undefined
  if (typeof inner !== 'object' || (typeof value === 'object' && rest.length === 0 && !('object' in inner))) {
    throw invalid(`This property cannot be expanded (${path}).`, { param: 'expand' })
  }
  return { ...body, [field]: rest.length > 0 ? expandPath(work, inner as Json, rest, path) : inner }
}

function innerOf(work: Work, body: Json, field: string): unknown {
  const value = body[field]
  if (typeof value === 'string') return expandable[String(body.object)]?.[field]?.(work, value)
  return value ?? includable[String(body.object)]?.[field]?.(work, String(body.id))
}
