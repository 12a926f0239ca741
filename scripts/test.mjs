/**
 * `npm test`: installs, builds, lints, type-checks and runs every test. With CI=true nothing may be skipped.
 * The last line is `N passed, N failed`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { install } from './setup.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = (path) => join(root, 'node_modules', path)
const began = Date.now()
let failures = 0

install()
const chromium = findChromium()
await step('build', () => import('./build.mjs').then(({ build }) => build()))
await Promise.all([
  step('lint', () =>
    run([bin('eslint/bin/eslint.js'), '.', '--cache', '--cache-location', bin('.cache/ementech/eslint')]),
  ),
  step('types', async () => {
    await run([bin('typescript/bin/tsc'), '-p', '.'])
    await run([bin('typescript/bin/tsc'), '-p', 'examples/shop/web'])
  }),
])
await step('format', () => run([bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']))
await step('packages', () => run(['scripts/check-packages.mjs']))

const report = bin('.cache/ementech/vitest.json')
rmSync(report, { force: true })
await step('tests', () =>
  run(
    [
      bin('vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...process.argv.slice(2),
    ],
    {
      ...(chromium && { CHROMIUM: chromium }),
    },
  ),
)

const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined
const passed = result?.numPassedTests ?? 0
const failed = (result?.numFailedTests ?? 0) + failures
const skipped = (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0)
console.log(`\n${((Date.now() - began) / 60_000).toFixed(1)} minutes`)
if (skipped && !chromium)
  console.log('Browser tests were skipped: no Chromium on PATH, and none named by CHROMIUM.')
const refused = process.env.CI === 'true' && skipped > 0
if (refused) console.log(`${skipped} tests were skipped, which CI does not allow.`)
console.log(`${passed} passed, ${failed + (refused ? skipped : 0)} failed`)
process.exit(failed || refused || passed === 0 ? 1 : 0)

async function step(name, work) {
  const start = Date.now()
  try {
    await work()
    console.log(`✓ ${name} (${((Date.now() - start) / 1000).toFixed(0)} s)`)
  } catch (error) {
    // A red test run is counted by its tests; any other red step is one failure.
    if (name !== 'tests' || !existsSync(bin('.cache/ementech/vitest.json'))) failures++
    console.error(`✗ ${name}: ${error.message}`)
  }
}

function run(args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`exit code ${code}`))))
  })
}

/** A browser for the page tests: named, on PATH, or installed as root on Debian and its kin. */
function findChromium() {
  const found = process.env.CHROMIUM ?? onPath(['chromium', 'chromium-browser', 'google-chrome'])
  if (found || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return found
  console.log('Installing chromium (apt) …')
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
  ]) {
    spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  }
  return onPath(['chromium'])
}

function onPath(names) {
  for (const dir of (process.env.PATH ?? '').split(':')) {
    for (const name of names) if (existsSync(join(dir, name))) return join(dir, name)
  }
  return undefined
}
