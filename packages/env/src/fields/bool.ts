import type * as z from 'zod'
import { Fault, field } from './field.js'

const words = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

/** `true`, `false`, `1` or `0`, and nothing else: `"False"` and `"no"` are refused rather than taken for true. */
export function bool(): z.ZodType<boolean, string> {
  return field((text) => words.get(text) ?? new Fault('must be true or false'), { format: 'true or false' })
}
