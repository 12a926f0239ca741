import { expect, it } from 'vitest'
import { mpesaChaos } from './mpesa-chaos.mjs'

it('every payment ends as the ledger says, whatever happens to callbacks, tokens and questions', async () => {
  const { counts, wrong } = (await mpesaChaos({ count: 60 })) as {
    counts: Record<string, number>
    wrong: string[]
  }
  expect(wrong).toEqual([])
  expect(counts['succeeded']).toBeGreaterThan(20)
  expect(counts['failed']).toBeGreaterThan(5)
}, 180_000)
