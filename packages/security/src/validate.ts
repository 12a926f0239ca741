import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler } from 'express'
import type { z } from 'zod'
import { ValidationError, type Violation } from './errors.js'
import { assertKnownKeys } from './options.js'

/** The parts of a request that `validate()` can check, each with its schema. */
export interface ValidateSchemas {
  body?: z.ZodType
  query?: z.ZodType
  params?: z.ZodType
}

/** What the schemas made of a request. */
export type Valid<S extends ValidateSchemas> = {
  -readonly [Part in keyof S as S[Part] extends z.ZodType ? Part : never]: S[Part] extends z.ZodType
    ? z.output<S[Part]>
    : never
}

/** A request handler that also hands out what it has validated. */
export interface Validate<S extends ValidateSchemas> extends RequestHandler {
  /** The validated parts of `req`. Throws a `TypeError` when this handler has not run before. */
  of(req: IncomingMessage): Valid<S>
}

const parts = ['params', 'query', 'body'] as const

/**
 * Checks a request against zod schemas: 400 with every violation, or on to the handler, which reads the result:
 *
 *     const newOrder = validate({ body: z.strictObject({ sku: z.string() }) })
 *     app.post('/orders', newOrder, (req, res) => res.json(newOrder.of(req).body.sku))
 *
 * `req` stays as it was.
 */
export function validate<const S extends ValidateSchemas>(schemas: S): Validate<S> {
  assertKnownKeys('validate', schemas, parts)
  const checked = parts.filter((part) => schemas[part] !== undefined)
  if (checked.length === 0) throw new TypeError('validate: no schema. Give one for body, query or params.')
  const results = new WeakMap<IncomingMessage, Valid<S>>()

  return Object.assign(validateMiddleware, {
    of(req: IncomingMessage): Valid<S> {
      const valid = results.get(req)
      if (valid) return valid
      throw new TypeError(
        'validate: this request has not been validated. Mount this validate() before the handler.',
      )
    },
  })

  function validateMiddleware(...[req, , next]: Parameters<RequestHandler>): void {
    check(req).then(() => next(), next)
  }

  async function check(req: Request): Promise<void> {
    const valid: Record<string, unknown> = {}
    const violations: Violation[] = []
    for (const part of checked) {
      const result = await schemas[part]!.safeParseAsync(req[part])
      if (result.success) valid[part] = result.data
      else
        violations.push(
          ...withoutValues(violationsOf(result.error.issues, part), result.error.issues, req[part]),
        )
    }
    if (violations.length > 0) throw new ValidationError(violations.slice(0, maxViolations))
    results.set(req, valid as Valid<S>)
  }
}

/** A list of ten thousand wrong items shall not become an answer of ten thousand lines. */
const maxViolations = 50

/** zod's issues as paths and messages. Neither holds the value. */
export function violationsOf(issues: readonly z.core.$ZodIssue[], part?: string): Violation[] {
  return issues.map(({ path, message }) => ({
    path: [...(part ? [part] : []), ...path].map(String).join('.'),
    message,
  }))
}

/** A message that quotes what was sent could quote a password, so it is replaced. zod's own messages never do; `error: ({ input }) => …` can. */
function withoutValues(
  violations: readonly Violation[],
  issues: readonly z.core.$ZodIssue[],
  input: unknown,
): Violation[] {
  return violations.map(({ path, message }, index) => {
    const texts = textsIn(valueAt(input, issues[index]!.path))
    return { path, message: texts.some((text) => message.includes(text)) ? 'is not valid' : message }
  })
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (Object.hasOwn(Object(value) as object, key) ? (value as never)[key] : undefined),
    input,
  )
}

/** What is shorter, and words of less than eight letters, stand in sentences by chance. */
const quotable = /^(?![a-z]{1,7}$).{4,}/s

/** The texts and numbers in a value; not all of a large one, because any of them is reason enough. */
function textsIn(value: unknown): string[] {
  const texts: string[] = []
  const waiting = [value]
  for (let looked = 0; waiting.length > 0 && looked < 1000; looked++) {
    const next = waiting.pop()
    if (typeof next === 'object' && next !== null) waiting.push(...Object.values(next).slice(0, 1000))
    else if (['string', 'number', 'bigint'].includes(typeof next)) texts.push(String(next))
  }
  return texts.filter((text) => quotable.test(text))
}
