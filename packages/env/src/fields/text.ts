import type * as z from 'zod'
import { Fault, field } from './field.js'

/** Text of a given form; the message is "must be …", and the form in words. */
export function text(pattern: RegExp, form: string): z.ZodType<string, string> {
  return field((value) => (pattern.test(value) ? value : new Fault(`must be ${form}`)), { format: form })
}
