import * as z from 'zod'
import { isAsync, isFault, layersOf, markOf, shortcutOf, type FieldMark } from './fields/field.js'
import { asyncFault, parseText, parseTextAsync, type Parsed } from './parse-text.js'
import type { EnvShape } from './rules.js'
import { stages } from './stage.js'

/** What is known of a variable before any value is read. */
export interface Variable {
  readonly name: string
  /** NAME_FILE, which may name a file that holds the value. */
  readonly fileName: string
  readonly schema: z.ZodType
  readonly mark: FieldMark
  readonly secret: boolean
  readonly description: string | undefined
  readonly example: string | undefined
  /** The text that stands for an absent one in development and test. */
  readonly developmentDefault: string | undefined
  /** True if it cannot be parsed without waiting. */
  readonly async: boolean
  /** Parses a text as the schema would, without the way through zod; for schemas that are a field and nothing more. */
  readonly shortcut: ((text: string) => unknown) | undefined
}

/** What this package reads from `.meta()`. */
export interface EnvMeta {
  /** One sentence for `.env.example` and the docs. */
  description?: string
  /** A value to show in `.env.example` and the docs. */
  example?: string
  /** The text that stands for an absent one in development and test only. */
  developmentDefault?: string | undefined
  /** Whether it is a secret, where the schema and the name do not tell. */
  secret?: boolean
}

// Fail closed: a plain z.string() with such a name is treated as a secret.
const secretName =
  /SECRET|PASSW|PASSKEY|PASSPHRASE|PRIVATE|CREDENTIAL|(?:^|_)TOKEN|API_?KEY|(?:^|_)PIN(?:_|$)/

/** True for a name that announces a secret. */
export function soundsSecret(name: string): boolean {
  return secretName.test(name)
}

const stageSchema = z
  .enum(stages)
  .meta({ description: 'Where the application runs; set in the real environment' })

/** The variables of a schema, APP_ENV first. */
export function declaredVariables(caller: string, schema: EnvShape): Variable[] {
  if (typeof schema !== 'object' || schema === null) {
    throw new TypeError(`${caller}: schema must be an object of zod schemas`)
  }
  if ('_zod' in schema) {
    throw new TypeError(`${caller}: schema must be a plain object; give the .shape of a z.object()`)
  }
  const variables = Object.hasOwn(schema, 'APP_ENV') ? [] : [variableOf(caller, 'APP_ENV', stageSchema)]
  for (const name of Object.keys(schema)) variables.push(variableOf(caller, name, schema[name]!))
  return variables
}

const known = new WeakMap<z.ZodType, Variable>()

// Remembered, since a schema of zod never changes.
function variableOf(caller: string, name: string, schema: z.ZodType): Variable {
  const remembered = known.get(schema)
  if (remembered?.name === name) return remembered
  if (!(schema instanceof z.ZodType)) throw new TypeError(`${caller}: ${name} is not a schema of zod 4`)
  const variable = inspect(name, schema)
  known.set(schema, variable)
  return variable
}

/** Parses the text of a variable, or its absence. */
export function parseVariable(variable: Variable, text: string | undefined): Parsed<unknown> {
  const { schema, secret, shortcut } = variable
  if (variable.async) return { ok: false, faults: [asyncFault] }
  if (text === undefined || shortcut === undefined) return parseText(schema, text, secret)
  const value = shortcut(text)
  return isFault(value) ? { ok: false, faults: [value] } : { ok: true, value }
}

/** {@link parseVariable} for schemas that answer later. */
export function parseVariableAsync(variable: Variable, text: string | undefined): Promise<Parsed<unknown>> {
  return parseTextAsync(variable.schema, text, variable.secret)
}

/** The value that an absent variable gets from `.default()`; undefined if there is none. */
export function defaultOf(variable: Variable): unknown {
  const absent = parseText(variable.schema, undefined)
  return absent.ok ? absent.value : undefined
}

/** True if the variable may be absent. */
export function isOptional(variable: Variable): boolean {
  return parseText(variable.schema, undefined).ok
}

function inspect(name: string, schema: z.ZodType): Variable {
  const meta: EnvMeta = {}
  // The outermost layer that has a key decides, also when it takes it back with undefined.
  for (const layer of layersOf(schema)) {
    const own = z.globalRegistry.get(layer) as EnvMeta | undefined
    for (const key of ['description', 'example', 'developmentDefault', 'secret'] as const) {
      if (own && key in own && !(key in meta)) Object.assign(meta, { [key]: own[key] })
    }
  }
  const mark = markOf(schema)
  const { description, example, developmentDefault } = meta
  const secret = meta.secret ?? mark.secret ?? (Object.keys(mark).length === 0 && soundsSecret(name))
  return {
    name,
    fileName: `${name}_FILE`,
    schema,
    mark,
    secret,
    description,
    example,
    developmentDefault,
    async: isAsync(schema),
    shortcut: shortcutOf(schema),
  }
}
