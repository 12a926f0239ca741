import * as z from 'zod'
import { Fault, isFault } from './fields/field.js'
import { withhold } from './withhold.js'

/** What became of one text. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; faults: readonly Fault[] }

/**
 * Parses one text by one schema and never throws. What a schema of the user's says about a value is shown only if
 * nothing of the value is in it; what its code throws is not shown at all.
 */
export function parseText<T>(schema: z.core.$ZodType<T>, text: string | undefined, secret = true): Parsed<T> {
  try {
    const result = z.safeParse(schema, text)
    // Most texts are valid; only those that are not are parsed again, for our words.
    return result.success
      ? { ok: true, value: result.data }
      : judge(z.safeParse(schema, text, { error: ourWords }), text, secret)
  } catch (error) {
    return { ok: false, faults: [thrownFault(error)] }
  }
}

/** {@link parseText} for schemas with asynchronous transforms and refinements. */
export async function parseTextAsync<T>(
  schema: z.core.$ZodType<T>,
  text: string | undefined,
  secret = true,
): Promise<Parsed<T>> {
  try {
    return judge(await z.safeParseAsync(schema, text, { error: ourWords }), text, secret)
  } catch (error) {
    return { ok: false, faults: [thrownFault(error)] }
  }
}

function judge<T>(result: z.ZodSafeParseResult<T>, text: string | undefined, secret: boolean): Parsed<T> {
  if (result.success) return { ok: true, value: result.data }
  if (text === undefined) return { ok: false, faults: [new Fault('is missing', 'missing')] }
  return { ok: false, faults: result.error.issues.map((issue) => faultOf(issue, text, secret)) }
}

/** What is wrong with a schema that cannot be parsed without waiting. */
export const asyncFault = new Fault('is checked asynchronously: use createEnvAsync', 'threw')

function thrownFault(error: unknown): Fault {
  return error instanceof z.core.$ZodAsyncError
    ? asyncFault
    : new Fault(
        'could not be checked: its schema threw an error, withheld because it may hold the value',
        'threw',
      )
}

function faultOf(issue: z.core.$ZodIssue, text: string, secret: boolean): Fault {
  const fault = issue.code === 'custom' ? (issue.params?.['fault'] as unknown) : undefined
  if (isFault(fault)) return fault
  if (issue.message.startsWith(ours)) return new Fault(issue.message.slice(ours.length))
  return new Fault(withhold(issue.message, [{ text, secret }]))
}

// zod prefers a schema's own message to this one, so the prefix tells constant words from words that are not ours.
const ours = '\u0000'

function ourWords(issue: z.core.$ZodRawIssue): string {
  return ours + words(issue)
}

// Built from what the schema says, never from the input.
function words(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of: ' : ''}${issue.values.join(', ')}`
    case 'too_small':
      return `must be ${issue.inclusive === false ? 'more than ' : ''}${issue.minimum}${unitOf(issue.origin)}${issue.inclusive === false ? '' : ' or more'}`
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'less than ' : ''}${issue.maximum}${unitOf(issue.origin)}${issue.inclusive === false ? '' : ' or less'}`
    case 'invalid_type':
      return issue.expected === 'string' ? 'must be text' : `must be a ${issue.expected}`
    case 'invalid_format':
      return formatWords(issue)
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'invalid_union':
      return 'has none of the allowed forms'
    default:
      return 'is not valid'
  }
}

function unitOf(origin: string): string {
  return origin === 'string' ? ' characters' : origin === 'array' || origin === 'set' ? ' items' : ''
}

function formatWords(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidStringFormat>): string {
  const { prefix, suffix, includes, pattern } = issue as {
    prefix?: string
    suffix?: string
    includes?: string
    pattern?: string
  }
  if (issue.format === 'starts_with') return `must start with ${prefix}`
  if (issue.format === 'ends_with') return `must end with ${suffix}`
  if (issue.format === 'includes') return `must contain ${includes}`
  return issue.format === 'regex' ? `must match ${pattern}` : `must be a valid ${issue.format}`
}
