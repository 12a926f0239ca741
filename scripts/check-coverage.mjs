/** Holds docs/guide-coverage.md to the truth: its files exist, and its tests are among those that passed. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What is wrong with the list, by the report of a test run. */
export function coverageFaults(report) {
  const passed = new Set(
    report.testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'passed')
      .map(({ title }) => title),
  )
  return rows().flatMap(({ row, file, title }) => [
    ...(existsSync(join(root, file)) ? [] : [`${row}: there is no file ${file}`]),
    ...(passed.has(title) ? [] : [`${row}: no test passed that is called "${title}"`]),
  ])
}

/** The rows of the table: `| C-001 | capability | \`file\` | title |`. */
function rows() {
  const lines = readFileSync(join(root, 'docs/guide-coverage.md'), 'utf8').split('\n')
  const found = lines
    .map((line) => /^\| (C-\d{3}) +\|[^|]+\| `([^`]+)` +\| (.+?) +\|$/.exec(line))
    .filter(Boolean)
    .map(([, row, file, title]) => ({ row, file, title }))
  const meant = lines.filter((line) => line.startsWith('| C-')).length
  if (found.length !== meant || meant === 0)
    throw new Error('docs/guide-coverage.md has a row that cannot be read')
  return found
}
