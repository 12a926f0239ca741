import { customerNamed } from './customers.js'
import { isWithin, page, pageShape, range } from './lists.js'
import { lineItemShape } from './line-items.js'
import { newSession, type SessionParams } from './new-session.js'
import { ok, operation } from './operation.js'
import { address, hash, integer, listOf, mergeMetadata, metadata, oneOf, text } from './params.js'
import { expireSession } from './paying.js'
import { invalid, missing } from './refusal.js'
import type { SessionRecord } from './state.js'
import type { Work } from './work.js'

const path = '/v1/checkout/sessions'

const creating = {
  allowed_payment_method_types: listOf(oneOf('card')),
  automatic_tax: hash({ enabled: oneOf('false') }, {}),
  billing_address_collection: oneOf('auto'),
  cancel_url: address,
  client_reference_id: text,
  currency: text,
  customer: text,
  customer_creation: oneOf('always', 'if_required'),
  customer_email: text,
  expires_at: integer(),
  locale: text,
  metadata,
  mode: oneOf('payment'),
  payment_intent_data: hash(
    {},
    {
      capture_method: oneOf('automatic', 'automatic_async', 'manual'),
      description: text,
      metadata,
      receipt_email: text,
      statement_descriptor: text,
      statement_descriptor_suffix: text,
    },
  ),
  phone_number_collection: hash({ enabled: oneOf('false') }, {}),
  submit_type: oneOf('auto', 'book', 'donate', 'pay', 'subscribe'),
  ui_mode: oneOf('hosted_page'),
}

/** /v1/checkout/sessions. */
export const sessionOperations = [
  operation(
    'POST',
    path,
    { required: { line_items: listOf(lineItemShape), success_url: address }, optional: creating },
    (work, params) => {
      if (params.customer !== undefined && params.customer_email !== undefined) {
        throw invalid('You may only specify one of these parameters: customer, customer_email.')
      }
      const customer = params.customer === undefined ? null : customerNamed(work, params.customer)
      const record = newSession(work, params as SessionParams, customer)
      work.set('sessions', record.session.id, record)
      return ok(record.session)
    },
  ),
  operation('GET', `${path}/:id`, {}, (work, _params, id) => ok(sessionOf(work, id).session)),
  operation('POST', `${path}/:id`, { optional: { metadata } }, (work, params, id) => {
    const record = sessionOf(work, id)
    const session = { ...record.session, metadata: mergeMetadata(record.session.metadata, params.metadata) }
    work.set('sessions', id, { ...record, session })
    return ok(session)
  }),
  operation('GET', `${path}/:id/line_items`, { optional: pageShape }, (work, params, id) => {
    // They are kept, and answered, in the order in which they were given.
    const items = [...sessionOf(work, id).lineItems].reverse()
    return page(items, params, `${path}/${id}/line_items`)
  }),
  operation('POST', `${path}/:id/expire`, {}, (work, _params, id) => {
    const record = sessionOf(work, id)
    const { status } = record.session
    if (status !== 'open') {
      throw invalid(
        `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${status}\`.`,
      )
    }
    return ok(expireSession(work, record))
  }),
  operation(
    'GET',
    path,
    {
      optional: {
        ...pageShape,
        created: range,
        customer: text,
        customer_details: hash({ email: text }, {}),
        payment_intent: text,
        status: oneOf('complete', 'expired', 'open'),
      },
    },
    (work, params) => {
      const email = params.customer_details?.email
      const sessions = work
        .all('sessions')
        .map(({ session }) => session)
        .filter(
          (session) =>
            isWithin(session.created, params.created) &&
            (params.customer ?? session.customer) === session.customer &&
            (email === undefined || session.customer_details?.email === email) &&
            (params.payment_intent ?? session.payment_intent) === session.payment_intent &&
            (params.status ?? session.status) === session.status,
        )
      return page(sessions, params, path)
    },
  ),
]

/** The session with this id. @throws Refusal */
export function sessionOf(work: Work, id: string): SessionRecord {
  const record = work.get('sessions', id)
  if (!record) throw missing('checkout.session', id, 'session')
  return record
}
