import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromMinor, reduceDispute, type DisputeFact, type PaymentRecord } from '../src/index.js'

const at = new Date('2026-11-24T08:00:00Z')
type Status = DisputeFact['dispute']['status']

const paid = {
  id: 'pay_1',
  amount: fromMinor(100, 'KES'),
  status: 'succeeded',
  version: 1,
  outbox: [],
  history: [],
} as unknown as PaymentRecord

/** A look that began before anything that is written here: its order is not known. */
function look(id: string, status: Status, askedAt = new Date(at.getTime() - 1)): DisputeFact {
  const dispute = { id, amount: fromMinor(10, 'KES'), status, code: status, reason: 'fraudulent' }
  return { at, askedAt, attemptId: '1', dispute }
}

function run(facts: DisputeFact[]) {
  const keys: string[] = []
  let payment = paid
  for (const fact of facts) {
    const { next, effects } = reduceDispute(payment, fact)
    if (next === payment) expect(effects).toEqual([])
    keys.push(...effects.map(({ key }) => key))
    const due = effects.map((effect) => ({ ...effect, state: 'pending' as const, tries: 0, nextRunAt: at }))
    payment = { ...next, outbox: [...next.outbox, ...due] }
  }
  return { keys, disputes: payment.disputes ?? [], payment }
}

describe('a dispute', () => {
  test('a look that began later counts, whatever it shows: an appeal', () => {
    const later = new Date(at.getTime() + 1)
    expect(run([look('du_1', 'lost'), look('du_1', 'under_review')]).disputes).toMatchObject([
      { status: 'lost' },
    ])
    expect(run([look('du_1', 'lost'), look('du_1', 'under_review', later)]).disputes).toMatchObject([
      { status: 'under_review' },
    ])
  })

  test('of what a look shows again nothing is written; a new deadline is, and it is older than its news', () => {
    const later = new Date(at.getTime() + 1000)
    const first = look('du_1', 'needs_response')
    const known = run([first]).payment
    expect(reduceDispute(known, { ...first, at: later, askedAt: later }).next).toBe(known)
    // Begun in the very moment of the last writing: perhaps before it.
    expect(reduceDispute(known, { ...look('du_1', 'warning'), askedAt: at }).next).toBe(known)

    const respondBy = new Date('2026-12-08T23:59:59Z')
    const moved = { ...first, at: later, askedAt: later, dispute: { ...first.dispute, respondBy } }
    const { next, effects } = reduceDispute(known, moved)
    expect(next.disputes).toEqual([{ ...moved.dispute, attemptId: '1', createdAt: at, updatedAt: later }])
    expect(effects).toEqual([])
  })

  test('looks in any order, any number of times, end where the provider is, and tell each thing once', () => {
    const lives: Status[][] = [
      ['needs_response', 'under_review', 'won'],
      ['needs_response', 'under_review', 'lost'],
      ['warning', 'closed'],
      ['warning', 'needs_response', 'lost'],
      ['needs_response'],
      ['under_review', 'won'],
    ]
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...lives), { minLength: 1, maxLength: 3 }),
        fc.infiniteStream(fc.nat()),
        (chosen, random) => {
          const facts = chosen.flatMap((life, index) => life.map((status) => look(`du_${index}`, status)))
          const repeated = [...facts, ...facts.filter(() => random.next().value % 2 === 0)]
          const keyed = repeated.map((fact) => [random.next().value, fact] as const)
          const { keys, disputes, payment } = run(keyed.sort(([a], [b]) => a - b).map(([, fact]) => fact))
          const ends = new Map(disputes.map(({ id, status }) => [id, status]))
          expect(ends).toEqual(new Map(chosen.map((life, index) => [`du_${index}`, life.at(-1)])))
          expect(new Set(keys).size).toBe(keys.length)
          expect(payment.status).toBe('succeeded')
        },
      ),
      { numRuns: 300 },
    )
  })
})
