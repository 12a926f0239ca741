import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { manifest, packages, root } from '../support/sources.js'

const run = promisify(execFile)
const work = mkdtempSync(join(tmpdir(), 'ementech-tarballs-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** One real use of each package: what a person does first with it. */
const uses: Record<string, string> = {
  env: `const { createEnv, port } = m; assert.equal(createEnv({ schema: { PORT: port() }, source: { PORT: '80' }, files: false }).PORT, 80)`,
  security: `const app = require('express')(); app.use(m.createSecurity({ headers: { preset: 'api' } }).middleware)`,
  payments: `assert.equal(m.money('9.50', 'KES').minor, 950)`,
  uploads: `assert.throws(() => m.createUploads({ storage: {}, policies: {} }), TypeError)`,
  realtime: `assert.throws(() => m.createRealtime(require('node:http').createServer(), { orgins: [] }), TypeError)`,
  db: `assert.rejects(m.connectMongo('mongodb://127.0.0.1:1/x', { nonsense: 1 }))`,
  sandbox: `m.startSandbox({ port: 0 }).then(async (s) => { assert.match((await fetch(s.url)).headers.get('content-type'), /html/); await s.close() })`,
}

describe.each(packages)('the tarball of @ementech/%s, alone in a fresh project', (name) => {
  const dir = join(work, name)
  const { exports, peerDependencies = {}, devDependencies = {} } = manifest(name)
  const entries = Object.entries(exports)
    .filter(([, target]) => typeof target !== 'string')
    .map(([subpath]) => `@ementech/${name}${subpath.slice(1)}`)

  beforeAll(async () => {
    await run('mkdir', ['-p', dir])
    await run('npm', ['pack', '--silent', '--pack-destination', dir], { cwd: join(root, 'packages', name) })
    const tarball = readdirSync(dir).find((file) => file.endsWith('.tgz'))!
    writeFileSync(
      join(dir, 'package.json'),
      JSON.stringify({
        private: true,
        dependencies: {
          [`@ementech/${name}`]: `file:${tarball}`,
          // The peers as a user installs them: in the version that this repository is developed on.
          ...Object.fromEntries(Object.keys(peerDependencies).map((peer) => [peer, devDependencies[peer]])),
        },
      }),
    )
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'], {
      cwd: dir,
    })
  }, 180_000)

  it('holds built files, a README and nothing else', async () => {
    const files = readdirSync(join(dir, 'node_modules/@ementech', name), {
      recursive: true,
      encoding: 'utf8',
    })
    const strange = files.filter(
      (file) => !/^(dist(\/.*)?|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(file),
    )
    expect(strange).toEqual([])
  })

  it('brings no sibling along', () => {
    expect(readdirSync(join(dir, 'node_modules/@ementech'))).toEqual([name])
  })

  it.each(entries)('%s is imported and required, and both give the same things', async (entry) => {
    const script = `
      import assert from 'node:assert/strict'
      import { createRequire } from 'node:module'
      import * as imported from '${entry}'
      const required = createRequire(import.meta.url)('${entry}')
      assert.ok(Object.keys(imported).length > 0)
      for (const key of Object.keys(imported)) assert.equal(required[key], imported[key], key)`
    await node(script, 'mjs')
  })

  it('is used', async () => {
    await node(
      `const assert = require('node:assert/strict'); const m = require('@ementech/${name}'); ${uses[name]}`,
      'cjs',
    )
  })

  it('carries the version that its manifest says', () => {
    const installed = JSON.parse(
      readFileSync(join(dir, 'node_modules/@ementech', name, 'package.json'), 'utf8'),
    ) as { version: string }
    expect(installed.version).toBe((manifest(name) as unknown as { version: string }).version)
  })

  async function node(script: string, kind: 'mjs' | 'cjs') {
    const file = join(dir, `run.${kind}`)
    writeFileSync(file, script)
    // A warning on stderr (an experimental feature, a deprecation) would be the user's noise.
    const { stderr } = await run(process.execPath, [file], { cwd: dir })
    expect(
      stderr.replace(
        /^.*ExperimentalWarning: (CommonJS module|Importing|Support for loading ES Module).*\n(\(Use .*\n)?/gm,
        '',
      ),
    ).toBe('')
  }
})
