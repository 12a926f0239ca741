import * as z from 'zod'
import type { EnvIssueCode } from '../errors.js'
import type { Stage } from '../stage.js'

// Symbols of the registry, so that two installed copies of this package know each other's marks.
const faultBrand = Symbol.for('ementech.env.fault')
const markKey = Symbol.for('ementech.env.mark')
const shortcutKey = Symbol('shortcut')

/** A reason to refuse a value. Its message is made of constants only, so it may be shown as it is. */
export class Fault {
  readonly [faultBrand] = true
  readonly code: EnvIssueCode
  readonly message: string
  constructor(message: string, code: EnvIssueCode = 'invalid') {
    this.code = code
    this.message = message
  }
}

/** What createEnv knows of a field besides its zod schema. */
export interface FieldMark {
  /** Never shown, redacted, and held to a minimum of strength. */
  secret?: boolean
  /** The form of the value in words, for the documentation. */
  format?: string
  /** What to do when it is missing: where the value comes from. */
  remedy?: string
  /** What the stage forbids, though the type allows it. */
  inStage?: (text: string, stage: Stage) => Fault | undefined
  /** Writes a parsed value as it stands in a file: 900 → `15m`. */
  write?: (value: unknown) => string
}

/** True for a fault, of whichever copy of this package. */
export function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && faultBrand in value
}

/** A zod check that carries `mark`, from a function that returns a fault or nothing. */
export function verify(
  mark: FieldMark,
  judge: (text: string) => Fault | undefined,
): z.core.$ZodCheck<string> {
  const check = z.check<string>((context) => {
    const fault = judge(context.value)
    if (fault) context.issues.push(faultIssue(fault, context.value))
  })
  return Object.assign(check, { [markKey]: mark })
}

/** A field from a function that turns trimmed text into a value or a fault. */
export function field<T>(parse: (text: string) => T | Fault, mark: FieldMark = {}): z.ZodType<T, string> {
  const shortcut = (text: string) => parse(text.trim())
  const transform = (text: string, context: z.RefinementCtx<string>): T => {
    const result = shortcut(text)
    if (!isFault(result)) return result
    context.issues.push(faultIssue(result, text))
    return z.NEVER
  }
  return z.string().transform(Object.assign(transform, { [markKey]: mark, [shortcutKey]: shortcut }))
}

function faultIssue(fault: Fault, input: string) {
  return { code: 'custom', message: fault.message, input, params: { fault } } as const
}

/** The schema and every schema that it wraps, the outermost first. */
export function* layersOf(schema: z.core.$ZodType): Generator<z.core.$ZodType> {
  yield schema
  const definition = schema._zod.def as Definition
  for (const inner of [definition.innerType, definition.in, definition.out]) if (inner) yield* layersOf(inner)
}

/**
 * The mark of a schema; an empty one if it is not a field of this package. Marks hang on the functions of
 * schemas, because zod keeps those through every method of a schema, in all its versions.
 */
export function markOf(schema: z.core.$ZodType): FieldMark {
  for (const { _zod } of layersOf(schema)) {
    const { transform } = _zod.def as { transform?: Marked }
    for (const carrier of [transform, ...((_zod.def.checks ?? []) as Marked[])]) {
      if (carrier?.[markKey]) return carrier[markKey]
    }
  }
  return {}
}

interface Marked {
  [markKey]?: FieldMark
  [shortcutKey]?: (text: string) => unknown
}

/** The function of a field that has had nothing added to it but a default or `.optional()`; else undefined. */
export function shortcutOf(schema: z.core.$ZodType): Marked[typeof shortcutKey] {
  const { type, checks, innerType, out } = schema._zod.def as Definition
  if (checks?.length) return undefined
  if (type === 'optional' || type === 'default') return innerType && shortcutOf(innerType)
  return type === 'pipe' ? (out?._zod.def as { transform?: Marked }).transform?.[shortcutKey] : undefined
}

interface Definition {
  type: string
  checks?: readonly unknown[]
  innerType?: z.core.$ZodType
  in?: z.core.$ZodType
  out?: z.core.$ZodType
}

/** The form of a schema's values in words. */
export function formatOf(schema: z.core.$ZodType): string {
  const { format } = markOf(schema)
  if (format) return format
  for (const { _zod } of layersOf(schema)) {
    const { type, entries } = _zod.def as { type: string; entries?: Record<string, string> }
    if (type === 'enum') return Object.values(entries ?? {}).join(', ')
    if (type === 'number' || type === 'boolean') return type
  }
  return 'text'
}

/**
 * True if a function of the schema is declared `async`. Run without waiting, it could reject unheard later, and Node
 * would print its error, value and all: so it must not even start.
 */
export function isAsync(schema: z.core.$ZodType): boolean {
  for (const { _zod } of layersOf(schema)) {
    const { transform } = _zod.def as { transform?: unknown }
    const checks = (_zod.def.checks ?? []).map((check) => (check._zod.def as { fn?: unknown }).fn)
    if ([transform, ...checks].some((run) => run instanceof AsyncFunction)) return true
  }
  return false
}

const AsyncFunction = (async () => {}).constructor as new () => unknown
