import type { EnvIssueCode } from './errors.js'
import type { Findings } from './findings.js'
import type { Found } from './gather.js'
import type { Bundle, Rule, RuleContext } from './rules.js'
import type { Stage } from './stage.js'
import type { Variable } from './variable.js'
import { withhold } from './withhold.js'

interface RulesRun {
  bundles: readonly Bundle[]
  rules: readonly Rule[]
  values: Readonly<Record<string, unknown>>
  /** Names that have an issue already: nothing is added to them. */
  refused: Set<string>
  variables: readonly Variable[]
  found: readonly Found[]
  stage: Stage
  findings: Findings
}

/** Runs the rules of the presets and of the user. What a rule of the user says is shown only if no value is in it. */
export function runRules(run: RulesRun): void {
  for (const { rules, trusted } of run.bundles) for (const rule of rules) runRule(rule, trusted, run)
  for (const rule of run.rules) runRule(rule, false, run)
}

function runRule(
  rule: Rule,
  trusted: boolean,
  { values, refused, variables, found, stage, findings }: RulesRun,
): void {
  const complete = refused.size === 0
  const say =
    (how: 'report' | 'warn') =>
    (name: string, message: string, code: EnvIssueCode = 'conflict') => {
      const known = variables.some((variable) => variable.name === name)
      if (known && refused.has(name)) return
      // A name that is not declared could be a value that was passed in its place.
      findings[how](
        known ? name : 'rules',
        trusted ? message : withhold(String(message), guarded(variables, found)),
        code,
      )
    }
  const context: RuleContext = { stage, report: say('report'), warn: say('warn') }
  try {
    const answer: unknown = rule(values as Parameters<Rule>[0], context)
    if (!(answer instanceof Promise)) return
    // Nobody waits for it, and Node would print what it rejects with.
    answer.catch(() => {})
    findings.report('rules', 'must not be asynchronous: a rule returned a promise', 'threw')
  } catch {
    // With values missing, a rule that did not expect it adds nothing to what is reported already.
    if (complete)
      findings.report(
        'rules',
        'could not be checked: a rule threw an error, withheld because it may hold a value',
        'threw',
      )
  }
}

function* guarded(variables: readonly Variable[], found: readonly Found[]) {
  for (const [index, { name, secret }] of variables.entries()) {
    const { text } = found[index]!
    // The stage is no value to hide: every message may name it.
    if (text !== undefined && name !== 'APP_ENV' && name !== 'NODE_ENV') yield { text, secret }
  }
}
