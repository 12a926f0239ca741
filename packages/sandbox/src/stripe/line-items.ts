import { checkStep, checkedCurrency } from './currencies.js'
import type { LineItem } from './objects.js'
import {
  address,
  hash,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  oneOf,
  text,
  type Reader,
} from './params.js'
import { newProduct } from './products.js'
import { invalid } from './refusal.js'
import type { Work } from './work.js'

const decimal: Reader<string> = (raw, path) => {
  const value = text(raw, path)
  if (/^\d{1,15}(\.\d{1,12})?$/.test(value)) return value
  throw invalid(`Invalid decimal: ${value}; must contain at maximum twelve decimal places.`, {
    code: 'parameter_invalid_decimal',
    param: path,
  })
}

/** One of `line_items`. There are no prices or products here: each is described where it is sold. */
export const lineItemShape = hash(
  {},
  {
    metadata,
    price: text,
    price_data: hash(
      { currency: text },
      {
        product: text,
        product_data: hash(
          { name: text },
          { description: text, images: listOf(address, 8), metadata, tax_code: text },
        ),
        tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
        unit_amount: integer(0),
        unit_amount_decimal: decimal,
      },
    ),
    quantity: integer(0, 999_999),
  },
)

/** What is read of it. */
export type LineItemParams = ReturnType<typeof lineItemShape>

/** The line items that were asked for, all of one currency. @throws Refusal */
export function lineItemsOf(
  work: Work,
  line_items: LineItemParams[],
  currency: string | undefined,
): LineItem[] {
  if (line_items.length === 0) {
    throw invalid('You must pass at least one line item.', {
      code: 'parameter_invalid_empty',
      param: 'line_items',
    })
  }
  const items = line_items.map((item, index) => lineItemOf(work, item, `line_items[${index}]`))
  const expected = currency === undefined ? items[0]?.currency : checkedCurrency(currency)
  const other = items.findIndex((item) => item.currency !== expected)
  if (other < 0) return items
  throw invalid(
    `All line items of a Checkout Session must have the same currency: ${expected}, not ${items[other]?.currency}.`,
    { param: `line_items[${other}][price_data][currency]` },
  )
}

function lineItemOf(work: Work, item: LineItemParams, path: string): LineItem {
  const { price, price_data: data, quantity } = item
  if (price !== undefined) {
    throw invalid(`No such price: '${price}'`, { code: 'resource_missing', param: `${path}[price]` })
  }
  if (!data) throw needed('price_data', path)
  if (data.product !== undefined) {
    throw invalid(`No such product: '${data.product}'`, {
      code: 'resource_missing',
      param: `${path}[price_data][product]`,
    })
  }
  if (!data.product_data) throw needed('product_data', `${path}[price_data]`)
  if (data.unit_amount !== undefined && data.unit_amount_decimal !== undefined) {
    throw invalid('You may only specify one of these parameters: unit_amount, unit_amount_decimal.')
  }
  const unit = data.unit_amount_decimal ?? data.unit_amount?.toString()
  if (unit === undefined) throw needed('unit_amount', `${path}[price_data]`)
  if (quantity === undefined) {
    throw invalid(`Quantity is required. Add \`quantity\` to \`${path}\``, { param: path })
  }
  const currency = checkedCurrency(data.currency, `${path}[price_data][currency]`)
  const amount = Math.round(Number(unit) * quantity)
  checkStep(amount, currency, `${path}[price_data][unit_amount]`)
  const { ids } = work.context
  return {
    id: ids.lineItem(),
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency,
    description: data.product_data.name,
    metadata: mergeMetadata({}, item.metadata),
    price: {
      id: ids.price(),
      object: 'price',
      active: false,
      billing_scheme: 'per_unit',
      created: work.now,
      currency,
      custom_unit_amount: null,
      livemode: false,
      lookup_key: null,
      metadata: {},
      nickname: null,
      product: newProduct(work, data.product_data).id,
      recurring: null,
      tax_behavior: data.tax_behavior ?? 'unspecified',
      tiers_mode: null,
      transform_quantity: null,
      type: 'one_time',
      unit_amount: Number.isInteger(Number(unit)) ? Number(unit) : null,
      unit_amount_decimal: unit,
    },
    quantity,
  }
}

function needed(name: string, path: string) {
  const param = `${path}[${name}]`
  return invalid(`Missing required param: ${param}.`, { code: 'parameter_missing', param })
}
