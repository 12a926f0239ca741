import { isWithin, page, pageShape, range } from './lists.js'
import type { Address, Customer, Shipping } from './objects.js'
import { ok, operation } from './operation.js'
import { clearable, hash, listOf, mergeMetadata, metadata, text, type Reader } from './params.js'
import { invalid, missing } from './refusal.js'
import type { Work } from './work.js'

const addressParts = hash(
  {},
  {
    city: clearable,
    country: clearable,
    line1: clearable,
    line2: clearable,
    postal_code: clearable,
    state: clearable,
  },
)
const shippingParts = hash(
  { address: (raw, path) => whole(addressParts(raw, path)), name: text },
  { carrier: clearable, phone: clearable, tracking_number: clearable },
)

/** A postal address; an empty text takes it away. */
export const postalAddress: Reader<Address | null> = (raw, path) =>
  raw === '' ? null : whole(addressParts(raw, path))

/** Where goods go; an empty text takes it away. */
export const shippingDetails: Reader<Shipping | null> = (raw, path) =>
  raw === '' ? null : { carrier: null, phone: null, tracking_number: null, ...shippingParts(raw, path) }

const describing = {
  address: postalAddress,
  description: clearable,
  email: clearable,
  metadata,
  name: clearable,
  phone: clearable,
  preferred_locales: listOf(text),
  shipping: shippingDetails,
}

/** /v1/customers. */
export const customerOperations = [
  operation('POST', '/v1/customers', { optional: describing }, (work, params) => {
    const customer = newCustomer(work, params)
    return ok(customer)
  }),
  operation('GET', '/v1/customers/:id', {}, (work, _params, id) => ok(customerOf(work, id))),
  operation('POST', '/v1/customers/:id', { optional: describing }, (work, { metadata, ...changes }, id) => {
    const customer = customerOf(work, id)
    const updated: Customer = {
      ...customer,
      ...changes,
      metadata: mergeMetadata(customer.metadata, metadata),
    }
    work.set('customers', id, updated)
    work.emit('customer.updated', updated)
    return ok(updated)
  }),
  operation('DELETE', '/v1/customers/:id', {}, (work, _params, id) => {
    const customer = customerOf(work, id)
    work.delete('customers', id)
    work.emit('customer.deleted', customer)
    return ok({ id, object: 'customer', deleted: true })
  }),
  operation(
    'GET',
    '/v1/customers',
    { optional: { ...pageShape, created: range, email: text } },
    (work, params) => {
      const customers = work
        .all('customers')
        .filter(
          ({ created, email }) => isWithin(created, params.created) && (params.email ?? email) === email,
        )
      return page(customers, params, '/v1/customers')
    },
  ),
]

/** The customer that a parameter names. @throws Refusal */
export function customerNamed(work: Work, id: string): Customer {
  const customer = work.get('customers', id)
  if (customer) return customer
  throw invalid(`No such customer: '${id}'`, { code: 'resource_missing', param: 'customer' })
}

/** Records somebody new. */
export function newCustomer(
  work: Work,
  { metadata, ...given }: Partial<Pick<Customer, keyof typeof describing>>,
): Customer {
  const customer: Customer = {
    id: work.context.ids.customer(),
    object: 'customer',
    address: null,
    balance: 0,
    created: work.now,
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: work.context.random.text(8, '0123456789ABCDEF'),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: mergeMetadata({}, metadata),
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
    ...given,
  }
  work.set('customers', customer.id, customer)
  work.emit('customer.created', customer)
  return customer
}

function customerOf(work: Work, id: string): Customer {
  const customer = work.get('customers', id)
  if (!customer) throw missing('customer', id, 'id')
  return customer
}

function whole(parts: Partial<Address>): Address {
  return { city: null, country: null, line1: null, line2: null, postal_code: null, state: null, ...parts }
}
