import type * as z from 'zod'
import { conclude, type Reading } from './conclude.js'
import { readEnvFiles, type EnvFiles } from './files.js'
import { createFindings } from './findings.js'
import { gather } from './gather.js'
import { silentLogger, type Logger } from './logger.js'
import { assertKnownKeys } from './options.js'
import { bundlesOf, type EnvShape, type Rule } from './rules.js'
import { isStage, resolveStage, stages, type Stage } from './stage.js'
import { readSources, type EnvSource } from './sources.js'
import { declaredVariables, parseVariable, parseVariableAsync } from './variable.js'

/** Options of {@link createEnv}. */
export interface EnvOptions<S extends EnvShape> {
  /** A zod schema for each variable; presets are spread into it. */
  schema: S
  /** The stage. @default APP_ENV of the source, else `test` under NODE_ENV=test, else `development` */
  stage?: Stage | undefined
  /**
   * The directory of the `.env` files, or a list of files that must exist (the first wins), or `false` for none.
   * @default the working directory, or `false` if a `source` is given
   */
  files?: EnvFiles | undefined
  /** The real environment, which beats every file. Never written to. @default process.env */
  source?: Readonly<Record<string, string | undefined>> | undefined
  /** Checks across variables, besides those of the presets. */
  rules?: readonly Rule<S>[] | undefined
  /** Refuses what would be a warning: misspelt names, files that others can read, settings without effect. @default false */
  strict?: boolean | undefined
  /** Told of every warning. @default silent; `describe(env).warnings` has them too */
  logger?: Logger | undefined
}

/** Options of {@link createEnvAsync}. */
export interface EnvAsyncOptions<S extends EnvShape> extends EnvOptions<S> {
  /**
   * Sources that answer later, by name; the first that has a variable wins. The real environment beats them, they
   * beat the files: `{ vault: async () => (await client.read('secret/data/shop')).data.data }`.
   */
  sources?: Readonly<Record<string, EnvSource>> | undefined
  /** How long the sources have. @default 10000 */
  timeoutMs?: number | undefined
}

/** `T` as it comes out frozen. */
export type DeepReadonly<T> = T extends
  string | number | boolean | bigint | symbol | null | undefined | Function // eslint-disable-line @typescript-eslint/no-unsafe-function-type -- any function
  ? T
  : T extends readonly unknown[] | Record<string, unknown>
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T

/** The variables of a schema, parsed; APP_ENV, the stage, is always among them. */
export type Env<S extends EnvShape> = { readonly APP_ENV: Stage } & {
  readonly [K in keyof S & string]: DeepReadonly<z.output<S[K]>>
}

/**
 * Reads, checks and freezes the environment. All problems are reported at once, in one {@link EnvError}, and no value
 * is in it. Misuse of the options is a `TypeError`.
 */
export function createEnv<const S extends EnvShape>(options: EnvOptions<S>): Env<S> {
  const reading = begin('createEnv()', options, commonKeys)
  const layers = [reading.real, ...readEnvFiles(reading.files, reading.stage, reading.findings)]
  const found = gather(reading, layers)
  const parsed = reading.variables.map((variable, index) => parseVariable(variable, found[index]?.text))
  return conclude(reading, layers, found, parsed) as Env<S>
}

/** {@link createEnv} for sources that answer later, and for schemas with asynchronous refinements. Same rules, same errors. */
export async function createEnvAsync<const S extends EnvShape>(options: EnvAsyncOptions<S>): Promise<Env<S>> {
  const reading = begin('createEnvAsync()', options, [...commonKeys, 'sources', 'timeoutMs'])
  const answered = await readSources(options.sources ?? {}, options.timeoutMs ?? 10_000, reading.findings)
  const layers = [reading.real, ...answered, ...readEnvFiles(reading.files, reading.stage, reading.findings)]
  const found = gather(reading, layers)
  const parsed = await Promise.all(
    reading.variables.map((variable, index) => parseVariableAsync(variable, found[index]?.text)),
  )
  return conclude(reading, layers, found, parsed) as Env<S>
}

const commonKeys = ['schema', 'stage', 'files', 'source', 'rules', 'strict', 'logger']

function begin<S extends EnvShape>(
  caller: string,
  options: EnvOptions<S>,
  known: readonly string[],
): Reading {
  assertKnownKeys(caller, options, known)
  const { schema, source = process.env, stage, rules = [], strict = false, logger = silentLogger } = options
  if (stage !== undefined && !isStage(stage))
    throw new TypeError(`${caller}: stage must be one of ${stages.join(', ')}`)
  const findings = createFindings(strict)
  const realName = source === process.env ? 'process.env' : 'source'
  const resolved = stage ? { stage } : resolveStage(source)
  if (resolved.problem) findings.report('APP_ENV', resolved.problem.message, resolved.problem.code)
  return {
    stage: resolved.stage,
    variables: declaredVariables(caller, schema),
    bundles: bundlesOf(schema),
    rules: rules as readonly Rule[],
    files: options.files ?? (options.source ? false : '.'),
    stageSource: stage ? 'stage option' : isStage(source['APP_ENV']) ? realName : 'default',
    real: { name: realName, values: source },
    findings,
    logger,
  }
}
