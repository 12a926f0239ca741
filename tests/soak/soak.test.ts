import { expect, test } from 'vitest'
import { describePlan, makePlan } from './plan.mjs'
import { runSoak } from './soak.mjs'

/** `npm run soak` is the same with thousands of payments. */
test.each([
  ['form', 100],
  ['page', 60],
] as const)(
  'cards in a %s, %i payments through kills, lost, doubled and disordered deliveries: our books are those of the providers',
  async (cards, payments) => {
    const options = { seed: 'npm test', payments, cards, limitMs: 540_000, expireAfterMs: 6_000 }
    const { differences, figures } = await runSoak(options)
    expect(differences).toEqual([])
    expect(figures).toMatchObject({ payments, kills: 4 })
  },
  600_000,
)

test('a seed gives its plan, and another seed another one', () => {
  const plan = (seed: string) => describePlan(makePlan({ seed, payments: 500, workers: 3 }))
  expect(plan('one')).toBe(plan('one'))
  expect(plan('one').replaceAll('one', 'two')).not.toBe(plan('two'))
})
