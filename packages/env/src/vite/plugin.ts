import { resolve } from 'node:path'
import { loadEnv, type Plugin } from 'vite'
import type * as z from 'zod'
import { createEnv, type DeepReadonly } from '../create-env.js'
import { describe } from '../describe.js'
import { EnvError, invalidEnv, type EnvIssue } from '../errors.js'
import type { EnvFiles } from '../files.js'
import { assertKnownKeys } from '../options.js'
import type { EnvShape, Rule } from '../rules.js'
import { isStage, type Stage } from '../stage.js'
import { assertNoSecrets, collectSecrets } from './leaks.js'

/** Options of {@link viteEnv}. */
export interface ViteEnvOptions<S extends EnvShape> {
  /** The variables that the browser gets; their names start with Vite's `envPrefix` (`VITE_`). */
  schema: S
  /** @default Vite's mode if it is a stage, else `production` for a build and `development` for the server */
  stage?: Stage | undefined
  rules?: readonly Rule<S>[] | undefined
  /** Refuses what would be a warning. @default false */
  strict?: boolean | undefined
  /**
   * The schema of the server. The build fails if the value of one of its secrets is in the output. Without it, every
   * variable of the environment and of the files whose name sounds like a secret is looked for.
   */
  secrets?: EnvShape | undefined
  /** Where the `.env` files of the server are. @default Vite's `envDir` */
  secretFiles?: EnvFiles | undefined
}

/**
 * `import.meta.env` as a schema makes it, for `declare global { interface ImportMetaEnv extends ViteEnv<typeof schema> {} }`.
 */
export type ViteEnv<S extends EnvShape> = { readonly [K in keyof S & string]: DeepReadonly<z.output<S[K]>> }

/**
 * A Vite plugin: checks the public variables when Vite starts, puts the parsed values into `import.meta.env` (`false` is
 * a boolean there, and defaults are filled in), and fails a build that has a secret in its output.
 */
export function viteEnv<const S extends EnvShape>(options: ViteEnvOptions<S>): Plugin {
  assertKnownKeys('viteEnv()', options, ['schema', 'stage', 'rules', 'strict', 'secrets', 'secretFiles'])
  let warnings: readonly EnvIssue[] = []
  let secrets: ReadonlyMap<string, readonly string[]> = new Map()
  let publicDir: string | undefined

  return {
    name: 'ementech-env',
    enforce: 'post',

    config(config, { mode, command }) {
      const prefixes = [config.envPrefix ?? 'VITE_'].flat()
      assertPrefixes(options.schema, prefixes)
      const root = resolve(config.root ?? '.')
      const envDir = config.envDir === false ? false : resolve(root, config.envDir ?? '.')
      const stage =
        options.stage ?? (isStage(mode) ? mode : command === 'build' ? 'production' : 'development')
      // Vite's own loader, because these are the very texts that Vite would inline.
      const texts = loadEnv(mode, envDir as string, prefixes)
      const values = checkPublic(options, stage, texts, (found) => (warnings = found))
      secrets = collectSecrets(options.secrets, options.secretFiles ?? envDir, stage, prefixes)
      return {
        define: Object.fromEntries(
          Object.entries(values).map(([name, value]) => [`import.meta.env.${name}`, literal(value)]),
        ),
      }
    },

    configResolved({ logger, build, publicDir: directory }) {
      for (const { name, message } of warnings) logger.warn(`environment: ${name} ${message}`)
      publicDir = build.copyPublicDir && directory ? directory : undefined
    },

    generateBundle: {
      order: 'post',
      handler(_output, bundle) {
        assertNoSecrets(secrets, bundle, publicDir)
      },
    },
  }
}

function checkPublic<S extends EnvShape>(
  { schema, rules, strict }: ViteEnvOptions<S>,
  stage: Stage,
  texts: Record<string, string>,
  onWarnings: (warnings: readonly EnvIssue[]) => void,
): Record<string, unknown> {
  const issues = exposedSecrets(texts)
  try {
    const env = createEnv({ schema, stage, rules, strict, source: texts })
    if (issues.length === 0) {
      onWarnings(describe(env).warnings)
      return Object.fromEntries(
        Object.keys(schema).map((name) => [name, (env as Record<string, unknown>)[name]]),
      )
    }
  } catch (error) {
    if (!(error instanceof EnvError)) throw error
    issues.push(...error.issues.filter(({ name }) => !issues.some((issue) => issue.name === name)))
  }
  throw invalidEnv(stage, issues, 'what Vite would put into the bundle')
}

// Whatever the prefix, the browser gets it: declared or not, one `import.meta.env[name]` inlines them all.
function exposedSecrets(texts: Record<string, string>): EnvIssue[] {
  const advice = 'and every visitor could read it: rename it without the prefix, and keep it on the server'
  return Object.entries(texts).flatMap(([name, text]): EnvIssue[] => {
    if (/SECRET|PRIVATE|PASSW|PASSKEY|CREDENTIAL/.test(name))
      return [{ name, code: 'unsafe', message: `is a secret by its name, ${advice}` }]
    if (/^(?:sk|rk)_(?:test|live)_|^whsec_|-----BEGIN [A-Z ]*PRIVATE KEY/.test(text)) {
      return [{ name, code: 'unsafe', message: `is a secret by the form of its value, ${advice}` }]
    }
    return []
  })
}

function assertPrefixes(schema: EnvShape, prefixes: readonly string[]): void {
  for (const name of Object.keys(schema)) {
    if (prefixes.some((prefix) => name.startsWith(prefix))) continue
    throw new TypeError(
      `viteEnv(): ${name} would not reach the browser: names start with ${prefixes.join(' or ')}`,
    )
  }
}

function literal(value: unknown): string {
  return value === undefined ? 'undefined' : JSON.stringify(value)
}
