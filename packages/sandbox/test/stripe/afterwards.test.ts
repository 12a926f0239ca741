import { expect, it } from 'vitest'
import type { Sandbox } from '../../src/index.js'
import { sandboxFor } from '../support.js'
import { paid, refusalOf, sdkFor } from './support.js'

const typesOf = (sandbox: Sandbox) => sandbox.stripe.events().map(({ type }) => type)

it('a refund that the bank sends back fails later, and the money returns', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const intent = await stripe.paymentIntents.create({ ...paid, payment_method: 'pm_card_refundFail' })
  const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 500 })
  expect(refund.status).toBe('succeeded')
  const before = (await stripe.balance.retrieve()).available[0]?.amount
  await sandbox.clock.advance(5000)
  expect(await stripe.refunds.retrieve(refund.id, { expand: ['failure_balance_transaction'] })).toMatchObject(
    {
      status: 'failed',
      failure_reason: 'expired_or_canceled_card',
      failure_balance_transaction: { type: 'refund_failure', amount: 500, source: refund.id },
    },
  )
  expect((await stripe.balance.retrieve()).available[0]?.amount).toBe(Number(before) + 500)
  expect(await stripe.charges.retrieve(String(intent.latest_charge))).toMatchObject({ amount_refunded: 0 })
  expect(typesOf(sandbox).slice(-2)).toEqual(['refund.updated', 'refund.failed'])
  expect((await stripe.refunds.create({ payment_intent: intent.id })).amount).toBe(2000)
})

it('a refund that waits succeeds later', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const intent = await stripe.paymentIntents.create({ ...paid, payment_method: 'pm_card_pendingRefund' })
  const refund = await stripe.refunds.create({ payment_intent: intent.id })
  expect(refund).toMatchObject({ status: 'pending', pending_reason: 'processing' })
  expect(await refusalOf(stripe.refunds.cancel(refund.id))).toMatchObject({ statusCode: 400 })
  await sandbox.clock.advance(5000)
  const settled = await stripe.refunds.retrieve(refund.id)
  expect(settled.status).toBe('succeeded')
  expect(settled).not.toHaveProperty('pending_reason')
  expect(typesOf(sandbox).at(-1)).toBe('refund.updated')
})

it('a charge with the card of disputes is disputed, and its money withdrawn', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const intent = await stripe.paymentIntents.create({ ...paid, payment_method: 'pm_card_createDispute' })
  await sandbox.clock.advance(5000)
  const [dispute] = (await stripe.disputes.list({ payment_intent: intent.id })).data
  expect(dispute).toMatchObject({
    id: expect.stringMatching(/^du_1\w{23}$/),
    amount: 2000,
    charge: intent.latest_charge,
    reason: 'fraudulent',
    status: 'needs_response',
    balance_transactions: [{ amount: -2000, fee: 1500, net: -3500, type: 'adjustment' }],
  })
  expect(typesOf(sandbox).slice(-2)).toEqual(['charge.dispute.created', 'charge.dispute.funds_withdrawn'])
  expect(await refusalOf(stripe.refunds.create({ payment_intent: intent.id }))).toMatchObject({
    statusCode: 400,
    code: 'charge_disputed',
  })
  expect(await stripe.disputes.retrieve(dispute?.id ?? '', { expand: ['charge'] })).toMatchObject({
    charge: { disputed: true },
  })
})

it('evidence decides a dispute: winning gives the money back', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const intent = await stripe.paymentIntents.create(paid)
  const { id } = await sandbox.stripe.dispute(intent.id, { reason: 'product_not_received' })
  const draft = await stripe.disputes.update(id, { evidence: { customer_name: 'Amina' }, submit: false })
  expect(draft).toMatchObject({
    status: 'needs_response',
    evidence: { customer_name: 'Amina' },
    evidence_details: { has_evidence: true, submission_count: 0 },
  })
  const sent = await stripe.disputes.update(id, { evidence: { uncategorized_text: 'winning_evidence' } })
  expect(sent).toMatchObject({ status: 'under_review', evidence_details: { submission_count: 1 } })
  await sandbox.clock.advance(5000)
  expect(await stripe.disputes.retrieve(id)).toMatchObject({
    status: 'won',
    balance_transactions: [{ net: -3500 }, { net: 3500, reporting_category: 'dispute_reversal' }],
  })
  expect(typesOf(sandbox).slice(-2)).toEqual(['charge.dispute.funds_reinstated', 'charge.dispute.closed'])
  expect(await refusalOf(stripe.disputes.close(id))).toMatchObject({ statusCode: 400 })
})

it('a dispute that is not contested is lost', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const intent = await stripe.paymentIntents.create(paid)
  const { id } = await sandbox.stripe.dispute(intent.id, { amount: 1000 })
  await expect(sandbox.stripe.dispute(intent.id)).rejects.toThrow('is disputed already')
  expect(await stripe.disputes.close(id)).toMatchObject({ status: 'lost', amount: 1000 })
  expect(typesOf(sandbox).at(-1)).toBe('charge.dispute.closed')
  await expect(sandbox.stripe.closeDispute(id, 'won')).rejects.toThrow('already closed')
})

it('the balance transactions of a day add up to what moved', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const start = Math.floor(sandbox.clock.now() / 1000)
  const first = await stripe.paymentIntents.create(paid)
  const second = await stripe.paymentIntents.create(paid)
  await stripe.refunds.create({ payment_intent: first.id, amount: 700 })
  await stripe.refunds.create({ payment_intent: first.id, amount: 300 })
  const { id } = await sandbox.stripe.dispute(second.id)
  await sandbox.stripe.closeDispute(id, 'won')
  await sandbox.clock.advance(86_400_000)
  await stripe.paymentIntents.create(paid)
  const day = { created: { gte: start, lt: start + 86_400 }, limit: 2 }
  const sums: Record<string, number> = {}
  let net = 0
  for await (const transaction of stripe.balanceTransactions.list(day)) {
    sums[transaction.reporting_category] = (sums[transaction.reporting_category] ?? 0) + transaction.amount
    net += transaction.net
  }
  expect(sums).toEqual({ charge: 4000, refund: -1000, dispute: -2000, dispute_reversal: 2000 })
  expect(net).toBe(4000 - 2 * 58 - 1000)
})

it('an event can be made twice, or show what was before the change', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  const { id } = await stripe.paymentIntents.create({ amount: 2000, currency: 'usd' })
  sandbox.stripe.faults.order({ fault: 'duplicateAsNewEvent', type: 'payment_intent.succeeded' })
  sandbox.stripe.faults.order({ fault: 'staleSnapshot', type: 'payment_intent.succeeded' })
  await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa', return_url: 'https://a.example' })
  const events = sandbox.stripe.events().filter(({ type }) => type === 'payment_intent.succeeded')
  expect(new Set(events.map((event) => event.id)).size).toBe(2)
  expect(events.map(({ data }) => data.object)).toMatchObject([
    { id, status: 'requires_payment_method' },
    { id, status: 'requires_payment_method' },
  ])
  expect((await stripe.paymentIntents.retrieve(id)).status).toBe('succeeded')
})

it('a 500 can hide that the request was executed', async () => {
  const sandbox = await sandboxFor()
  const stripe = sdkFor(sandbox)
  sandbox.stripe.faults.order({ fault: 'serverErrorAfter', on: 'POST /v1/payment_intents' })
  for (let again = 0; again < 2; again++) {
    const error = await refusalOf(stripe.paymentIntents.create(paid, { idempotencyKey: 'a' }))
    expect(error.statusCode).toBe(500)
  }
  expect(sandbox.stripe.paymentIntents()).toMatchObject([{ status: 'succeeded' }])
})
