import { describe, expect, it } from 'vitest'
import { regexesInMatchObject, testFiles } from '../support/sources.js'

describe('the tests', () => {
  const files = testFiles()

  it('compare every regular expression that they name', () => {
    expect(files.flatMap(regexesInMatchObject)).toEqual([])
  })

  it('leave none of themselves out', () => {
    const left = /\b(?:it|test|describe)\.(?:only|skip|todo|fails)\b/
    expect(files.filter(({ code }) => left.test(code)).map(({ path }) => path)).toEqual([])
  })
})
