import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import { EnvError } from '../errors.js'
import type { EnvShape, Rule } from '../rules.js'
import { soundsSecret } from '../variable.js'
import { withhold } from '../withhold.js'

const usual = ['src/env', 'env', 'src/env.schema', 'env.schema'].flatMap((name) =>
  ['.ts', '.js', '.mjs', '.mts'].map((end) => name + end),
)

/** What a schema file exports. */
export interface LoadedSchema {
  schema: EnvShape
  rules: readonly Rule[]
}

/**
 * Imports a schema file, in JavaScript or TypeScript, and returns its export. TypeScript goes through tsx where that is
 * installed, else through Node, where Node strips types.
 */
export async function loadSchema(file: string | undefined, exportName: string): Promise<LoadedSchema> {
  const path =
    file === undefined ? usual.map((name) => resolve(name)).find((name) => existsSync(name)) : resolve(file)
  if (path === undefined)
    throw unreadable(
      `found no schema file (looked for src/env.ts, env.js and the like). Name it with --schema <file>`,
    )
  if (!existsSync(path)) throw unreadable(`the schema file ${file} does not exist`)
  if (/\.[cm]?tsx?$/.test(path)) await prepareTypeScript(path)

  const module = await importModule(path)
  const schema = module[exportName] ?? (exportName === 'schema' ? module['default'] : undefined)
  if (!isShape(schema)) {
    const names = Object.keys(module).join(', ') || 'nothing'
    throw unreadable(
      `the schema file exports no object of zod schemas as "${exportName}"; it exports ${names}. Name it with --export <name>`,
    )
  }
  return { schema, rules: Array.isArray(module['rules']) ? (module['rules'] as Rule[]) : [] }
}

async function prepareTypeScript(path: string): Promise<void> {
  const api = findTsx(path)
  if (api !== undefined) {
    const { register } = (await import(pathToFileURL(api).href)) as { register: () => void }
    return register()
  }
  if ((process.features as { typescript?: unknown }).typescript) return
  const advice =
    'install tsx (npm install -D tsx), use Node 22.18 or newer, or point --schema at the compiled JavaScript'
  throw unreadable(
    `the schema file is TypeScript, which Node ${process.versions.node} does not read: ${advice}`,
  )
}

// Through its manifest, because require.resolve finds its CommonJS build, which registers nothing for modules.
function findTsx(path: string): string | undefined {
  try {
    const manifest = createRequire(path).resolve('tsx/package.json')
    const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      exports: Record<string, { import: { default: string } }>
    }
    return resolve(dirname(manifest), exports['./esm/api']!.import.default)
  } catch {
    return undefined
  }
}

async function importModule(path: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>
  } catch (error) {
    // A schema file that reads the environment while it is imported says what is wrong by itself.
    if (error instanceof Error && error.name === 'EnvError') throw error
    const { name = 'Error', message = '' } = (error ?? {}) as Partial<Error>
    const guarded = Object.entries(process.env).flatMap(([key, text]) =>
      text && soundsSecret(key) ? [{ text, secret: true }] : [],
    )
    throw unreadable(`the schema file could not be imported: ${name}: ${withhold(message, guarded)}`)
  }
}

function isShape(value: unknown): value is EnvShape {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length > 0 &&
    Object.values(value).every((field) => field instanceof z.ZodType)
  )
}

function unreadable(message: string): EnvError {
  return new EnvError('ENV_SCHEMA_UNREADABLE', message)
}
