import type * as z from 'zod'
import type { EnvIssueCode } from './errors.js'
import { parseText } from './parse-text.js'
import type { Stage } from './stage.js'

/** The variables of an application: a zod schema for each name. */
export type EnvShape = Record<string, z.ZodType>

/** What a rule has to work with besides the values. */
export interface RuleContext {
  readonly stage: Stage
  /** Refuses the environment: `report('DB_MIN_POOL_SIZE', 'must not exceed DB_MAX_POOL_SIZE')`. No values, please. */
  report(name: string, message: string, code?: EnvIssueCode): void
  /** Says something without refusing (but `strict` refuses). */
  warn(name: string, message: string, code?: EnvIssueCode): void
}

/**
 * A check across variables. Every value that is unset, or was refused already, is undefined: a rule speaks up only
 * about what it can see.
 */
export type Rule<S extends EnvShape = EnvShape> = (
  env: { readonly [K in keyof S & string]?: z.output<S[K]> | undefined },
  context: RuleContext,
) => void

/** A preset's own part: rules whose words are constants, and texts derived from other texts before parsing. */
export interface Bundle {
  readonly title: string
  readonly names: readonly string[]
  readonly rules: readonly Rule[]
  readonly prepare?:
    ((text: (name: string) => string | undefined, context: PrepareContext) => void) | undefined
  readonly trusted: boolean
}

/** What `prepare` may do. */
export interface PrepareContext {
  /** Gives `name` a text that comes from the text of `from`. */
  derive(name: string, text: string, from: string): void
  report(name: string, message: string, code?: EnvIssueCode): void
  warn(name: string, message: string, code?: EnvIssueCode): void
}

// A symbol of the registry, so that two installed copies of this package know each other's bundles.
const bundleBrand = Symbol.for('ementech.env.bundle')

/** A shape with rules of your own, which travel with it when it is spread into a schema. */
export function withRules<S extends EnvShape>(shape: S, ...rules: Rule<S>[]): S {
  return bundle(shape, { title: '', rules: rules as Rule[], trusted: false })
}

/** A preset: a shape with a title, its rules and its preparations. */
export function preset<S extends EnvShape>(
  title: string,
  shape: S,
  parts: { rules?: Rule<S>[]; prepare?: Bundle['prepare'] } = {},
): S {
  return bundle(shape, { title, rules: (parts.rules ?? []) as Rule[], prepare: parts.prepare, trusted: true })
}

/**
 * A service that may be left out: every variable of `shape` becomes optional, but if one is set, all that it requires
 * must be, and only then do its rules run.
 */
export function allOrNone<S extends EnvShape>(shape: S): { [K in keyof S]: z.ZodOptional<S[K]> } {
  const absent = Object.keys(shape).map((name) => ({ name, parsed: parseText(shape[name]!, undefined) }))
  const required = absent.filter(({ parsed }) => !parsed.ok).map(({ name }) => name)
  // A variable with a default says nothing about whether the service is used.
  const telling = absent
    .filter(({ parsed }) => !parsed.ok || parsed.value === undefined)
    .map(({ name }) => name)
  const firstSet: FirstSet = (env) => telling.find((name) => env[name] !== undefined)

  const together: Rule = (env, { report }) => {
    const set = firstSet(env)
    for (const name of set === undefined ? [] : required) {
      if (env[name] !== undefined) continue
      report(name, `is missing, while ${set} is set: set all of this service or none`, 'missing')
    }
  }
  const optional: Record<string | symbol, unknown> = {}
  for (const name of Object.keys(shape)) {
    // What stands in for absent variables on a laptop would set the service up by halves.
    optional[name] = shape[name]!.optional().meta({ developmentDefault: undefined })
  }
  const own = bundle(optional as EnvShape, { title: '', rules: [together], trusted: true })
  for (const carried of bundlesOf(shape)) {
    Object.assign(
      own,
      bundle({}, { ...carried, rules: carried.rules.map((rule) => onlyIf(firstSet, rule)) }, carried.names),
    )
  }
  return own as { [K in keyof S]: z.ZodOptional<S[K]> }
}

type FirstSet = (env: Parameters<Rule>[0]) => string | undefined

function onlyIf(firstSet: FirstSet, rule: Rule): Rule {
  return (env, context) => (firstSet(env) === undefined ? undefined : rule(env, context))
}

/** The bundles that a schema carries, in the order in which they were spread into it. */
export function bundlesOf(schema: object): Bundle[] {
  const values = Object.getOwnPropertySymbols(schema).map((key) => (schema as Record<symbol, unknown>)[key])
  return values.filter(
    (value): value is Bundle => typeof value === 'object' && value !== null && bundleBrand in value,
  )
}

// Object spread copies own enumerable symbols, and no two bundles share one: so rules are never lost or overwritten.
function bundle<S extends EnvShape>(
  shape: S,
  parts: Omit<Bundle, 'names'>,
  names: readonly string[] = Object.keys(shape),
): S {
  const carried: Bundle = Object.freeze({ ...parts, names, [bundleBrand]: true })
  return { ...shape, [Symbol(parts.title || 'rules')]: carried }
}
