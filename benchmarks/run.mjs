/** `npm run bench -- env mongo`: builds, then runs the named benchmarks one after the other (default: all). */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from '../scripts/build.mjs'

const dir = fileURLToPath(new URL('.', import.meta.url))
const all = readdirSync(dir)
  .filter((file) => file.endsWith('.mjs') && file !== 'run.mjs')
  .map((file) => file.slice(0, -4))
const names = process.argv.length > 2 ? process.argv.slice(2) : all
await build({ dts: false })
for (const name of names) {
  if (!all.includes(name)) throw new Error(`No benchmark named ${name}; there are ${all.join(', ')}.`)
  console.log(`\n# ${name}`)
  const { status } = spawnSync(process.execPath, [`${dir}${name}.mjs`], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
