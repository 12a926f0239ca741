import { builtinModules } from 'node:module'
import { describe, expect, it } from 'vitest'
import {
  imports,
  manifest,
  packages,
  read,
  readsMember,
  sources,
  undocumentedExports,
} from '../support/sources.js'

const builtin = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]))

describe.each(packages)('packages/%s', (name) => {
  const own = `@ementech/${name}`

  it('imports no sibling', () => {
    const siblings = sources(name).flatMap((source) =>
      imports(source)
        .filter((id) => id.startsWith('@ementech/') && id !== own && !id.startsWith(`${own}/`))
        .map((id) => `${source.path} imports ${id}`),
    )
    expect(siblings).toEqual([])
  })

  it('declares every dependency that it imports, and no other', () => {
    const { dependencies = {}, peerDependencies = {} } = manifest(name)
    const declared = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)])
    const used = new Set(
      sources(name)
        .flatMap(imports)
        .filter((id) => !id.startsWith('.') && !builtin.has(id) && !id.startsWith(own))
        .map((id) => id.match(/^(@[^/]+\/)?[^/]+/)![0]),
    )
    expect([...used].sort()).toEqual([...declared].sort())
  })

  it('reads no process.env and writes to no console', () => {
    // `env` reads the environment, which is its purpose; a command line tool reads it as any application does.
    const readers = (path: string) => name === 'env' || /\/(cli|[a-z-]+-cli)\.ts$/.test(path)
    const found = sources(name)
      .filter(
        (source) =>
          readsMember(source, 'console') || (readsMember(source, 'process', 'env') && !readers(source.path)),
      )
      .map((source) => source.path)
    expect(found).toEqual([])
  })

  it('names the Node built-ins by node:', () => {
    const bare = sources(name).flatMap((source) =>
      imports(source).filter((id) => builtin.has(id) && !id.startsWith('node:')),
    )
    expect(bare).toEqual([])
  })

  it('has no file over 300 lines', () => {
    const long = sources(name)
      .map((source) => `${source.path}: ${source.text.split('\n').length} lines`)
      .filter((line) => Number(line.match(/(\d+) lines/)![1]) > 300)
    expect(long).toEqual([])
  })

  it('has a docstring on every export', () => {
    expect(sources(name).flatMap(undocumentedExports)).toEqual([])
  })

  it('exports only flat files, with types first', () => {
    const { exports } = manifest(name)
    for (const [subpath, target] of Object.entries(exports)) {
      if (typeof target === 'string') continue
      expect(Object.keys(target), subpath).toEqual(['types', 'default'])
      expect(target.default, subpath).toMatch(/^\.\/dist\/[a-z-]+\.js$/)
      expect(target.types, subpath).toBe(target.default.replace(/\.js$/, '.d.ts'))
    }
  })

  it('lists its exports one by one', () => {
    expect(
      sources(name)
        .filter(({ code }) => /^export \*/m.test(code))
        .map(({ path }) => path),
    ).toEqual([])
    expect(
      sources(name)
        .filter(({ code }) => /^export default/m.test(code))
        .map(({ path }) => path),
    ).toEqual([])
  })

  it('has a README', () => {
    expect(read(`packages/${name}/README.md`)).toMatch(new RegExp(`^# @ementech/${name}\\n`))
  })
})
