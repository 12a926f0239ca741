import { inspect } from 'node:util'
import type { EnvIssue } from './errors.js'
import type { Found } from './gather.js'
import { redactor } from './redact.js'
import type { Stage } from './stage.js'
import type { Variable } from './variable.js'

/** What is known of one variable after reading; never its value. */
export interface DescribedVariable {
  readonly name: string
  /** `process.env` (`source` if one was given), the file, the name of the asynchronous source, `NAME_FILE`, `default`, `development default`, or `unset`. */
  readonly source: string
  readonly secret: boolean
  readonly defaultUsed: boolean
}

/** What {@link describe} answers. */
export interface EnvDescription {
  readonly stage: Stage
  readonly variables: readonly DescribedVariable[]
  readonly warnings: readonly EnvIssue[]
}

/** How an environment came about: what `describe` and `redact` are answered from. */
export interface EnvRecord {
  readonly stage: Stage
  readonly variables: readonly Variable[]
  /** In the order of the variables. */
  readonly found: readonly Found[]
  readonly warnings: readonly EnvIssue[]
  /** Made at first use. */
  redact?: (text: string) => string
}

/**
 * The object that applications get: its keys are the variables alone. It prints `[secret]` in place of secrets, through
 * `inspect` and as JSON; how it came about is in a private field, out of sight.
 */
export class Environment {
  readonly #record: EnvRecord

  constructor(record: EnvRecord) {
    this.#record = record
  }

  static recordOf(env: object, caller: string): EnvRecord {
    if (#record in env) return env.#record
    throw new TypeError(`${caller}(): expected the object that createEnv returned, not a copy of it`)
  }

  toJSON(): object {
    return printable(this, this.#record.variables)
  }

  [inspect.custom](): object {
    return printable(this, this.#record.variables)
  }
}

/** Where each variable came from, and what the reading warned of. Made of names only: safe to log. */
export function describe(env: object): EnvDescription {
  const { stage, variables, found, warnings } = Environment.recordOf(env, 'describe')
  const described = variables.map(({ name, secret }, index): DescribedVariable => {
    const { text, source: origin } = found[index]!
    const source = text === undefined && valueOf(env, name) !== undefined ? 'default' : origin
    return { name, source, secret, defaultUsed: source === 'default' || source === 'development default' }
  })
  return { stage, variables: described, warnings }
}

/** `text` with every secret of `env` replaced by `[NAME]`, also in its usual disguises (base64, percent-encoding, JSON). */
export function redact(env: object, text: string): string {
  const record = Environment.recordOf(env, 'redact')
  record.redact ??= redactor(secretTexts(env, record))
  return record.redact(text)
}

function printable(env: object, variables: readonly Variable[]): object {
  const secrets = new Set(variables.flatMap(({ name, secret }) => (secret ? [name] : [])))
  const show = ([name, value]: [string, unknown]) => [
    name,
    secrets.has(name) && value !== undefined ? '[secret]' : value,
  ]
  return Object.fromEntries(Object.entries(env).map(show)) as object
}

function secretTexts(env: object, { variables, found }: EnvRecord): Map<string, string[]> {
  const texts = new Map<string, string[]>()
  variables.forEach(({ name, secret }, index) => {
    const forms = [found[index]!.text, valueOf(env, name)].flat()
    if (secret)
      texts.set(
        name,
        forms.filter((text) => typeof text === 'string'),
      )
  })
  return texts
}

function valueOf(env: object, name: string): unknown {
  return (env as Record<string, unknown>)[name]
}

/** Freezes arrays and plain objects to the ground; instances of classes (Date, URL, KeyObject) would not stay useful. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  const prototype: unknown = Object.getPrototypeOf(value)
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
  return value
}
