import type * as z from 'zod'
import { assertKnownKeys } from '../options.js'
import { parseText } from '../parse-text.js'
import { Fault, field, formatOf, markOf } from './field.js'

/** Options of {@link list}. */
export interface ListOptions {
  /** @default ',' */
  separator?: string | undefined
  /** Least number of items. @default 1 */
  min?: number | undefined
  /** Greatest number of items. @default none */
  max?: number | undefined
}

/** Items between commas, each held to `item`: trimmed, empty ones dropped, doubles dropped, order kept. */
export function list<T>(item: z.ZodType<T, string>, options: ListOptions = {}): z.ZodType<T[], string> {
  assertKnownKeys('list()', options, ['separator', 'min', 'max'])
  const { separator = ',', min = 1, max = Infinity } = options
  const mark = markOf(item)
  const split = (text: string) =>
    [...new Set(text.split(separator).map((part) => part.trim()))].filter(Boolean)

  return field<T[]>(
    (text) => {
      const parts = split(text)
      if (parts.length < min) return new Fault(`must have ${min} item${min === 1 ? '' : 's'} or more`)
      if (parts.length > max) return new Fault(`must have ${max} item${max === 1 ? '' : 's'} or fewer`)
      const values: T[] = []
      for (const [index, part] of parts.entries()) {
        const result = parseText(item, part)
        if (!result.ok) return inItem(index, result.faults[0]!)
        values.push(result.value)
      }
      return values
    },
    {
      ...mark,
      format: `list of: ${formatOf(item)}`,
      inStage: (text, stage) => {
        for (const [index, part] of split(text).entries()) {
          const fault = mark.inStage?.(part, stage)
          if (fault) return inItem(index, fault)
        }
        return undefined
      },
      write: (value) => (value as unknown[]).map((one) => mark.write?.(one) ?? String(one)).join(separator),
    },
  )
}

function inItem(index: number, fault: Fault): Fault {
  return new Fault(`item ${index + 1} ${fault.message}`, fault.code)
}
