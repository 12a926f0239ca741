import { deepFreeze, Environment } from './describe.js'
import { invalidEnv, type EnvError } from './errors.js'
import { Fault } from './fields/field.js'
import type { EnvFiles, Layer } from './files.js'
import type { Findings } from './findings.js'
import type { Found } from './gather.js'
import type { Logger } from './logger.js'
import { findMisspelt, type Suspect } from './names.js'
import type { Parsed } from './parse-text.js'
import type { Bundle, Rule } from './rules.js'
import { runRules } from './run-rules.js'
import { isRelaxed, type Stage } from './stage.js'
import type { Variable } from './variable.js'

/** What one call of createEnv works with. */
export interface Reading {
  readonly stage: Stage
  readonly stageSource: string
  readonly variables: readonly Variable[]
  readonly bundles: readonly Bundle[]
  readonly rules: readonly Rule[]
  readonly files: EnvFiles
  readonly real: Layer
  readonly findings: Findings
  readonly logger: Logger
}

/**
 * From parsed values to the frozen environment: what the stage forbids, misspelt names, rules across variables. Throws
 * one error with everything that was found by then.
 */
export function conclude(
  { stage, variables, bundles, rules, findings, logger }: Reading,
  layers: readonly Layer[],
  found: readonly Found[],
  parsed: readonly Parsed<unknown>[],
): object {
  const { warnings } = findings
  const env = new Environment({ stage, variables, found, warnings }) as Environment & Record<string, unknown>
  const faulty: [Variable, readonly Fault[]][] = []
  variables.forEach((variable, index) => {
    const result = parsed[index]!
    const faults = result.ok ? stageFaults(variable, result.value, found[index]!.text, stage) : result.faults
    if (faults.length > 0) faulty.push([variable, faults])
    else env[variable.name] = result.ok ? deepFreeze(result.value) : undefined
  })

  // With NAME_FILE unreadable, that NAME is missing goes without saying.
  const refused = new Set(findings.issues.flatMap(({ name }) => [name, name.replace(/_FILE$/, '')]))
  const suspects = findMisspelt(env, variables, layers, found)
  for (const [variable, faults] of faulty) {
    if (refused.has(variable.name)) continue
    refused.add(variable.name)
    for (const { code, message } of faults) {
      const remedy = code === 'missing' ? remedyFor(variable, suspects) : ''
      findings.report(variable.name, message + remedy, code)
    }
  }
  for (const { name, layer, meant, guess } of suspects) {
    if (meant !== undefined && refused.has(meant)) continue
    const hint = guess ? `; did you mean ${guess}?` : ''
    findings.warn(name, `is not declared, but set in ${layer}${hint}`, 'misspelt')
  }
  runRules({ bundles, rules, values: env, refused, variables, found, stage, findings })

  for (const warning of warnings) logger.warn('environment: a setting deserves a look', { ...warning })
  if (findings.issues.length > 0) throw refusal(stage, variables, findings, layers)
  return Object.freeze(env)
}

const none: readonly Fault[] = []

function stageFaults({ mark, secret }: Variable, value: unknown, found: string | undefined, stage: Stage) {
  if (found === undefined && secret && value !== undefined && !isRelaxed(stage)) {
    return [new Fault(`has only a default from the code, which is no secret in ${stage}; set it`, 'weak')]
  }
  const text = found ?? (typeof value === 'string' ? value : undefined)
  const fault = text === undefined ? undefined : mark.inStage?.(text, stage)
  return fault ? [fault] : none
}

function remedyFor({ name, mark }: Variable, suspects: readonly Suspect[]): string {
  const suspect = suspects.find(({ meant }) => meant === name)
  if (suspect) return `; ${suspect.name} is set: did you mean ${name}?`
  return mark.remedy ? `; ${mark.remedy}` : ''
}

function refusal(
  stage: Stage,
  variables: readonly Variable[],
  { issues }: Findings,
  layers: readonly Layer[],
): EnvError {
  const order = new Map(variables.map(({ name }, index) => [name, index]))
  const place = (name: string) => order.get(name) ?? Infinity
  const sorted = issues.toSorted((a, b) =>
    place(a.name) === place(b.name) ? 0 : place(a.name) - place(b.name),
  )
  const read = layers.map(({ name }) => name).join(', ')
  return invalidEnv(stage, sorted, layers.length > 1 ? read : `${read} only, no file`)
}
