import { describe, expect, it } from 'vitest'
import { packages, read, sources } from '../support/sources.js'

describe.each(packages)('errors of packages/%s', (name) => {
  const prefix = `${name.toUpperCase()}_`
  const declared = codes(union(read(`packages/${name}/src/errors.ts`)), prefix)
  const section =
    read('docs/errors.md').match(new RegExp(`^## ${name}$([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm'))?.[1] ?? ''

  it('has a closed union of codes', () => {
    expect(declared.length).toBeGreaterThan(0)
  })

  it('documents every code, and no code that does not exist', () => {
    const rows = [...section.matchAll(/^\|\s*`([A-Z0-9_]+)`/gm)].map((match) => match[1]!)
    expect(rows.sort()).toEqual(declared)
  })

  it('uses every code', () => {
    const used = new Set(sources(name).flatMap(({ code }) => codes(code.replace(union(code), ''), prefix)))
    expect(declared.filter((code) => !used.has(code))).toEqual([])
  })
})

/** The declaration of the code union in an errors.ts: from its name to the next blank line or declaration. */
function union(text: string): string {
  return text.match(/export type \w*ErrorCode =[\s\S]*?(?=\n\n|\nexport )/)?.[0] ?? ''
}

function codes(text: string, prefix: string): string[] {
  return [...new Set([...text.matchAll(/['"]([A-Z][A-Z0-9_]+)['"]/g)].map((match) => match[1]!))]
    .filter((code) => code.startsWith(prefix))
    .sort()
}
