/** Holds what we have stored against what the providers have in their books. */

const OVER = ['succeeded', 'failed', 'expired', 'canceled']

/**
 * Every difference, in words; an empty list is the aim.
 *
 * @param {import('mongodb').Db} db
 * @param {import('@ementech/sandbox').Sandbox} sandbox
 * @param {import('./plan.mjs').Order[]} orders
 */
export async function findDifferences(db, sandbox, orders) {
  const { payments, entries, fulfilments } = await readOurs(db)
  const books = readBooks(sandbox)
  return [
    ...compare('payments of an order', countBy(payments, 'reference'), onePer(orders)),
    ...compare('captured by currency', sumByCurrency(payments), books.totals),
    ...compare('captured of an order', capturedByReference(payments), books.captured),
    ...compare('given back of an order', refundedByReference(payments), books.refunded),
    ...compare('refunds told', toldRefunds(fulfilments), givenBack(payments)),
    ...compare(
      'fulfilments of a paid payment',
      paidFulfilments(fulfilments),
      onePer(succeeded(payments), '_id'),
    ),
    ...twice(payments, books.objects),
    ...payments.flatMap(loose),
    ...entries
      .filter(({ state }) => state !== 'done' && state !== 'ignored')
      .map(({ _id, state, lastError }) => `callback ${_id} is ${state}: ${lastError}`),
  ]
}

/** What is still on its way, for whoever waits; nothing when all is quiet. */
export async function findOpen(db, sandbox) {
  const open = { status: { $nin: [...OVER, 'review'] }, version: { $exists: true } }
  const openRefunds = { 'refunds.status': { $in: ['created', 'submitting', 'pending', 'review'] } }
  const [payments, refunds, effects, callbacks] = await Promise.all([
    db.collection('payments').countDocuments(open),
    db.collection('payments').countDocuments(openRefunds),
    db.collection('payments').countDocuments({ 'outbox.state': 'pending' }),
    db.collection('inbox').countDocuments({ state: { $in: ['pending', 'processing'] } }),
  ])
  const deliveries = [...sandbox.daraja.callbacks(), ...sandbox.stripe.deliveries()]
  const onTheWay = deliveries.filter(({ state }) => state === 'pending').length
  const unheard = await countUnheard(db, sandbox)
  const all = payments + refunds + effects + callbacks + onTheWay + unheard
  return all && { payments, refunds, effects, callbacks, onTheWay, unheard }
}

/** Events that never came, and that the next look through Stripe's list will find. */
async function countUnheard(db, { stripe }) {
  const ids = stripe
    .deliveries()
    .filter(({ state }) => state === 'dropped' || state === 'failed')
    .filter(({ eventType }) => /^payment_intent\.(succeeded|payment_failed)$/.test(eventType))
    .map(({ eventId }) => `stripe:${eventId}`)
  return new Set(ids).size - (await db.collection('inbox').countDocuments({ _id: { $in: ids } }))
}

/** The figures of a run. */
export async function figuresOf(db, sandbox) {
  const { payments, entries, fulfilments } = await readOurs(db)
  const sent = [...sandbox.daraja.callbacks(), ...sandbox.stripe.deliveries()]
  const count = (list, test) => list.filter(test).length
  const sum = (list, value) => list.reduce((total, each) => total + value(each), 0)
  return {
    payments: payments.length,
    ...Object.fromEntries(OVER.map((status) => [status, count(payments, (each) => each.status === status)])),
    late: count(payments, ({ flags }) => flags.late),
    attempts: sum(payments, ({ attempts }) => attempts.length),
    deliveries: sum(sent, ({ attempts }) => attempts.length),
    refused: sum(sent, ({ attempts }) => count(attempts, ({ status }) => !(status < 300))),
    'never delivered': count(sent, ({ state }) => state === 'dropped'),
    duplicates: sum(entries, ({ deliveries }) => deliveries - 1),
    'callbacks worked on again': sum(entries, ({ attempts }) => Math.max(attempts - 1, 0)),
    'found in Stripe’s list': count(entries, ({ verifiedBy }) => verifiedBy === 'sweep'),
    'handlers run again': sum(payments, ({ outbox }) => sum(outbox, ({ tries }) => tries - 1)),
    'fulfilments written again': count(fulfilments, ({ runs }) => runs > 1),
    refunds: sum(payments, ({ refunds = [] }) => refunds.length),
    'refunds succeeded': sum(payments, ({ refunds = [] }) => count(refunds, isGivenBack)),
    'money kept': sumByCurrency(payments),
  }
}

/** What we have stored; each collection also holds documents of the store's own. */
async function readOurs(db) {
  const read = (name, filter) => db.collection(name).find(filter).toArray()
  const [payments, entries, fulfilments] = await Promise.all([
    read('payments', { version: { $exists: true } }),
    read('inbox', { paymentId: { $exists: true } }),
    read('fulfilments', {}),
  ])
  return { payments, entries, fulfilments }
}

/** What Safaricom and Stripe say: by currency, by order, and how often each was asked for the money. */
function readBooks({ daraja, stripe }) {
  const totals = { 'mpesa KES': daraja.balances()['merchant:174379'] ?? 0 }
  const [captured, refunded, objects, byReceipt] = [{}, {}, {}, new Map()]
  for (const { accountReference, amount, result } of daraja.transactions()) {
    add(objects, accountReference, 1)
    if (result?.code !== 0) continue
    add(captured, accountReference, amount * 100)
    byReceipt.set(result.receipt, { accountReference, minor: amount * 100 })
  }
  for (const { operation, fields, result } of daraja.jobs()) {
    if (operation !== 'reversal' || result?.code !== 0) continue
    const { accountReference, minor } = byReceipt.get(fields.TransactionID)
    add(refunded, accountReference, minor)
  }
  const intents = new Map(stripe.paymentIntents().map((intent) => [intent.id, intent]))
  const viaCheckout = stripe.sessions().filter(({ payment_intent: id }) => id === null)
  for (const { metadata } of [...intents.values(), ...viaCheckout]) add(objects, metadata.reference, 1)
  for (const {
    payment_intent: id,
    amount_captured: minor,
    amount_refunded: back,
    currency,
  } of stripe.charges()) {
    if (minor === 0) continue
    const { reference } = intents.get(id).metadata
    add(totals, `stripe ${currency.toUpperCase()}`, minor - back)
    add(captured, reference, minor)
    if (back > 0) add(refunded, reference, back)
  }
  return { totals, captured, refunded, objects }
}

/** Each attempt may have asked for the money once; Stripe's repetitions under one key are one object. */
function twice(payments, objects) {
  return payments
    .filter(({ reference, attempts }) => (objects[reference] ?? 0) > attempts.length)
    .map(
      ({ reference, attempts }) =>
        `${reference}: ${objects[reference]} calls for ${attempts.length} attempts`,
    )
}

function loose({ reference, status, reviewReason, flags, history, outbox }) {
  const found = []
  if (!OVER.includes(status)) found.push(`${reference} is ${status} ${reviewReason ?? ''}`)
  if (flags.overpaid || flags.mismatch) found.push(`${reference} is overpaid, or does not match`)
  const wins = history.filter(({ from, to }) => from !== to && to === 'succeeded').length
  if (wins !== (status === 'succeeded' ? 1 : 0)) found.push(`${reference} succeeded ${wins} times`)
  for (const { key, state } of outbox) if (state !== 'done') found.push(`effect ${key} is ${state}`)
  return found
}

function succeeded(payments) {
  return payments.filter(({ status }) => status === 'succeeded')
}

function sumByCurrency(payments) {
  const sums = { 'mpesa KES': 0 }
  for (const payment of payments) {
    const { provider, amount, captured } = payment
    if (captured > 0) add(sums, `${provider} ${amount.currency}`, captured - refundedOf(payment))
  }
  return sums
}

function isGivenBack({ status }) {
  return status === 'succeeded'
}

function refundedOf({ refunds = [] }) {
  return refunds.filter(isGivenBack).reduce((sum, { amount }) => sum + amount.minor, 0)
}

function refundedByReference(payments) {
  const given = payments.map((payment) => [payment.reference, refundedOf(payment)])
  return Object.fromEntries(given.filter(([, minor]) => minor > 0))
}

function givenBack(payments) {
  const refunds = payments.flatMap(({ refunds = [] }) => refunds.filter(isGivenBack))
  return Object.fromEntries(refunds.map(({ id }) => [id, 1]))
}

function toldRefunds(fulfilments) {
  return countBy(
    fulfilments.filter(({ type }) => type === 'refunded'),
    'refundId',
  )
}

function capturedByReference(payments) {
  return Object.fromEntries(
    payments.filter(({ captured }) => captured > 0).map(({ reference, captured }) => [reference, captured]),
  )
}

function paidFulfilments(fulfilments) {
  return countBy(
    fulfilments.filter(({ type }) => type === 'paid'),
    'paymentId',
  )
}

function onePer(list, field = 'reference') {
  return Object.fromEntries(list.map((each) => [each[field], 1]))
}

function countBy(list, field) {
  const counts = {}
  for (const each of list) add(counts, each[field], 1)
  return counts
}

function add(sums, name, value) {
  sums[name] = (sums[name] ?? 0) + value
}

function compare(what, ours, theirs) {
  const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])]
  return names
    .filter((name) => ours[name] !== theirs[name])
    .map((name) => `${what}: ${name} is ${ours[name] ?? 0} here and ${theirs[name] ?? 0} there`)
}
