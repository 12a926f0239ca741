/**
 * `npm test`: installs, builds, lints, type-checks and runs every test. With CI=true nothing may be skipped.
 * The last line is `N passed, N failed`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { otherNode } from './other-node.mjs'
import { coverageFaults } from './check-coverage.mjs'
import { install } from './setup.mjs'

/** Beside the release line that runs this; its binary comes from the npm registry. */
const OTHER_NODE = 24

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = (path) => join(root, 'node_modules', path)
const began = Date.now()
let failures = 0

install()
const chromium =
  process.env.CHROMIUM ??
  findProgram(['chromium', 'chromium-browser', 'google-chrome'], ['chromium', 'fonts-dejavu-core'])
const redisServer = process.env.REDIS_SERVER ?? findProgram(['redis-server'], ['redis-server'])
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

const reports = []
await step('tests', () => vitest('vitest.json', process.argv.slice(2)))
// The packages support more than one release line of Node; the other one is only run where time is cheap.
if (process.env.CI === 'true' && !process.version.startsWith(`v${OTHER_NODE}.`)) {
  await step(`tests of the packages on Node ${OTHER_NODE}`, () =>
    vitest('vitest-other-node.json', ['packages', ...process.argv.slice(2)], otherNode(OTHER_NODE)),
  )
}

// A part of the tests shows a part of the guide: only the whole can be held to the list. Page tests need a browser.
if (reports[0] && chromium && process.argv.length === 2) {
  await step('guide coverage', async () => {
    const faults = coverageFaults(reports[0])
    if (faults.length) throw new Error(`docs/guide-coverage.md is wrong:\n${faults.join('\n')}`)
  })
}

const sum = (field) => reports.reduce((total, report) => total + (report[field] ?? 0), 0)
const passed = sum('numPassedTests')
const failed = sum('numFailedTests') + failures
const skipped = sum('numPendingTests') + sum('numTodoTests')
for (const { file, title, why } of reports.flatMap(failedTests)) console.log(`✗ ${file}: ${title}\n  ${why}`)
console.log(`\n${((Date.now() - began) / 60_000).toFixed(1)} minutes`)
if (skipped && !chromium)
  console.log('Browser tests were skipped: no Chromium on PATH, and none named by CHROMIUM.')
if (skipped && !redisServer)
  console.log('Tests with Redis were skipped: no redis-server on PATH, and none named by REDIS_SERVER.')
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
    if (!error.counted) failures++
    console.error(`✗ ${name}: ${error.message}`)
  }
}

/** Said again at the end, where one looks first and where a log that was cut still has it. */
function failedTests(report) {
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages: [message = ''] }) => ({
        file: relative(root, name),
        title: fullName,
        why: message.split('\n')[0].slice(0, 300),
      })),
  )
}

/** A red run is counted by its tests; one that is red without a failed test is one failure. */
async function vitest(file, args, node = process.execPath) {
  const path = bin(`.cache/ementech/${file}`)
  rmSync(path, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${path}`]
  let failure
  await run(
    [bin('vitest/vitest.mjs'), 'run', ...reporters, ...args],
    { ...(chromium && { CHROMIUM: chromium }), ...(redisServer && { REDIS_SERVER: redisServer }) },
    node,
  ).catch((error) => (failure = error))
  const report = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
  if (report) reports.push(report)
  if (failure) throw Object.assign(failure, { counted: report?.numFailedTests > 0 })
}

function run(args, env = {}, node = process.execPath) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`exit code ${code}`))))
  })
}

/** A program that tests need: on PATH, or installed as root on Debian and its kin. */
function findProgram(names, packages) {
  const found = onPath(names)
  if (found || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return found
  console.log(`Installing ${packages[0]} (apt) …`)
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...packages],
  ]) {
    spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  }
  return onPath(names)
}

function onPath(names) {
  for (const dir of (process.env.PATH ?? '').split(':')) {
    for (const name of names) if (existsSync(join(dir, name))) return join(dir, name)
  }
  return undefined
}
