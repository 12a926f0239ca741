import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createEnvAsync } from '../create-env.js'
import { describe, type DescribedVariable } from '../describe.js'
import { EnvError, type EnvIssue } from '../errors.js'
import { fileNames } from '../files.js'
import { silentLogger } from '../logger.js'
import { resolveStage, type Stage } from '../stage.js'
import type { LoadedSchema } from './load-schema.js'
import type { Paint } from './paint.js'

/** What `check` found out. */
export interface CheckResult {
  ok: boolean
  stage: Stage
  /** The `.env` files that there are for this stage. */
  files: readonly string[]
  issues: readonly EnvIssue[]
  warnings: readonly EnvIssue[]
  variables: readonly DescribedVariable[]
}

/** Reads the environment as the application would. */
export async function check(
  { schema, rules }: LoadedSchema,
  options: { stage: Stage | undefined; dir: string; strict: boolean },
): Promise<CheckResult> {
  const stage = options.stage ?? resolveStage(process.env).stage
  const files = fileNames(stage).filter((name) => existsSync(join(options.dir, name)))
  const warnings: EnvIssue[] = []
  const logger = { ...silentLogger, warn: (_: string, fields?: object) => warnings.push(fields as EnvIssue) }
  try {
    const { strict, dir } = options
    const env = await createEnvAsync({ schema, rules, stage: options.stage, files: dir, strict, logger })
    return { ok: true, stage, files, issues: [], warnings, variables: describe(env).variables }
  } catch (error) {
    if (!(error instanceof EnvError)) throw error
    return { ok: false, stage, files, issues: error.issues, warnings, variables: [] }
  }
}

/** The result for a person. */
export function formatCheck(result: CheckResult, paint: Paint, columns: number): string {
  const { ok, stage, files, issues, warnings, variables } = result
  const read = `${paint.bold(stage)} (process.env${files.map((name) => `, ${name}`).join('')})`
  const parts = ok
    ? [`${paint.green('ok')}  ${read}: ${variables.length} variables, ${countSources(variables)}.`]
    : [`${paint.red(plural(issues.length, 'problem'))} in ${read}:`, columnsOf(issues, paint, columns)]
  if (warnings.length > 0) {
    parts.push(`${paint.yellow(plural(warnings.length, 'warning'))}:`, columnsOf(warnings, paint, columns))
  }
  return parts.join('\n\n') + '\n'
}

function columnsOf(issues: readonly EnvIssue[], paint: Paint, columns: number): string {
  const width = Math.min(28, Math.max(...issues.map(({ name }) => name.length)))
  return issues
    .map(({ name, message }) => {
      const lines = wrap(message, Math.max(40, columns - width - 4))
      const gap = ' '.repeat(Math.max(0, width - name.length))
      return `  ${paint.bold(name)}${gap}  ${lines.join(`\n${' '.repeat(width + 4)}`)}`
    })
    .join('\n')
}

// A command to copy stays in one piece: what stands behind "with: " gets a line of its own.
function wrap(text: string, width: number): string[] {
  const [prose = '', command] = text.split(/(?<=with:) /)
  const lines: string[] = []
  for (const word of prose.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length + 1 <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return command === undefined ? lines : [...lines, command]
}

function countSources(variables: readonly DescribedVariable[]): string {
  const counts = new Map<string, number>()
  for (const { source } of variables) counts.set(source, (counts.get(source) ?? 0) + 1)
  return [...counts]
    .map(
      ([source, count]) =>
        `${count} ${source === 'unset' || source.endsWith('default') ? source : `from ${source}`}`,
    )
    .join(', ')
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
