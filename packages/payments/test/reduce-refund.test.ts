import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  fromMinor,
  reduceRefund,
  type PaymentRecord,
  type RefundFact,
  type RefundRecord,
} from '../src/index.js'

const at = new Date('2026-11-24T08:00:00Z')
const kes = (minor: number) => fromMinor(minor, 'KES')

function refund(id: string, minor: number): RefundRecord {
  return {
    id,
    attemptId: '1',
    amount: kes(minor),
    status: 'submitting',
    providerRef: null,
    requestHash: '',
    idempotencyKey: `${id}:1`,
    keyedAt: at,
    nextCheckAt: null,
    checks: 0,
    createdAt: at,
    updatedAt: at,
  }
}

function paid(refunds: RefundRecord[] = []): PaymentRecord {
  return {
    id: 'pay_1',
    reference: 'ORDER-1',
    requestHash: '',
    provider: 'stripe',
    amount: kes(100),
    payer: {},
    description: '',
    metadata: {},
    status: 'succeeded',
    version: 1,
    attempts: [{ id: '1', status: 'succeeded', providerRef: 'pi_1', startedAt: at, captured: 100 }],
    captured: 100,
    refunds,
    flags: { late: false, overpaid: false, mismatch: false },
    appliedEvents: [],
    outbox: [],
    history: [],
    nextCheckAt: null,
    checks: 0,
    createdAt: at,
    updatedAt: at,
  }
}

type Fact = Omit<RefundFact, 'at' | 'attemptId'>
type Status = 'pending' | 'succeeded' | 'failed' | 'canceled'
const read = (status: Status, n: number, more: Partial<Fact> = {}): Fact => {
  return { evidence: 'read', status, providerRef: `re_${n}`, amount: kes(10 * n), ...more }
}
const ours = (status: Status, n = 1) => read(status, n, { refundId: `ref_${n}` })

/** As the engine does it: what has to be told goes to the outbox. */
function run(facts: Fact[], start = paid([refund('ref_1', 10)])) {
  const keys: string[] = []
  let payment = start
  for (const fact of facts) {
    const { next, effects } = reduceRefund(payment, { at, attemptId: '1', ...fact })
    keys.push(...effects.map(({ key }) => key))
    const due = effects.map((effect) => ({ ...effect, state: 'pending' as const, tries: 0, nextRunAt: at }))
    payment = { ...next, outbox: [...next.outbox, ...due] }
  }
  return { payment, keys, refunds: payment.refunds! }
}

describe('one refund', () => {
  test('sent, on its way, arrived: told once, and the payment stays what it was', () => {
    const { payment, keys, refunds } = run([
      ours('pending'),
      ours('succeeded'),
      ours('succeeded'),
      ours('pending'),
    ])
    expect(refunds).toMatchObject([{ id: 'ref_1', status: 'succeeded', providerRef: 're_1' }])
    expect(keys).toEqual(['pay_1:refunded:ref_1'])
    expect(payment).toMatchObject({ status: 'succeeded', captured: 100, version: 3 })
  })

  test('mode 21: money that was sent may come back', () => {
    const { keys, refunds } = run([ours('succeeded'), { ...ours('failed'), code: 'lost_or_stolen_card' }])
    expect(refunds).toMatchObject([{ status: 'failed', code: 'lost_or_stolen_card' }])
    expect(keys).toEqual(['pay_1:refunded:ref_1', 'pay_1:refundFailed:ref_1'])
  })

  test('what was provably not executed may be sent again, unless it never can', () => {
    const refused = {
      evidence: 'response',
      status: 'not_executed',
      refundId: 'ref_1',
      code: 'rate_limit',
    } as const
    expect(run([refused]).refunds).toMatchObject([{ status: 'created', code: 'rate_limit' }])
    const { refunds, keys } = run([{ ...refused, final: true }])
    expect(refunds).toMatchObject([{ status: 'failed' }])
    expect(keys).toEqual(['pay_1:refundFailed:ref_1'])
  })

  test('refused, and found at the provider after all: the provider is right', () => {
    const refused: Fact = { evidence: 'response', status: 'not_executed', final: true, refundId: 'ref_1' }
    const { refunds, keys } = run([refused, ours('succeeded')])
    expect(refunds).toMatchObject([{ status: 'succeeded', providerRef: 're_1' }])
    expect(keys).toEqual(['pay_1:refundFailed:ref_1', 'pay_1:refunded:ref_1'])
  })

  test('a lost answer keeps its key until another one takes its place, which an answer never loses', () => {
    const lost: Fact = { evidence: 'response', status: 'submitting', refundId: 'ref_1', code: 'timeout' }
    const anew: Fact = { ...lost, code: undefined as never, idempotencyKey: 'ref_1:2' }
    expect(run([lost]).refunds).toMatchObject([
      { status: 'submitting', idempotencyKey: 'ref_1:1', code: 'timeout' },
    ])
    expect(run([lost, anew]).refunds[0]).toMatchObject({ status: 'submitting', idempotencyKey: 'ref_1:2' })
    expect(run([ours('pending'), lost, anew]).refunds).toMatchObject([
      { status: 'pending', idempotencyKey: 'ref_1:1' },
    ])
  })

  test('in review it is asked about still; a person decides only there', () => {
    const late: Fact = { evidence: 'timer', status: 'review', refundId: 'ref_1' }
    const decided: Fact = { evidence: 'operator', status: 'failed', refundId: 'ref_1', note: 'by amina' }
    expect(run([late]).keys).toEqual(['pay_1:review:refund:ref_1'])
    expect(run([late, ours('succeeded')]).refunds).toMatchObject([{ status: 'succeeded' }])
    expect(run([late, decided]).keys).toEqual(['pay_1:review:refund:ref_1', 'pay_1:refundFailed:ref_1'])
    expect(run([decided]).refunds).toMatchObject([{ status: 'submitting' }])
    expect(run([ours('succeeded'), late]).refunds).toMatchObject([{ status: 'succeeded' }])
  })

  test('a second object under our name is another refund, not the same', () => {
    const { refunds } = run([ours('succeeded'), { ...ours('succeeded'), providerRef: 're_twice' }])
    expect(refunds).toMatchObject([{ providerRef: 're_1' }, { providerRef: 're_twice', requestHash: null }])
  })

  test('what nobody here asked for is adopted, under an id without a colon; another currency is nobody’s', () => {
    const { refunds, keys } = run([read('succeeded', 3)], paid())
    expect(refunds).toMatchObject([
      { status: 'succeeded', amount: kes(30), providerRef: 're_3', requestHash: null },
    ])
    expect(refunds[0]!.id).toMatch(/^ref_[0-9a-f]{24}$/)
    expect(keys).toEqual([`pay_1:refunded:${refunds[0]!.id}`])
    expect(run([{ ...read('succeeded', 3), amount: fromMinor(1, 'USD') }], paid()).refunds).toEqual([])
  })
})

describe('in any order, any number of times', () => {
  /** What a provider shows of one refund, one after the other. */
  const lives: Status[][] = [
    ['pending', 'succeeded'],
    ['succeeded', 'failed'],
    ['pending', 'succeeded', 'failed'],
    ['pending', 'failed'],
    ['pending', 'canceled'],
    ['succeeded'],
  ]

  test('the axis ends where the provider is, and each transition is told once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...lives), { minLength: 1, maxLength: 4 }),
        fc.infiniteStream(fc.nat()),
        (chosen, random) => {
          const facts = chosen.flatMap((life, index) =>
            life.map((status) => (index % 2 === 0 ? ours(status, index + 1) : read(status, index + 1))),
          )
          const repeated = [...facts, ...facts.filter(() => random.next().value % 2 === 0)]
          const keyed = repeated.map((fact) => [random.next().value, fact] as const)
          const order = keyed.sort(([a], [b]) => a - b).map(([, fact]) => fact)
          const start = paid(
            chosen.flatMap((_, index) => (index % 2 === 0 ? [refund(`ref_${index + 1}`, 1)] : [])),
          )
          const { payment, keys, refunds } = run(order, start)

          const ends = new Map(
            refunds.map(({ providerRef, status, amount }) => [providerRef, [status, amount.minor]]),
          )
          expect(ends).toEqual(
            new Map(chosen.map((life, index) => [`re_${index + 1}`, [life.at(-1), 10 * (index + 1)]])),
          )
          expect(new Set(keys).size).toBe(keys.length)
          const final = refunds.filter(({ status }) => status !== 'pending')
          for (const { id, status } of final) {
            expect(keys).toContain(`pay_1:${status === 'succeeded' ? 'refunded' : 'refundFailed'}:${id}`)
          }
          expect(payment).toMatchObject({ status: 'succeeded', captured: 100 })
        },
      ),
      { numRuns: 500 },
    )
  })

  test('nothing is thrown, nothing given is changed, and the version grows exactly when something changed', () => {
    const anyFact = fc.record(
      {
        evidence: fc.constantFrom('operator', 'read', 'response', 'timer', 'callback'),
        status: fc.constantFrom(
          'pending',
          'succeeded',
          'failed',
          'canceled',
          'submitting',
          'not_executed',
          'review',
        ),
        refundId: fc.constantFrom('ref_1', 'ref_2', '__proto__'),
        providerRef: fc.constantFrom('re_1', 're_2'),
        amount: fc.nat(100).map(kes),
        idempotencyKey: fc.constantFrom('ref_1:1', 'ref_1:2'),
        final: fc.boolean(),
        code: fc.constantFrom('a', 'b'),
      },
      { requiredKeys: ['evidence', 'status'] },
    )
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 12 }), (facts) => {
        let payment = paid([refund('ref_1', 10)])
        for (const fact of facts) {
          const before = structuredClone(payment)
          const { next, effects } = reduceRefund(payment, { at, attemptId: '1', ...fact } as RefundFact)
          expect(payment).toEqual(before)
          expect(next.version).toBe(next === payment ? payment.version : payment.version + 1)
          if (next === payment) expect(effects).toEqual([])
          payment = next
        }
      }),
      { numRuns: 300 },
    )
  })
})
