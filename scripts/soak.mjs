/**
 * `npm run soak`: thousands of payments through kills and faults, then our books against those of the providers. The
 * exit code is 1 if they differ.
 *
 *   npm run soak -- [--payments 5000] [--cards form|page] [--seed any-word] [--plan]
 *
 * A seed reproduces its plan; `--plan` prints that and does nothing. Without one, the time of day is the seed.
 */
import { parseArgs } from 'node:util'
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
process.exit(differences.length > 0 ? 1 : 0)
