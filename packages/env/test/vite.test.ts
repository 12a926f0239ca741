import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, createServer, type InlineConfig } from 'vite'
import { describe as group, expect, expectTypeOf, it } from 'vitest'
import type { EnvError } from '../src/index.js'
import { bool, httpUrl, int, list, presets, secret, type EnvShape } from '../src/index.js'
import { viteEnv, type ViteEnv, type ViteEnvOptions } from '../src/vite.js'
import { directory, goodSecret, refusals } from './support.js'
import * as z from 'zod'

const schema = {
  VITE_API_URL: httpUrl(),
  VITE_ENABLE_ANALYTICS: bool().default(false),
  VITE_PAGE_SIZE: int().default(20),
  VITE_LOCALES: list(z.string()).optional(),
}
const good = 'VITE_API_URL=https://api.shop.example\n'
const show = `document.title = JSON.stringify([
  import.meta.env.VITE_API_URL, import.meta.env.VITE_ENABLE_ANALYTICS, import.meta.env.VITE_PAGE_SIZE, import.meta.env.VITE_LOCALES])`

function site(files: Record<string, string>) {
  const dir = directory({ 'index.html': '<script type="module" src="/main.js"></script>' })
  symlinkSync(
    fileURLToPath(new URL('../../../node_modules', import.meta.url)),
    join(dir.path, 'node_modules'),
  )
  for (const [name, text] of Object.entries({ 'main.js': show, ...files })) {
    mkdirSync(dirname(join(dir.path, name)), { recursive: true })
    writeFileSync(join(dir.path, name), text, { mode: 0o600 })
  }
  return dir
}

const configOf = <S extends EnvShape>(
  root: string,
  options: ViteEnvOptions<S>,
  more: InlineConfig = {},
): InlineConfig => ({
  root,
  configFile: false,
  logLevel: 'silent',
  plugins: [viteEnv(options)],
  ...more,
})

async function buildSite<S extends EnvShape>(
  root: string,
  options: ViteEnvOptions<S>,
  more?: InlineConfig,
): Promise<string> {
  await build(configOf(root, options, more))
  const assets = join(root, 'dist/assets')
  return readdirSync(assets)
    .map((name) => readFileSync(join(assets, name), 'utf8'))
    .join('\n')
}

async function failure(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  return promise.then(
    () => expect.fail('was built'),
    (error: Error) => error,
  )
}

group('viteEnv()', () => {
  it('puts parsed values and defaults into the bundle', async () => {
    using dir = site({ '.env.production': `${good}VITE_ENABLE_ANALYTICS=false\nVITE_LOCALES=en, sw\n` })
    const code = await buildSite(dir.path, { schema })
    expect(code).toMatch(/https:\/\/api\.shop\.example["'`], ?(false|!1), ?20/)
    expect(code).toMatch(/\[["'`]en["'`], ?["'`]sw["'`]\]/)
  })

  it('puts them into import.meta.env as a whole, and into the pages of the development server', async () => {
    using dir = site({
      '.env': `${good}VITE_ENABLE_ANALYTICS=1\n`,
      'main.js': 'document.title = Object.entries(import.meta.env)',
    })
    expect(await buildSite(dir.path, { schema })).toMatch(/VITE_ENABLE_ANALYTICS["'`]?: ?(true|!0)/)
    const server = await createServer(
      configOf(dir.path, { schema }, { server: { middlewareMode: true, watch: null, ws: false } }),
    )
    try {
      const page = await server.transformRequest('/main.js')
      expect(page!.code).toMatch(/"VITE_ENABLE_ANALYTICS": ?true/)
      expect(page!.code).toMatch(/"VITE_PAGE_SIZE": ?20/)
    } finally {
      await server.close()
    }
  })

  it('fails a build with every problem at once, and writes nothing', async () => {
    using dir = site({ '.env.production': 'VITE_API_URL=http://localhost:5000\nVITE_PAGE_SIZE=many\n' })
    const error = await failure(build(configOf(dir.path, { schema })))
    expect(error.message).toContain('The environment is not valid for production: 2 problems.')
    expect(error.message).toContain('VITE_API_URL    must not be localhost in production')
    expect(error.message).not.toContain('localhost:5000')
    expect(existsSync(join(dir.path, 'dist'))).toBe(false)
  })

  it('takes the stage from the mode of Vite, or from its option', async () => {
    using dir = site({ '.env': 'VITE_API_URL=http://localhost:5000\n' })
    expect((await failure(build(configOf(dir.path, { schema })))).message).toContain('for production')
    expect(await buildSite(dir.path, { schema }, { mode: 'staging' })).toContain('localhost:5000')
    expect(await buildSite(dir.path, { schema, stage: 'test' })).toContain('localhost:5000')
  })

  it('refuses public variables that are secrets by name or by form, declared or not', async () => {
    using dir = site({ '.env': `${good}VITE_JWT_SECRET=abc\nVITE_STRIPE_KEY=sk_live_${goodSecret()}\n` })
    const error = (await failure(build(configOf(dir.path, { schema })))) as EnvError
    const issues = refusals(() => {
      throw error
    })
    expect(issues).toEqual(['VITE_JWT_SECRET unsafe', 'VITE_STRIPE_KEY unsafe'])
    expect(error.message).not.toContain('sk_live_')
  })

  it('warns of misspelt names through the logger of Vite', async () => {
    using dir = site({ '.env': `${good}VITE_PAGESIZE=5\n` })
    const warned: string[] = []
    const log = (message: string) => void warned.push(message)
    const customLogger = {
      info() {},
      error() {},
      warn: log,
      warnOnce: log,
      clearScreen() {},
      hasErrorLogged: () => false,
      hasWarned: false,
    }
    await buildSite(dir.path, { schema }, { customLogger, logLevel: 'warn' })
    expect(warned).toContain(
      'environment: VITE_PAGESIZE is not declared, but set in source; did you mean VITE_PAGE_SIZE?',
    )
    const strict = await failure(build(configOf(dir.path, { schema, strict: true })))
    expect(strict.message).toContain('VITE_PAGESIZE')
  })

  it('takes the preset of the web', async () => {
    using dir = site({
      '.env': `${good}VITE_APP_URL=https://shop.example\nVITE_STRIPE_PUBLISHABLE_KEY=pk_test_0123456789abcdef\n`,
    })
    const error = await failure(build(configOf(dir.path, { schema: presets.web() })))
    expect(error.message).toContain('VITE_STRIPE_PUBLISHABLE_KEY  is for tests')
    expect(await buildSite(dir.path, { schema: presets.web() }, { mode: 'staging' })).toContain(
      'api.shop.example',
    )
  })

  it('refuses names without the prefix of Vite, and options that it does not know', async () => {
    using dir = site({ '.env': good })
    expect((await failure(build(configOf(dir.path, { schema: { PORT: int() } })))).message).toContain(
      'PORT would not reach the browser',
    )
    expect(() => viteEnv({ schema, secret: {} } as never)).toThrow(/Did you mean "secrets"/)
  })

  it('types import.meta.env', () => {
    expectTypeOf<ViteEnv<typeof schema>>().toEqualTypeOf<{
      readonly VITE_API_URL: string
      readonly VITE_ENABLE_ANALYTICS: boolean
      readonly VITE_PAGE_SIZE: number
      readonly VITE_LOCALES: readonly string[] | undefined
    }>()
  })
})

group('a secret of the server in the output', () => {
  const KEY = goodSecret()
  const places: Record<string, (dir: string) => Record<string, string>> = {
    'in code': () => ({ 'main.js': `${show}; fetch('/x', { headers: { key: '${KEY}' } })` }),
    'in base64': () => ({ 'main.js': `console.log('${Buffer.from(`user:${KEY}`).toString('base64')}')` }),
    'in a page': () => ({
      'index.html': `<title>${KEY}</title><script type="module" src="/main.js"></script>`,
    }),
    'in a style': () => ({ 'main.js': `import './a.css'`, 'a.css': `a { content: "${KEY}" }` }),
    'in a public file': () => ({ 'public/robots.txt': `# ${KEY}` }),
    'in a source map only': () => ({ 'main.js': `${show} // ${KEY}` }),
    'in a source map inside of the code': () => ({ 'main.js': `${show} // ${KEY}` }),
  }
  for (const [place, files] of Object.entries(places)) {
    it(`fails the build, ${place}, and nothing is written`, async () => {
      using dir = site({ '.env': good, 'server/.env.production': `COOKIE_KEY=${KEY}\n`, ...files('') })
      const sourcemap = place.includes('inside') ? 'inline' : place.includes('map')
      const options = { schema, secrets: { COOKIE_KEY: secret() }, secretFiles: join(dir.path, 'server') }
      const error = await failure(build(configOf(dir.path, options, { build: { sourcemap } })))
      expect(error.message).toContain('COOKIE_KEY  has its value in ')
      expect(error.message).not.toContain(KEY)
      expect(existsSync(join(dir.path, 'dist/assets'))).toBe(false)
    })
  }

  it('is looked for by the sound of its name where no schema is given', async () => {
    using dir = site({ '.env': `${good}SOME_TOKEN=${KEY}\n`, 'main.js': `console.log('${KEY}')` })
    expect((await failure(build(configOf(dir.path, { schema })))).message).toContain(
      'SOME_TOKEN  has its value in assets/',
    )
  })

  it('is looked for in files that hold it for NAME_FILE', async () => {
    using dir = site({ '.env': good, 'main.js': `console.log('${KEY}')`, key: `${KEY}\n` })
    writeFileSync(join(dir.path, '.env.production'), `COOKIE_KEY_FILE=${join(dir.path, 'key')}\n`)
    expect(
      (await failure(build(configOf(dir.path, { schema, secrets: { COOKIE_KEY: secret() } })))).message,
    ).toContain('COOKIE_KEY')
  })

  it('leaves an honest build alone, and words such as "password"', async () => {
    using dir = site({
      '.env': `${good}DB_PASSWORD=password\nCOOKIE_KEY=${KEY}\n`,
      'main.js': `${show}; console.log('password')`,
    })
    expect(await buildSite(dir.path, { schema, secrets: { COOKIE_KEY: secret() } })).toContain('password')
  })
})
