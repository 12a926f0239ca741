import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import {
  createPayments,
  fromMinor,
  memoryInbox,
  memoryPaymentStore,
  money,
  type PaymentRecord,
  type Provider,
  type ProviderTransaction,
} from '../src/index.js'
import { QUICK } from './shop.js'
import { startSandboxShop } from './stripe/sandbox-shop.js'

const DAY = 24 * 3600 * 1000
const NOON = Date.parse('2026-11-26T12:00:00Z')
const MIDNIGHT = Date.parse('2026-11-27T00:00:00Z')

/** A payment of which our side says that it took this much at this time. */
function taken(number: number, minor: number, at: number, currency = 'KES'): PaymentRecord {
  const attempt = { id: '1', status: 'succeeded' as const, providerRef: `ref${number}` }
  return {
    id: `pay_${number}`,
    reference: `ORDER-${number}`,
    requestHash: 'x',
    provider: 'bank',
    amount: { minor, currency },
    payer: {},
    description: 'Mangoes',
    metadata: {},
    status: 'succeeded',
    version: 1,
    attempts: [{ ...attempt, startedAt: new Date(at - 60_000), receipt: `rcpt${number}` }],
    captured: minor,
    flags: { late: false, overpaid: false, mismatch: false },
    appliedEvents: [],
    outbox: [],
    history: [
      {
        attemptId: '1',
        evidence: 'read',
        observed: 'succeeded',
        from: 'pending',
        to: 'succeeded',
        at: new Date(at),
      },
    ],
    nextCheckAt: null,
    checks: 0,
    createdAt: new Date(at - 60_000),
    updatedAt: new Date(at),
  }
}

function booked(number: number, minor: number, at: number, currency = 'KES'): ProviderTransaction {
  return {
    id: `txn${number}`,
    kind: 'captured',
    ref: `rcpt${number}`,
    amount: fromMinor(minor, currency),
    at: new Date(at),
  }
}

/** Payments with a provider whose list is `transactions`; undefined: it has none. */
async function shopWith(records: PaymentRecord[], transactions?: ProviderTransaction[]) {
  const store = memoryPaymentStore()
  for (const record of records) await store.insert(record)
  const bank: Provider = {
    timing: QUICK,
    prepare: ({ payer }) => ({ payer }),
    start: async () => ({ outcome: 'accepted', status: 'pending', providerRef: 'x' }),
    read: async () => ({ status: 'processing' }),
    callbacks: {
      path: '/x',
      reply: {},
      authenticate: () => ({ ok: false, status: 404, reason: '' }),
      parse: () => null,
    },
    ...(transactions && {
      async *transactions({ from, to }: { from: Date; to: Date }) {
        yield* transactions.filter(({ at }) => at >= from && at < to)
      },
    }),
  }
  return createPayments({ store, inbox: memoryInbox(), providers: { bank }, on: { paid() {} } })
}

const DAYS = { before: { day: '2026-11-25' }, first: { day: '2026-11-26' }, second: { day: '2026-11-27' } }

describe('reconcile', () => {
  test('a payment at midnight counts on the day on which the provider wrote it down, on both sides', async () => {
    const payments = await shopWith(
      [taken(1, 150_00, MIDNIGHT + 3_000)],
      [booked(1, 150_00, MIDNIGHT - 2_000)],
    )
    const captured = money('150', 'KES')
    expect(await payments.reconcile(DAYS.first)).toMatchObject([
      { provider: 'bank', currency: 'KES', ours: { captured }, theirs: { captured }, differences: [] },
    ])
    expect(await payments.reconcile(DAYS.second)).toEqual([])
  })

  test('the first moment of a day is of that day, and not of the one before', async () => {
    const payments = await shopWith([taken(1, 150_00, MIDNIGHT)], [booked(1, 150_00, MIDNIGHT)])
    const captured = money('150', 'KES')
    expect(await payments.reconcile(DAYS.first)).toEqual([])
    expect(await payments.reconcile(DAYS.second)).toMatchObject([{ ours: { captured }, differences: [] }])
  })

  test('what only one side knows, and what differs, is named', async () => {
    const payments = await shopWith(
      [taken(1, 100, NOON), taken(2, 200, NOON), taken(3, 300, NOON)],
      [booked(1, 100, NOON), booked(2, 250, NOON), booked(4, 400, NOON)],
    )
    const [found, ...others] = await payments.reconcile(DAYS.first)
    expect(others).toEqual([])
    expect(found?.ours.captured).toEqual(fromMinor(600, 'KES'))
    expect(found?.theirs?.captured).toEqual(fromMinor(750, 'KES'))
    const kind = 'captured'
    expect(found?.differences.map(({ at: _, ...difference }) => difference)).toEqual([
      {
        ...{ kind, known: 'amount', paymentId: 'pay_2', ref: 'rcpt2', transactionId: 'txn2' },
        ...{ theirs: fromMinor(250, 'KES'), ours: fromMinor(200, 'KES') },
      },
      { kind, known: 'theirs', ref: 'rcpt4', transactionId: 'txn4', theirs: fromMinor(400, 'KES') },
      { kind, known: 'ours', paymentId: 'pay_3', ref: 'rcpt3', ours: fromMinor(300, 'KES') },
    ])
  })

  test('a provider without a list: ours are given one by one, with their receipts, for the statement', async () => {
    const payments = await shopWith([taken(1, 100, NOON), taken(2, 7, NOON, 'JPY'), taken(3, 1, NOON - DAY)])
    const results = await payments.reconcile(DAYS.first)
    expect(results).toMatchObject([
      { currency: 'KES', theirs: null, differences: [], ours: { captured: fromMinor(100, 'KES') } },
      { currency: 'JPY', theirs: null, ours: { captured: fromMinor(7, 'JPY') } },
    ])
    expect(results[0]!.entries).toEqual([
      {
        ...{ kind: 'captured', paymentId: 'pay_1', reference: 'ORDER-1', attemptId: '1', ref: 'rcpt1' },
        ...{ amount: fromMinor(100, 'KES'), at: new Date(NOON) },
      },
    ])
  })

  test('whatever is late or lost on either side, each movement is on one day, and only what is lost is a difference', async () => {
    const movement = fc.record({
      atMs: fc.integer({ min: MIDNIGHT - DAY, max: MIDNIGHT + DAY - 1 }),
      skewMs: fc.integer({ min: -60_000, max: 60_000 }),
      minor: fc.integer({ min: 1, max: 1_000_000 }),
      lostBy: fc.constantFrom('nobody', 'nobody', 'us', 'them'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(movement, { maxLength: 40 }), async (movements) => {
        const ours = movements.flatMap(({ atMs, skewMs, minor, lostBy }, index) =>
          lostBy === 'us' ? [] : [taken(index, minor, atMs + skewMs)],
        )
        const theirs = movements.flatMap(({ atMs, minor, lostBy }, index) =>
          lostBy === 'them' ? [] : [booked(index, minor, atMs)],
        )
        const payments = await shopWith(ours, theirs)
        const days = ['2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28']
        const results = (await Promise.all(days.map((day) => payments.reconcile({ day })))).flat()
        const sum = (minors: number[]) => minors.reduce((total, minor) => total + minor, 0)
        const kept = (side: string) => movements.filter(({ lostBy }) => lostBy !== side)
        expect(sum(results.map(({ ours }) => ours.captured.minor))).toBe(
          sum(kept('us').map(({ minor }) => minor)),
        )
        expect(sum(results.map(({ theirs }) => theirs!.captured.minor))).toBe(
          sum(kept('them').map(({ minor }) => minor)),
        )
        const names = results.flatMap(({ differences }) =>
          differences.map(({ known, ref }) => `${known} ${ref}`),
        )
        const lost = movements.flatMap(({ lostBy }, index) =>
          lostBy === 'nobody' ? [] : [`${lostBy === 'us' ? 'theirs' : 'ours'} rcpt${index}`],
        )
        expect(names.toSorted()).toEqual(lost.toSorted())
      }),
      { numRuns: 100 },
    )
  })

  test('days that are none, and times in the wrong order, are refused', async () => {
    const payments = await shopWith([])
    const [from, to] = [new Date(1), new Date(0)]
    for (const options of [
      ...[
        { day: '2026-02-30' },
        { day: '26.11.2026' },
        { day: '' },
        { from, to },
        { from, to: from },
        { from },
        {},
      ],
      { day: '2026-11-26', from, to },
    ]) {
      await expect(payments.reconcile(options as never)).rejects.toThrow(TypeError)
    }
  })
})

describe('reconcile with Stripe', () => {
  let shop: Awaited<ReturnType<typeof startSandboxShop>>
  afterEach(() => shop.close())
  const today = () => ({ from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) })

  test('charges of several currencies and more than a page agree; what was taken past us does not', async () => {
    shop = await startSandboxShop({ stripe: { sweepEveryMs: Infinity } })
    const worker = shop.payments.worker({ pollMs: 5 })
    const amounts = [...Array<string>(102).fill('1.10 USD'), '5000 UGX', '12.340 KWD'].map((text) => {
      const [decimal, currency] = text.split(' ') as [string, string]
      return money(decimal, currency)
    })
    const started = await Promise.all(amounts.map((amount) => shop.started(amount)))
    await Promise.all(started.map(({ ref }) => shop.pay(ref)))
    await Promise.all(started.map(({ id }) => shop.until(id, 'succeeded')))
    await worker.drained()
    const agreed = await shop.payments.reconcile(today())
    for (const [sum, currency] of [
      ['112.20', 'USD'],
      ['5000', 'UGX'],
      ['12.340', 'KWD'],
    ] as const) {
      const ours = { captured: money(sum, currency), refunded: fromMinor(0, currency) }
      const theirs = { ...ours, adjusted: fromMinor(0, currency) }
      expect(agreed).toContainEqual({ provider: 'stripe', currency, ours, theirs, differences: [] })
    }
    expect(agreed).toHaveLength(3)

    // Another program in the same account, and a payment whose success we have not learnt.
    const strange = await shop.client.paymentIntents.create({
      ...{ amount: 500, currency: 'usd', confirm: true, payment_method: 'pm_card_visa' },
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    })
    shop.goDown()
    const missed = await shop.started(money('2', 'USD'))
    const { latest_charge: charge } = await shop.pay(missed.ref)
    const [dollars] = (await shop.payments.reconcile(today())).filter(({ currency }) => currency === 'USD')
    expect(dollars?.ours.captured).toEqual(money('112.20', 'USD'))
    expect(dollars?.theirs?.captured).toEqual(money('119.20', 'USD'))
    expect(dollars?.differences).toHaveLength(2)
    expect(dollars?.differences).toContainEqual(
      expect.objectContaining({ known: 'theirs', ref: strange.latest_charge, theirs: money('5', 'USD') }),
    )
    expect(dollars?.differences).toContainEqual(
      expect.objectContaining({
        known: 'theirs',
        ref: charge,
        paymentId: missed.id,
        theirs: money('2', 'USD'),
      }),
    )
  })

  test('a refund that was made in the dashboard, and that we have not heard of, is named', async () => {
    shop = await startSandboxShop({ stripe: { sweepEveryMs: Infinity } })
    shop.payments.worker({ pollMs: 5 })
    const { id, ref } = await shop.started(money('10', 'USD'))
    await shop.pay(ref)
    await shop.until(id, 'succeeded')
    shop.goDown()
    const refund = await shop.client.refunds.create({ payment_intent: ref, amount: 400 })
    const [result] = await shop.payments.reconcile(today())
    expect(result).toMatchObject({
      ours: { captured: money('10', 'USD'), refunded: money('0', 'USD') },
      theirs: { captured: money('10', 'USD'), refunded: money('4', 'USD') },
    })
    expect(result?.differences).toMatchObject([
      { kind: 'refunded', known: 'theirs', ref: refund.id, theirs: money('4', 'USD') },
    ])
  })

  test('a list that cannot be read is an error with a code, not a difference', async () => {
    shop = await startSandboxShop({ stripe: { sweepEveryMs: Infinity } })
    shop.remote.faults.order({ fault: 'serverError', on: 'GET /v1/balance_transactions' })
    await expect(shop.payments.reconcile(today())).rejects.toMatchObject({
      code: 'PAYMENTS_PROVIDER_UNAVAILABLE',
      status: 503,
    })
  })
})
