import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { describe as group, expect, it } from 'vitest'
import { directory, goodSecret } from './support.js'

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))

const schemaFile = `
  import { allOrNone, bytes, presets, withRules } from '@ementech/env'
  export const schema = {
    ...presets.server(), ...presets.mongo(), ...presets.jwt(), ...presets.mpesa(), ...allOrNone(presets.redis()),
    MAX_UPLOAD: bytes().default(5242880).meta({ description: 'Largest picture' }),
  }
  export const small = withRules({ LIMIT: bytes() }, (env, { report }) => env.LIMIT > 10 && report('LIMIT', 'must not exceed ten'))
`
/** One that is wrong in every way that a person manages. */
const wrongProduction = `NODE_ENV=development
PORT=99999
APP_URL=http://localhost:3000
API_URL=javascript:alert(1)
MONGODB_URI=mongodb+srv://shop:<db_password>@cluster.mongodb.net/shop
DB_MIN_POOL_SIZE=20
JWT_ALGORITHM=HS256
JWT_ACCESS_SECRET=your_super_secure_random_min_256_bit_secret_key_here
JWT_ACCESS_EXPIRY=900
JWT_ISUER=https://api.shop.example
MPESA_ENVIRONMENT=production
MPESA_SHORTCODE=174379
MPESA_CALLBACK_URL=https://localhost/mpesa
MAX_UPLOAD=5
NODE_OPTIONS=--max-old-space-size=512
`

/** A project with this package installed. */
function project(files: Record<string, string> = {}) {
  const dir = directory({ 'package.json': '{"type":"module"}', 'env.js': schemaFile, ...files })
  symlinkSync(modules, join(dir.path, 'node_modules'))
  return dir
}

function run(cwd: string, args: string[], env: Record<string, string> = {}) {
  const { PATH = '', HOME = '' } = process.env
  const child = spawnSync(process.execPath, [cli, ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH, HOME, ...env },
  })
  return { code: child.status, out: child.stdout, err: child.stderr }
}

group('ementech-env check', () => {
  it('prints every fault of a wrong .env.production in one go, and exits with 1', () => {
    using dir = project({ '.env.production': wrongProduction })
    const { code, out, err } = run(dir.path, ['check', '--stage', 'production'])
    expect(code).toBe(1)
    expect(err).toBe('')
    const lines = out.split('\n')
    expect(lines[0]).toBe('17 problems in production (process.env, .env.production):')
    const names = lines.map((line) => /^ {2}([A-Z.][\w.]*) /.exec(line)?.[1]).filter(Boolean)
    expect(names).toEqual([
      ...[
        'NODE_ENV',
        'PORT',
        'APP_URL',
        'API_URL',
        'MONGODB_URI',
        'DB_MIN_POOL_SIZE',
        'JWT_ACCESS_SECRET',
        'JWT_ISSUER',
      ],
      ...[
        'JWT_AUDIENCE',
        'JWT_ACCESS_EXPIRY',
        'MPESA_CONSUMER_KEY',
        'MPESA_CONSUMER_SECRET',
        'MPESA_SHORTCODE',
      ],
      ...['MPESA_PASSKEY', 'MPESA_CALLBACK_URL', 'MPESA_CALLBACK_SECRET', 'MAX_UPLOAD'],
      'NODE_OPTIONS',
    ])
    expect(out).toContain('JWT_ISSUER             is missing; JWT_ISUER is set: did you mean JWT_ISSUER?')
    for (const value of Object.values(parseEnv(wrongProduction)) as string[]) {
      if (value.length > 12) expect(out).not.toContain(value)
    }
  })

  it('says where everything came from when all is well, and exits with 0', () => {
    using dir = project({ '.env': 'LIMIT=5b' })
    const { code, out } = run(dir.path, ['check', '--export', 'small'])
    expect(out).toBe('ok  development (process.env, .env): 2 variables, 1 default, 1 from .env.\n')
    expect(code).toBe(0)
  })

  it('lets the real environment win, and runs the rules of the schema', () => {
    using dir = project({ '.env': 'LIMIT=5b' })
    const { code, out } = run(dir.path, ['check', '--export', 'small'], { LIMIT: '11b', APP_ENV: 'staging' })
    expect(out).toMatch(/^1 problem in staging .*\n\n {2}LIMIT {2}must not exceed ten\n$/)
    expect(code).toBe(1)
  })

  it('turns warnings into problems when strict', () => {
    using dir = project({ '.env': 'LIMIT=5b' })
    chmodSync(join(dir.path, '.env'), 0o644)
    const loose = run(dir.path, ['check', '--export', 'small'])
    expect(loose.out).toContain(
      '1 warning:\n\n  .env  is a file that every user of this machine can read: chmod 600 it',
    )
    expect(loose.code).toBe(0)
    expect(run(dir.path, ['check', '--export', 'small', '--strict']).code).toBe(1)
  })

  it('prints JSON for machines', () => {
    using dir = project({ '.env.production': wrongProduction })
    const { code, out } = run(dir.path, ['check', '--stage', 'production', '--json'])
    const result = JSON.parse(out) as {
      ok: boolean
      stage: string
      files: string[]
      issues: unknown[]
      warnings: unknown[]
    }
    expect(result).toMatchObject({ ok: false, stage: 'production', files: ['.env.production'] })
    expect(result.issues).toHaveLength(17)
    expect(result.warnings).toMatchObject([{ name: 'NODE_OPTIONS', code: 'misplaced' }])
    expect(code).toBe(1)
    expect(out).not.toContain('174379')
  })

  it('colours a terminal, but no pipe, and none where NO_COLOR is set', () => {
    using dir = project({ '.env': 'LIMIT=5b' })
    const inTerminal = (prefix: string) =>
      spawnSync(
        'script',
        ['-qec', `${prefix} ${process.execPath} ${cli} check --export small`, '/dev/null'],
        { cwd: dir.path, encoding: 'utf8' },
      ).stdout
    expect(run(dir.path, ['check', '--export', 'small']).out).not.toContain('\u001b')
    expect(inTerminal('env -u NO_COLOR')).toContain('\u001b[32mok\u001b[0m')
    expect(inTerminal('env NO_COLOR=1')).not.toContain('\u001b[3')
  })

  it('exits with 2 on wrong usage and without a schema', () => {
    using dir = project({
      'env.js': 'export const nothing = 1',
      'broken.js': 'throw new Error(process.env.API_TOKEN)',
    })
    expect(run(dir.path, [])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('Usage: ementech-env') as string,
    })
    expect(run(dir.path, ['chekc']).code).toBe(2)
    expect(run(dir.path, ['check', '--staeg', 'x'])).toMatchObject({
      code: 2,
      err: expect.stringContaining("Unknown option '--staeg'") as string,
    })
    expect(run(dir.path, ['check', '--stage', 'prod']).err).toBe(
      '--stage must be one of development, test, staging, production\n',
    )
    expect(run(dir.path, ['check']).err).toContain('it exports nothing')
    expect(run(dir.path, ['check', '--schema', 'none.js'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('does not exist') as string,
    })
    const secret = goodSecret()
    const broken = run(dir.path, ['check', '--schema', 'broken.js'], { API_TOKEN: secret })
    expect(broken.code).toBe(2)
    expect(broken.err).toContain('could not be imported')
    expect(broken.err).not.toContain(secret.slice(0, 6))
    expect(run(dir.path, ['--help'])).toMatchObject({ code: 0, err: '' })
  })
})

group('ementech-env example', () => {
  it('writes a template that every reader of .env files understands, and that starts nothing by itself', () => {
    using dir = project()
    expect(run(dir.path, ['example'])).toEqual({ code: 0, out: '.env.example is written\n', err: '' })
    const text = readFileSync(join(dir.path, '.env.example'), 'utf8')
    // systemd and docker take a comment behind a value for a part of it.
    for (const line of text.split('\n')) expect(line).toMatch(/^$|^#|^[A-Z][A-Z0-9_]*=$/)
    expect(Object.values(parseEnv(text)).every((value) => value === '')).toBe(true)
    expect(text).toContain('# MAX_UPLOAD=5mb')
    expect(text).toContain('# JWT_ACCESS_EXPIRY=15m')
    expect(text).toMatch(
      /# Connection string of MongoDB\n# secret, required: mongodb:\/\/ URL\nMONGODB_URI=\n/,
    )
    expect(run(dir.path, ['check', '--stage', 'production']).code).toBe(1)
  })

  it('tells whether the file still fits the schema', () => {
    using dir = project()
    expect(run(dir.path, ['example', '--check']).code).toBe(1)
    run(dir.path, ['example'])
    expect(run(dir.path, ['example', '--check'])).toMatchObject({
      code: 0,
      out: '.env.example is up to date\n',
    })
    writeFileSync(join(dir.path, '.env.example'), 'PORT=\n')
    expect(run(dir.path, ['example', '--check'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('run: ementech-env example --out .env.example') as string,
    })
  })
})

group('ementech-env docs', () => {
  it('prints a Markdown table, or keeps it in a file', () => {
    using dir = project()
    const { out, code } = run(dir.path, ['docs'])
    expect(code).toBe(0)
    expect(out).toContain('| Variable | Form | Needed | Meaning |\n| --- | --- | --- | --- |\n| `APP_ENV` |')
    expect(out).toContain('| `MAX_UPLOAD` | size (100kb, 5mb) | default `5mb` | Largest picture |')
    for (const row of out.trim().split('\n')) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(6)
    expect(run(dir.path, ['docs', '--out', 'ENV.md']).code).toBe(0)
    expect(run(dir.path, ['docs', '--out', 'ENV.md', '--check']).code).toBe(0)
    expect(run(dir.path, ['docs', '--check']).code).toBe(2)
  })
})

group('a schema in TypeScript', () => {
  const typed = `import { shape } from './shape.js'\nexport const schema: typeof shape = shape\n`
  const shape = `import { bytes } from '@ementech/env'\nexport const shape = { LIMIT: bytes() } as const\n`

  it('goes through tsx where that is installed, imports of TypeScript included', () => {
    using dir = project({ 'env.ts': typed, 'shape.ts': shape, '.env': 'LIMIT=1kb' })
    const { code, out, err } = run(dir.path, ['check', '--schema', 'env.ts'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toBe('ok  development (process.env, .env): 2 variables, 1 default, 1 from .env.\n')
  })

  it('is read where Node strips types, and otherwise the error says what to do', () => {
    using dir = directory({
      'package.json': '{"type":"module"}',
      'env.ts': shape.replace('shape', 'schema'),
      '.env': 'LIMIT=1kb',
    })
    mkdirSync(join(dir.path, 'node_modules/@ementech'), { recursive: true })
    symlinkSync(fileURLToPath(new URL('..', import.meta.url)), join(dir.path, 'node_modules/@ementech/env'))
    const { code, out, err } = run(dir.path, ['check', '--schema', 'env.ts'])
    if ((process.features as { typescript?: unknown }).typescript) {
      expect(out).toMatch(/^ok/)
    } else {
      expect(code).toBe(2)
      expect(err).toMatch(
        /TypeScript, which Node [\d.]+ does not read: install tsx \(npm install -D tsx\), use Node 22\.18 or newer/,
      )
    }
  })
})
