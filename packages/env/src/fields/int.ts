import type * as z from 'zod'
import { assertKnownKeys } from '../options.js'
import { isRelaxed } from '../stage.js'
import { Fault, field } from './field.js'

/** Bounds of a number, both included. */
export interface Range {
  min?: number | undefined
  max?: number | undefined
}

/** A whole number in decimal digits: `1e3`, `0x10`, `1.0` and the empty string are no numbers here. */
export function int(range: Range = {}): z.ZodType<number, string> {
  assertKnownKeys('int()', range, ['min', 'max'])
  const format = `whole number${inWords(range)}`
  return field(
    (text) =>
      /^[+-]?\d+$/.test(text) && within(Number(text), range)
        ? Number(text)
        : new Fault(`must be a ${format}`),
    {
      format,
    },
  )
}

/** A decimal number: `0.2`. */
export function number(range: Range = {}): z.ZodType<number, string> {
  assertKnownKeys('number()', range, ['min', 'max'])
  const format = `number${inWords(range)}`
  return field(
    (text) =>
      /^[+-]?\d+(?:\.\d+)?$/.test(text) && within(Number(text), range)
        ? Number(text)
        : new Fault(`must be a ${format}`),
    { format },
  )
}

/** A TCP port. 0, which lets the system choose one, is for development and tests only. */
export function port(): z.ZodType<number, string> {
  return field(
    (text) =>
      /^\d+$/.test(text) && Number(text) <= 65535
        ? Number(text)
        : new Fault('must be a port from 1 to 65535'),
    {
      format: 'port from 1 to 65535',
      inStage: (text, stage) =>
        Number(text) === 0 && !isRelaxed(stage)
          ? new Fault('must be a fixed port from 1 to 65535: 0 lets the system choose', 'unsafe')
          : undefined,
    },
  )
}

function within(value: number, { min = -Infinity, max = Infinity }: Range): boolean {
  return value >= min && value <= max && Math.abs(value) <= Number.MAX_SAFE_INTEGER
}

function inWords({ min, max }: Range): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`
  if (min !== undefined) return `, ${min} or more`
  return max === undefined ? '' : `, ${max} or less`
}
