/**
 * Reads 40 variables with @ementech/env, @t3-oss/env-core and envalid, in one process, in turns.
 *
 *   node benchmarks/env.mjs
 *
 * Each library gets what it is documented to be given: schemas of zod for the first two, its own validators for envalid.
 * In production ours also looks at every URL for https and for localhost, which the others do not: that has a line of its
 * own. One round is 200 readings, timed in processor time, which other processes disturb least. The median of the rounds counts. While the rounds of one library spread by more than 10 %
 * (the middle half, relative to the median), rounds are added, up to a limit; the spread is printed either way.
 */
import { bool as ourBool, createEnv, httpUrl, int, port as ourPort } from '@ementech/env'
import { createEnv as createT3Env } from '@t3-oss/env-core'
import { bool, cleanEnv, num, port, str, url } from 'envalid'
import { z } from 'zod'

const readingsPerRound = 200
const minRounds = 31
const maxRounds = 151

const kinds = ['text', 'number', 'port', 'boolean', 'url', 'choice', 'default', 'optional']
const names = Array.from({ length: 40 }, (_, index) => ({
  name: `APP_${kinds[index % 8].toUpperCase()}_${index}`,
  kind: kinds[index % 8],
}))
const texts = {
  text: 'some text',
  number: '42',
  port: '8080',
  boolean: 'true',
  url: 'https://shop.example/path',
  choice: 'green',
}
const source = Object.fromEntries(
  names.filter(({ kind }) => kind in texts).map(({ name, kind }) => [name, texts[kind]]),
)

const schemaOf = (kindToSchema) =>
  Object.fromEntries(names.map(({ name, kind }) => [name, kindToSchema[kind]()]))
const colours = ['red', 'green', 'blue']

const ours = schemaOf({
  text: () => z.string(),
  number: () => int(),
  port: () => ourPort(),
  boolean: () => ourBool(),
  url: () => httpUrl(),
  choice: () => z.enum(colours),
  default: () => z.string().default('fallback'),
  optional: () => z.string().optional(),
})
const t3 = schemaOf({
  text: () => z.string(),
  number: () => z.coerce.number().int(),
  port: () => z.coerce.number().int().min(0).max(65535),
  boolean: () => z.stringbool(),
  url: () => z.url({ protocol: /^https?$/ }),
  choice: () => z.enum(colours),
  default: () => z.string().default('fallback'),
  optional: () => z.string().optional(),
})
const envalid = schemaOf({
  text: () => str(),
  number: () => num(),
  port: () => port(),
  boolean: () => bool(),
  url: () => url(),
  choice: () => str({ choices: colours }),
  default: () => str({ default: 'fallback' }),
  optional: () => str({ default: undefined }),
})

const libraries = {
  '@ementech/env': () => createEnv({ schema: ours, source }),
  '… in production': () => createEnv({ schema: ours, source, stage: 'production' }),
  '@t3-oss/env-core': () =>
    createT3Env({ server: t3, runtimeEnv: source, emptyStringAsUndefined: true, isServer: true }),
  envalid: () => cleanEnv(source, envalid),
}

for (const [name, read] of Object.entries(libraries)) {
  const env = read()
  const [number, boolean, fallback] = [env[names[1].name], env[names[3].name], env[names[6].name]]
  if (number !== 42 || boolean !== true || fallback !== 'fallback')
    throw new Error(`${name} does not read what it should`)
  for (let i = 0; i < 2000; i++) read()
}

const times = Object.fromEntries(Object.keys(libraries).map((name) => [name, []]))
for (let round = 0; round < maxRounds; round++) {
  // In turns, and in a rotating order, so that a busy machine is busy for all alike.
  const turn = Object.entries(libraries)
  turn.push(...turn.splice(0, round % turn.length))
  for (const [name, read] of turn) {
    const before = process.cpuUsage()
    for (let i = 0; i < readingsPerRound; i++) read()
    const { user, system } = process.cpuUsage(before)
    times[name].push((user + system) / readingsPerRound)
  }
  if (round + 1 >= minRounds && Object.values(times).every((rounds) => summary(rounds).spread <= 0.1)) break
}

const own = summary(times['@ementech/env'])
console.log(
  `40 variables, ${times.envalid.length} rounds of ${readingsPerRound} readings, Node ${process.version}\n`,
)
for (const [name, rounds] of Object.entries(times)) {
  const { median, spread } = summary(rounds)
  const ratio = name === '@ementech/env' ? '' : `  ${(median / own.median).toFixed(2)} times @ementech/env`
  console.log(
    `${name.padEnd(18)} ${median.toFixed(1).padStart(7)} µs  ± ${(spread * 50).toFixed(0).padStart(2)} %${ratio}`,
  )
}

function summary(rounds) {
  const sorted = rounds.toSorted((a, b) => a - b)
  const at = (share) => sorted[Math.floor((sorted.length - 1) * share)]
  return { median: at(0.5), spread: (at(0.75) - at(0.25)) / at(0.5) }
}
