/**
 * `npm run soak`: thousands of payments through kills and faults, then our books against those of the providers; then a
 * thousand prompts through lost callbacks and dying tokens, ten thousand callbacks that wait, and each process of the shop
 * killed in the midst of every outcome, and the packages' properties under another seed than that of `npm test`. The exit
 * code is 1 if anything differs.
 *
 *   npm run soak -- [--payments 5000] [--cards form|page] [--seed any-word] [--plan]
 *
 * A seed reproduces its plan; `--plan` prints that and does nothing. Without one, the time of day is the seed.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { mpesaChaos } from '../tests/soak/mpesa-chaos.mjs'
import { runSoak } from '../tests/soak/soak.mjs'
import { describePlan, makePlan } from '../tests/soak/plan.mjs'

const { values } = parseArgs({
  options: {
    payments: { type: 'string', default: '5000' },
    cards: { type: 'string', default: 'form' },
    seed: { type: 'string', default: Date.now().toString(36) },
    plan: { type: 'boolean', default: false },
  },
})
const payments = Number(values.payments)
if (!Number.isInteger(payments) || payments < 1) throw new TypeError(`--payments: ${values.payments}`)
if (!['form', 'page'].includes(values.cards)) throw new TypeError(`--cards: ${values.cards}`)
if (values.plan) {
  console.log(describePlan(makePlan({ seed: values.seed, payments, workers: 3 })))
  process.exit()
}

// Ten minutes on a machine of two cores that has nothing else to do; this is for one that has.
const limitMs = 120_000 + payments * 360
const { differences, figures, log } = await runSoak({
  seed: values.seed,
  payments,
  cards: values.cards,
  limitMs,
  expireAfterMs: 20_000,
  print: console.log,
})
console.log('\nwhat the processes reported')
for (const [message, times] of log) console.log(`${String(times).padStart(7)}  ${message}`)
console.log('\nfigures')
for (const [name, value] of Object.entries(figures)) {
  console.log(`  ${name.padEnd(28)} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
}
for (const difference of differences) console.error(`✗ ${difference}`)
console.log(`\n${differences.length} differences`)

const number = createHash('sha256').update(values.seed).digest().readUInt32LE()
const chaos = await mpesaChaos({ count: Math.min(payments, 1_000), seed: number })
console.log('\nprompts', JSON.stringify(chaos.counts), `${chaos.calls} calls, ${chaos.wrong.length} wrong`)
for (const wrong of chaos.wrong) console.error(`✗ ${wrong}`)

const backlog = test('packages/payments/test/failures-backlog.test.ts', {
  BACKLOG: String(Math.min(2 * payments, 10_000)),
})
const kills = test('tests/system/outcome-crash.test.ts', { SEED: 'all' })
console.log(`\nproperties, PROPERTY_SEED=${number}`)
const properties = test('packages', { PROPERTY_SEED: String(number) })
process.exit(differences.length + chaos.wrong.length + backlog + kills + properties > 0 ? 1 : 0)

/** A test of `npm test`, larger than there; gives its exit code. */
function test(file, env) {
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', file], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  return status ?? 1
}
