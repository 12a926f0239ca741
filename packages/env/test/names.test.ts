import fc from 'fast-check'
import { describe as group, expect, it } from 'vitest'
import * as z from 'zod'
import { createEnv, describe, int } from '../src/index.js'
import { editDistance } from '../src/edit-distance.js'
import { issuesOf, refusals } from './support.js'

const schema = {
  MPESA_PASSKEY: z.string(),
  MPESA_SHORTCODE: z.string().optional(),
  LIMIT: int().default(1),
  HOST: z.string().optional(),
}
const warned = (source: Record<string, string>) =>
  describe(createEnv({ schema, source: { MPESA_PASSKEY: 'x', ...source } })).warnings.map(
    ({ message, name }) => `${name} ${message}`,
  )

group('misspelt names', () => {
  it('explain why a variable is missing', () => {
    expect(issuesOf(() => createEnv({ schema, source: { MPESA_PASKEY: 'x' } }))).toEqual([
      {
        name: 'MPESA_PASSKEY',
        code: 'missing',
        message: 'is missing; MPESA_PASKEY is set: did you mean MPESA_PASSKEY?',
      },
    ])
  })

  it('are a warning where the variable has a default or is optional', () => {
    expect(warned({ LIMITS: '5' })).toEqual([
      'LIMITS is not declared, but set in source; did you mean LIMIT?',
    ])
    expect(warned({ MPESA_SHORT_CODE: '5' })).toEqual([
      'MPESA_SHORT_CODE is not declared, but set in source; did you mean MPESA_SHORTCODE?',
    ])
  })

  it('are refused when strict', () => {
    expect(
      refusals(() => createEnv({ schema, source: { MPESA_PASSKEY: 'x', LIMITT: '5' }, strict: true })),
    ).toEqual(['LIMITT misspelt'])
  })

  it('are suspected behind a prefix that declared names share', () => {
    expect(warned({ MPESA_CALLBACK: 'x' })[0]).toMatch(/^MPESA_CALLBACK is not declared/)
    expect(warned({ LIMIT_X: '1', OTHER_THING: 'x' })).toEqual([
      'LIMIT_X is not declared, but set in source; did you mean LIMIT?',
    ])
  })

  it('are not suspected of the system, of Kubernetes, of short words, or beside the right one', () => {
    expect(
      warned({
        PATH: '/bin',
        HOME: '/root',
        LOGNAME: 'x',
        NODE_OPTIONS: '',
        MPESA_SERVICE_HOST: 'x',
        MPESA_PORT_80_TCP_ADDR: 'x',
      }),
    ).toEqual([])
    expect(warned({ LIMIT: '2', LIMITS: '5' })).toEqual([])
    expect(warned({ MPESA_SHORTCODE_FILE: '' })).toEqual([])
  })

  it('lie at the distance of Levenshtein', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3)
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (a, b, c) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a))
        expect(editDistance(a, a)).toBe(0)
        const distance = editDistance(a, b)
        for (const limit of [0, 1, 2, 5])
          expect(editDistance(a, b, limit)).toBe(distance <= limit ? distance : Infinity)
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c))
      }),
    )
  })
})
