import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { read } from '../support/sources.js'

/** Everything that can happen to a payment on its way; what each mode is, the test of that number says. */
const MODES = Array.from({ length: 25 }, (_, index) => index + 1)

it('each of the 25 failure modes of a payment has a test with its number', () => {
  const folder = 'packages/payments/test'
  const titles = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => [
      ...read(`${folder}/${file}`).matchAll(/^\s*(?:(?:test|describe)\(|\)?\(?)\s*['`]mode (\d+): /gm),
    ])
  const tested = new Set(titles.map(([, mode]) => Number(mode)))
  expect(MODES.filter((mode) => !tested.has(mode))).toEqual([])
})
