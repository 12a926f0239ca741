import { describe, expect, it } from 'vitest'
import { manifest, packages } from '../support/sources.js'

const entries = packages.flatMap((name) =>
  Object.entries(manifest(name).exports)
    .filter(([, target]) => typeof target !== 'string')
    .map(([subpath]) => `@ementech/${name}${subpath.slice(1)}`),
)

describe('the public surface', () => {
  it.each(entries)('%s exports what it exported, by name', async (entry) => {
    const exported = Object.entries((await import(entry)) as object).map(
      ([key, value]) => `${key}: ${typeof value}`,
    )
    expect(exported.sort()).toMatchSnapshot()
  })
})
