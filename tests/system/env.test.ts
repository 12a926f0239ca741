import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { root } from '../support/sources.js'

const dir = mkdtempSync(join(tmpdir(), 'ementech-env-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const server = join(root, 'examples/shop/server')
const cli = join(root, 'packages/env/dist/cli.js')
const faulty = {
  PORT: '99999',
  APP_URL: 'http://localhost:3000',
  MONGODB_URI: 'localhost/soko',
  JWT_ACCES_SECRET: 'changeme-changeme-changeme-changeme',
  JWT_REFRESH_SECRET: 'changeme',
  JWT_ACCESS_EXPIRY: '15',
  MPESA_ENVIRONMENT: 'sandbox',
}
const named = [
  'PORT',
  'APP_URL',
  'MONGODB_URI',
  'did you mean JWT_ACCESS_SECRET',
  'JWT_REFRESH_SECRET',
  'JWT_ACCESS_EXPIRY',
  'MPESA_ENVIRONMENT',
  'MPESA_PASSKEY',
]

describe("the shop's configuration", () => {
  it.each(['server', 'worker'])(
    'stops the %s before it starts, and says all that is wrong at once',
    async (name) => {
      const { code, output } = await run([join(server, `dist/${name}.js`)], {
        APP_ENV: 'production',
        ...faulty,
      })
      expect(code).toBe(1)
      for (const words of named) expect(output).toContain(words)
      expect(output).not.toContain('changeme')
      expect(output).not.toMatch(/^\s+at /m)
    },
  )

  it('is checked by the command line before a deployment, in its .env.production', async () => {
    const lines = Object.entries({ NODE_ENV: 'production', ...faulty }).map(
      ([name, value]) => `${name}=${value}`,
    )
    writeFileSync(join(dir, '.env.production'), lines.join('\n'), { mode: 0o600 })
    const { code, output } = await run([cli, 'check', '--stage', 'production', '--dir', dir], {}, server)
    expect(code).toBe(1)
    for (const words of named) expect(output).toContain(words)
    expect(output).not.toContain('changeme')
  })

  it('has an .env.example that its schema would write today', async () => {
    const { code, output } = await run([cli, 'example', '--check'], {}, server)
    expect(code, output).toBe(0)
  })

  it('fails the build of the pages when a variable of theirs is wrong', async () => {
    const vite = join(root, 'node_modules/vite/bin/vite.js')
    const build = (VITE_API_URL: string) =>
      run(
        [vite, 'build', '--outDir', join(dir, 'web'), '--logLevel', 'error'],
        { VITE_API_URL },
        join(root, 'examples/shop/web'),
      )
    const wrong = await build('javascript:alert(1)')
    expect(wrong.code).not.toBe(0)
    expect(wrong.output).toContain('VITE_API_URL')
    expect(wrong.output).not.toContain('alert')
    expect((await build('https://api.soko.example')).code).toBe(0)
  })
})

function run(
  args: string[],
  env: Record<string, string>,
  cwd = root,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      args,
      { cwd, env: { PATH: process.env.PATH, ...env } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, output: stdout + stderr }),
    )
  })
}
