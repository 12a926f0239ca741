import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  fromMinor,
  reduce,
  TRANSITIONS,
  type Observation,
  type PaymentRecord,
  type PaymentStatus,
} from '../src/index.js'

const AMOUNT = fromMinor(150_00, 'KES')
const at = new Date('2026-11-24T08:00:00Z')

function created(): PaymentRecord {
  return {
    id: 'pay_1',
    reference: 'ORDER-1',
    requestHash: '',
    provider: 'mpesa',
    amount: AMOUNT,
    payer: { phone: '254711000001' },
    description: 'Two mangoes',
    metadata: {},
    status: 'created',
    version: 1,
    attempts: [],
    captured: 0,
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

type Fact = Omit<Observation, 'at' | 'attemptId'> & { attemptId?: string }

const begin = (attemptId = '1'): Fact => ({ evidence: 'response', attemptId, status: 'submitting' })
const accepted = (n = '1'): Fact => {
  return { evidence: 'response', attemptId: n, status: 'requires_action', providerRef: `ws_${n}` }
}
const claim = (n = '1', amount = AMOUNT): Fact => {
  return {
    evidence: 'callback',
    attemptId: n,
    status: 'succeeded',
    providerRef: `ws_${n}`,
    amount,
    receipt: `R${n}`,
  }
}
const confirmed = (n = '1'): Fact => ({
  evidence: 'read',
  attemptId: n,
  status: 'succeeded',
  providerRef: `ws_${n}`,
})
const refused = (evidence: 'read' | 'callback', n = '1', code = '1032'): Fact => {
  return { evidence, attemptId: n, status: 'failed', providerRef: `ws_${n}`, code }
}
const notExecuted = (n = '1', final = false): Fact => {
  return { evidence: 'response', attemptId: n, status: 'not_executed', final, code: 'X' }
}
const expiry = (n = '1', conclusive = false): Fact => ({
  evidence: 'timer',
  attemptId: n,
  status: 'expired',
  conclusive,
})
const unresolved = (n = '1'): Fact => ({ evidence: 'timer', attemptId: n, status: 'unresolved' })

/** As the engine does it: what has to be told goes to the outbox. */
function run(facts: Fact[], start = created()) {
  const keys: string[] = []
  let payment = start
  for (const fact of facts) {
    const { next, effects } = reduce(payment, { at, attemptId: '1', ...fact })
    keys.push(...effects.map(({ key }) => key))
    const due = effects.map((effect) => ({ ...effect, state: 'pending' as const, tries: 0, nextRunAt: at }))
    payment = { ...next, outbox: [...next.outbox, ...due] }
  }
  return { payment, keys, status: payment.status }
}

describe('the usual ways', () => {
  test('accepted, claimed, confirmed: paid, once', () => {
    const { payment, keys } = run([begin(), accepted(), claim(), confirmed(), confirmed(), claim()])
    expect(payment).toMatchObject({ status: 'succeeded', captured: 150_00 })
    expect(payment.attempts[0]).toMatchObject({ status: 'succeeded', providerRef: 'ws_1', receipt: 'R1' })
    expect(keys).toEqual(['pay_1:paid'])
  })

  test('a callback that says "paid" is remembered, and not counted', () => {
    const { payment, keys } = run([begin(), accepted(), claim()])
    expect(payment).toMatchObject({ status: 'processing', captured: 0 })
    expect(payment.attempts[0]?.claim).toMatchObject({ contradicted: false })
    expect(keys).toEqual([])
  })

  test('a refusal fails the payment with its code, and a new attempt may succeed', () => {
    const { payment, keys } = run([
      begin(),
      accepted(),
      refused('callback'),
      begin('2'),
      accepted('2'),
      confirmed('2'),
    ])
    expect(payment).toMatchObject({
      status: 'succeeded',
      captured: 150_00,
      flags: { late: false, overpaid: false },
    })
    expect(payment.attempts[0]).toMatchObject({ status: 'failed', code: '1032' })
    expect(keys).toEqual(['pay_1:failed:1', 'pay_1:paid'])
  })

  test('what provably was not executed goes back to created, or fails if it is final', () => {
    expect(run([begin(), notExecuted()])).toMatchObject({ status: 'created', keys: [] })
    expect(run([begin(), notExecuted('1', true)])).toMatchObject({
      status: 'failed',
      keys: ['pay_1:failed:1'],
    })
  })

  test('there is one attempt at a time', () => {
    expect(run([begin(), begin('2')]).payment.attempts).toHaveLength(1)
    expect(run([begin(), accepted(), begin('2')]).payment.attempts).toHaveLength(1)
  })
})

describe('mode 19: success after we had given up', () => {
  test('a success that was reported and is not confirmed yet is not given up at our deadline', () => {
    for (const conclusive of [false, true]) {
      const { payment, keys } = run([begin(), accepted(), claim(), expiry('1', conclusive)])
      expect(payment).toMatchObject({ status: 'processing', attempts: [{ status: 'processing' }] })
      expect(keys).toEqual([])
    }
  })

  test('after a crash without a reference: expired at the deadline, then succeeded and late', () => {
    const expired = run([begin(), expiry()])
    expect(expired).toMatchObject({ status: 'expired', keys: ['pay_1:expired:1'] })
    const late = run([claim(), confirmed()], expired.payment)
    expect(late.payment).toMatchObject({ status: 'succeeded', flags: { late: true } })
    expect(late.keys).toEqual(['pay_1:paid'])
  })

  test('after a refusal', () => {
    expect(run([begin(), accepted(), refused('callback'), confirmed()]).payment).toMatchObject({
      status: 'succeeded',
      flags: { late: true },
    })
  })

  test('after a confirmed cancellation: review', () => {
    const canceled: Fact = { evidence: 'read', status: 'canceled' }
    const { payment, keys } = run([begin(), accepted(), canceled, confirmed()])
    expect(payment).toMatchObject({ status: 'review', reviewReason: 'late_after_cancel', captured: 150_00 })
    expect(keys).toEqual(['pay_1:canceled', 'pay_1:review:late_after_cancel:1'])
  })

  test('a deadline alone never expires what can be asked about', () => {
    expect(run([begin(), accepted(), expiry()]).status).toBe('requires_action')
    expect(run([begin(), accepted(), expiry('1', true)]).status).toBe('expired')
  })
})

describe('contradictions', () => {
  test('a refusal after success is ignored, from wherever it comes', () => {
    for (const evidence of ['read', 'callback'] as const) {
      expect(run([begin(), accepted(), confirmed(), refused(evidence)])).toMatchObject({
        status: 'succeeded',
      })
    }
  })

  test('a query never overwrites a success that was reported', () => {
    const asked = run([begin(), accepted(), claim(), refused('read'), refused('read', '1', '1037')])
    expect(asked).toMatchObject({ status: 'processing', keys: [] })
    expect(run([confirmed()], asked.payment)).toMatchObject({ status: 'succeeded', keys: ['pay_1:paid'] })
    const given = run([unresolved()], asked.payment)
    expect(given.payment).toMatchObject({ status: 'review', reviewReason: 'contradiction' })
    expect(run([confirmed()], given.payment)).toMatchObject({ status: 'succeeded', keys: ['pay_1:paid'] })
  })

  test('a reported success that cannot be confirmed goes to review, and out of it when it is', () => {
    const parked = run([begin(), accepted(), claim(), unresolved()])
    expect(parked.payment).toMatchObject({ status: 'review', reviewReason: 'unconfirmed' })
    expect(run([confirmed()], parked.payment).status).toBe('succeeded')
  })

  test('success and refusal reported by callbacks, in both orders, are decided by asking', () => {
    for (const callbacks of [
      [claim(), refused('callback')],
      [refused('callback'), claim()],
    ]) {
      expect(run([begin(), accepted(), ...callbacks, confirmed()]).status).toBe('succeeded')
    }
  })
})

describe('mode 20: what does not match', () => {
  test.each([fromMinor(149_00, 'KES'), fromMinor(151_00, 'KES'), fromMinor(150_00, 'UGX')])(
    'another amount (%j) goes to review and is never fulfilled',
    (amount) => {
      for (const evidence of ['callback', 'read'] as const) {
        const { payment, keys } = run([
          begin(),
          accepted(),
          { ...claim('1', amount), evidence },
          confirmed(),
          unresolved(),
        ])
        expect(payment).toMatchObject({
          status: 'review',
          reviewReason: 'mismatch',
          flags: { mismatch: true },
        })
        expect(keys).toEqual(['pay_1:review:mismatch:1'])
      }
    },
  )

  test('success under another reference goes to review; a refusal under it changes nothing', () => {
    const other = { ...claim(), providerRef: 'ws_other' }
    expect(run([begin(), accepted(), other]).payment).toMatchObject({
      status: 'review',
      reviewReason: 'reference',
    })
    expect(run([begin(), accepted(), { ...refused('callback'), providerRef: 'ws_other' }]).status).toBe(
      'requires_action',
    )
    expect(run([begin(), { ...claim(), foreign: true }]).payment).toMatchObject({
      status: 'review',
      attempts: [{ providerRef: null }],
    })
  })

  test('a second attempt that takes money too is an overpayment, told once', () => {
    const facts = [
      begin(),
      accepted(),
      refused('callback'),
      begin('2'),
      accepted('2'),
      confirmed('2'),
      confirmed('1'),
    ]
    const { payment, keys } = run([...facts, ...facts])
    expect(payment).toMatchObject({ status: 'succeeded', captured: 300_00, flags: { overpaid: true } })
    expect(keys).toEqual(['pay_1:failed:1', 'pay_1:paid', 'pay_1:overpaid:1'])
  })

  test('a person settles a review, and nothing but a review', () => {
    const decide: Fact = { evidence: 'operator', status: 'succeeded', note: 'by amina' }
    const parked = run([begin(), accepted(), claim('1', fromMinor(1, 'KES'))])
    const settled = run([decide, decide], parked.payment)
    expect(settled.payment).toMatchObject({ status: 'succeeded', captured: 150_00 })
    expect(settled.payment.history.at(-1)).toMatchObject({ evidence: 'operator', note: 'by amina' })
    expect(settled.keys).toEqual(['pay_1:paid'])
    expect(run([begin(), accepted(), decide]).status).toBe('requires_action')
    const again: Fact[] = [
      { ...decide, status: 'failed' },
      { ...claim('1', fromMinor(1, 'KES')), id: 'e9' },
    ]
    expect(run(again, parked.payment)).toMatchObject({ status: 'review', keys: ['pay_1:failed:1'] })
  })

  test('the receipt that a person has looked up replaces the one that a callback has named', () => {
    const unresolved: Fact = { evidence: 'timer', status: 'unresolved' }
    const parked = run([begin(), accepted(), claim(), unresolved])
    expect(parked.payment).toMatchObject({ status: 'review', attempts: [{ receipt: 'R1' }] })
    const decide: Fact = { evidence: 'operator', status: 'succeeded', receipt: 'R2' }
    expect(run([decide], parked.payment).payment.attempts[0]!.receipt).toBe('R2')
    expect(run([{ evidence: 'operator', status: 'succeeded' }], parked.payment).payment).toMatchObject({
      attempts: [{ receipt: 'R1' }],
    })
  })
})

describe('properties', () => {
  const attempts = fc.constantFrom('1', '2', '3')
  const amounts = fc.option(fc.constantFrom(AMOUNT, fromMinor(1, 'KES'), fromMinor(150_00, 'USD')), {
    nil: undefined,
  })
  const anyFact: fc.Arbitrary<Fact> = fc.record(
    {
      id: fc.constantFrom('e1', 'e2', 'e3'),
      evidence: fc.constantFrom('operator', 'read', 'signed', 'callback', 'response', 'redirect', 'timer'),
      attemptId: attempts,
      status: fc.constantFrom(
        ...([
          'submitting',
          'not_executed',
          'pending',
          'requires_action',
          'processing',
          'authorized',
        ] as const),
        ...(['succeeded', 'failed', 'canceled', 'expired', 'unresolved'] as const),
      ),
      providerRef: fc.constantFrom('ws_1', 'ws_2', 'ws_3'),
      amount: amounts as fc.Arbitrary<typeof AMOUNT>,
      code: fc.constantFrom('0', '1032', '4999'),
      receipt: fc.constantFrom('R1', 'R2'),
      final: fc.boolean(),
      conclusive: fc.boolean(),
      foreign: fc.boolean(),
    },
    { requiredKeys: ['evidence', 'attemptId', 'status'] },
  )

  test('any facts in any order: no crash, only legal moves, inputs untouched, at most one "paid", unique keys', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 30 }), (facts) => {
        let payment = created()
        const keys: string[] = []
        for (const fact of facts) {
          const before = structuredClone(payment)
          const observation = { at, attemptId: '1', ...fact }
          const { next, effects } = reduce(payment, observation)
          expect(payment).toEqual(before)
          expect(reduce(payment, observation)).toEqual({ next, effects })
          if (next.status !== payment.status) {
            expect(TRANSITIONS[payment.status]).toContain(next.status)
            expect(effects.length).toBeLessThanOrEqual(1)
          }
          expect(next.version).toBe(next === payment ? payment.version : payment.version + 1)
          expect(next.reviewReason !== undefined).toBe(next.status === 'review')
          if (next.status === 'succeeded') expect(next.captured).toBeGreaterThan(0)
          keys.push(...effects.map(({ key }) => key))
          const due = effects.map((effect) => ({
            ...effect,
            state: 'pending' as const,
            tries: 0,
            nextRunAt: at,
          }))
          payment = { ...next, outbox: [...next.outbox, ...due] }
        }
        expect(new Set(keys).size).toBe(keys.length)
        expect(keys.filter((key) => key === 'pay_1:paid').length).toBe(payment.status === 'succeeded' ? 1 : 0)
      }),
      { numRuns: 2000 },
    )
  })

  test('mode 6: every order and duplication of facts with a genuine success ends in succeeded, told exactly once', () => {
    const noise = [
      { evidence: 'callback', status: 'processing', providerRef: 'ws_1', code: '4999' },
      { evidence: 'read', status: 'processing', providerRef: 'ws_1', code: '4999' },
      refused('callback'),
      refused('read', '1', '1037'),
      claim(),
      accepted(),
      expiry('1', true),
      unresolved(),
      notExecuted('1', true),
      { evidence: 'redirect', status: 'failed' },
    ] satisfies Fact[]
    fc.assert(
      fc.property(fc.shuffledSubarray([...noise, ...noise]), fc.nat(), fc.nat(), (facts, first, second) => {
        const ordered = facts.slice()
        ordered.splice(first % (ordered.length + 1), 0, confirmed())
        ordered.splice(second % (ordered.length + 1), 0, confirmed())
        const { status, keys, payment } = run([begin(), ...ordered])
        expect(status).toBe('succeeded')
        expect(payment.captured).toBe(150_00)
        expect(keys.filter((key) => key.endsWith(':paid'))).toEqual(['pay_1:paid'])
      }),
      { numRuns: 2000 },
    )
  })

  test('with a fact that does not match among them, it ends in succeeded or review, never fulfilled twice', () => {
    const facts = [
      claim(),
      confirmed(),
      claim('1', fromMinor(1, 'KES')),
      refused('callback'),
      expiry(),
      accepted(),
    ]
    fc.assert(
      fc.property(fc.shuffledSubarray([...facts, ...facts], { minLength: 1 }), (ordered) => {
        const { status, keys } = run([begin(), ...ordered, confirmed()])
        expect(['succeeded', 'review'] satisfies PaymentStatus[]).toContain(status)
        expect(keys.filter((key) => key.endsWith(':paid')).length).toBe(status === 'succeeded' ? 1 : 0)
      }),
    )
  })

  test('mode 3: an event that was applied is not applied again, whatever has happened since', () => {
    const parking = { ...claim('1', fromMinor(1, 'KES')), id: 'e1' }
    const decided: Fact = { evidence: 'operator', status: 'failed', note: 'amina: not our sale' }
    const { payment } = run([begin(), accepted(), parking, decided])
    expect(payment.status).toBe('failed')
    expect(reduce(payment, { at, attemptId: '1', ...parking })).toEqual({ next: payment, effects: [] })
  })

  test('mode 5: the same fact told twice, by different events, bumps no version and has no effect', () => {
    const once = run([begin(), accepted(), { ...refused('callback'), id: 'e1' }])
    const { next, effects } = reduce(once.payment, { at, attemptId: '1', ...refused('callback'), id: 'e2' })
    expect(next).toBe(once.payment)
    expect(effects).toEqual([])
  })
})
