import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe as group, expect, it } from 'vitest'
import * as z from 'zod'
import { createEnv, describe, secret, type EnvOptions, type Stage } from '../src/index.js'
import { directory, goodSecret, issuesOf, refusals } from './support.js'

const WHO = z.string().optional()
const read = (files: string, stage: Stage, source: Record<string, string> = {}) =>
  createEnv({ schema: { WHO }, files, stage, source }).WHO

group('.env files', () => {
  it('beat each other in order, and the real environment beats them all', () => {
    const order = ['.env.staging.local', '.env.local', '.env.staging', '.env']
    for (const [index, strongest] of order.entries()) {
      using dir = directory(Object.fromEntries(order.slice(index).map((name) => [name, `WHO=${name}`])))
      expect(read(dir.path, 'staging')).toBe(strongest)
      expect(read(dir.path, 'staging', { WHO: 'real' })).toBe('real')
    }
  })

  it('leave .env.local out of tests, and other stages out of this one', () => {
    using dir = directory({
      '.env.local': 'WHO=local',
      '.env': 'WHO=base',
      '.env.production': 'WHO=production',
    })
    expect(read(dir.path, 'test')).toBe('base')
    expect(read(dir.path, 'development')).toBe('local')
  })

  it('fall through an empty value', () => {
    using dir = directory({ '.env.local': 'WHO=', '.env': 'WHO=base' })
    expect(read(dir.path, 'development', { WHO: '' })).toBe('base')
  })

  it('may hold quotes, comments, export, multi-line values and a byte order mark', () => {
    const text = '\uFEFFexport A="x # y" # comment\nB=\'two\nlines\'\r\nC=1\n'
    using dir = directory({ '.env': text })
    const schema = { A: z.string(), B: z.string(), C: z.string() }
    expect(createEnv({ schema, files: dir.path, source: {} })).toMatchObject({
      A: 'x # y',
      B: 'two\nlines',
      C: '1',
    })
  })

  it('never reach process.env', () => {
    using dir = directory({ '.env': 'EMENTECH_FROM_FILE=1' })
    expect(
      createEnv({ schema: { EMENTECH_FROM_FILE: z.string() }, files: dir.path }).EMENTECH_FROM_FILE,
    ).toBe('1')
    expect(process.env['EMENTECH_FROM_FILE']).toBeUndefined()
  })

  it('can be a URL, or listed one by one; a listed one must exist', () => {
    using dir = directory({ 'a.env': 'WHO=a', 'b.env': 'WHO=b\nMORE=1', '.env': 'WHO=dot' })
    const options = (files: EnvOptions<{ WHO: typeof WHO }>['files']) => ({
      schema: { WHO },
      source: {},
      files,
    })
    expect(createEnv(options(pathToFileURL(`${dir.path}/`))).WHO).toBe('dot')
    expect(createEnv(options([join(dir.path, 'a.env'), pathToFileURL(join(dir.path, 'b.env'))])).WHO).toBe(
      'a',
    )
    expect(issuesOf(() => createEnv(options([join(dir.path, 'none.env')])))).toEqual([
      { name: 'none.env', code: 'unreadable', message: 'is a file that cannot be read: ENOENT' },
    ])
  })

  it('are not read when a source is given without files', () => {
    expect(describe(createEnv({ schema: { WHO }, source: {} })).variables[1]!.source).toBe('unset')
  })

  it('warn about NODE_OPTIONS, which comes too late', () => {
    using dir = directory({ '.env': 'NODE_OPTIONS=--max-old-space-size=512' })
    const { warnings } = describe(createEnv({ schema: {}, files: dir.path, source: {} }))
    expect(warnings).toMatchObject([{ name: 'NODE_OPTIONS', code: 'misplaced' }])
  })

  it('cannot change the stage that chose them', () => {
    using dir = directory({ '.env': 'APP_ENV=production', '.env.staging': 'APP_ENV=staging' })
    const run = (stage?: Stage) => createEnv({ schema: {}, files: dir.path, source: {}, stage })
    expect(refusals(() => run())).toEqual(['APP_ENV misplaced'])
    expect(run('production').APP_ENV).toBe('production')
  })

  it('that others can read are a warning, told to the logger, and an error when strict', () => {
    using dir = directory({ '.env': 'WHO=x' })
    chmodSync(join(dir.path, '.env'), 0o644)
    const told: unknown[] = []
    const ignore = () => {}
    const logger = {
      debug: ignore,
      info: ignore,
      error: ignore,
      warn: (message: string, fields?: object) => told.push([message, fields]),
    }
    const options = { schema: { WHO }, files: dir.path, source: {} }
    const issue = {
      name: '.env',
      code: 'unsafe',
      message: 'is a file that every user of this machine can read: chmod 600 it',
    }
    expect(describe(createEnv({ ...options, logger })).warnings).toEqual([issue])
    expect(told).toEqual([['environment: a setting deserves a look', issue]])
    expect(issuesOf(() => createEnv({ ...options, strict: true }))).toEqual([issue])
  })
})

group('NAME_FILE', () => {
  const schema = { KEY: secret() }

  it('reads a docker or systemd secret, without its last line feed', () => {
    const KEY = goodSecret()
    using dir = directory({ key: `${KEY}\n` })
    const env = createEnv({ schema, source: { KEY_FILE: join(dir.path, 'key') } })
    expect(env.KEY).toBe(KEY)
    expect(describe(env).variables[1]).toEqual({
      name: 'KEY',
      source: 'KEY_FILE',
      secret: true,
      defaultUsed: false,
    })
  })

  it('may be set in a .env file', () => {
    const KEY = goodSecret()
    using dir = directory({ key: KEY })
    writeFileSync(join(dir.path, '.env'), `KEY_FILE=${join(dir.path, 'key')}`, { mode: 0o600 })
    expect(createEnv({ schema, source: {}, files: dir.path }).KEY).toBe(KEY)
  })

  it('is an error beside NAME itself', () => {
    using dir = directory({ key: goodSecret() })
    const source = { KEY: goodSecret(), KEY_FILE: join(dir.path, 'key') }
    expect(refusals(() => createEnv({ schema, source }))).toEqual(['KEY conflict'])
    expect(createEnv({ schema, source: { ...source, KEY: '' } }).KEY).toBeTruthy()
  })

  it('is an error where there is no such file, a directory, or a device', () => {
    using dir = directory()
    mkdirSync(join(dir.path, 'folder'))
    for (const path of [
      join(dir.path, 'none'),
      join(dir.path, 'folder'),
      '/dev/zero',
      'a\0b',
      'x'.repeat(5000),
    ]) {
      expect(refusals(() => createEnv({ schema, source: { KEY_FILE: path } }))).toContain(
        'KEY_FILE unreadable',
      )
    }
  })

  it('warns about a file that others can read, and refuses it when strict', () => {
    using dir = directory({ key: goodSecret() })
    chmodSync(join(dir.path, 'key'), 0o444)
    const options = { schema, source: { KEY_FILE: join(dir.path, 'key') } }
    expect(describe(createEnv(options)).warnings).toMatchObject([{ name: 'KEY_FILE', code: 'unsafe' }])
    expect(refusals(() => createEnv({ ...options, strict: true }))).toEqual(['KEY_FILE unsafe'])
  })

  it('is left alone where it is a variable of its own', () => {
    const own = { LOG: z.string().optional(), LOG_FILE: z.string() }
    expect(createEnv({ schema: own, source: { LOG_FILE: '/var/log/x' } })).toMatchObject({
      LOG: undefined,
      LOG_FILE: '/var/log/x',
    })
  })
})
