import type * as z from 'zod'
import { assertKnownKeys } from '../options.js'
import { Fault, field } from './field.js'
import type { Range } from './int.js'

const milliseconds = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
// 1024, as Express and the `bytes` package count.
const sizes = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }

/**
 * A length of time, as a whole number of the unit that you name: `duration('seconds')` reads `15m` as 900,
 * `1h30m` as 5400. A bare number is refused, since its unit would be a guess. Bounds are in the same unit.
 */
export function duration(unit: 'seconds' | 'ms', range: Range = {}): z.ZodType<number, string> {
  if (unit !== 'seconds' && unit !== 'ms')
    throw new TypeError(`duration(): the unit must be 'seconds' or 'ms'`)
  assertKnownKeys('duration()', range, ['min', 'max'])
  const scale = unit === 'seconds' ? 1000 : 1
  return measure({
    units: milliseconds,
    scale,
    range,
    shape: /^(?:\d+(?:ms|[smhdw]))+$/,
    part: /(\d+)(ms|[smhdw])/g,
    form: 'a duration with its unit, such as 900s, 15m, 12h or 7d',
    format: 'duration (900s, 15m, 12h, 7d)',
    remainder: unit === 'seconds' ? 'must be whole seconds' : '',
  })
}

/** A size in bytes: `5mb` reads as 5242880. Units are b, kb, mb, gb, each 1024 of the last; a bare number is refused. */
export function bytes(range: Range = {}): z.ZodType<number, string> {
  assertKnownKeys('bytes()', range, ['min', 'max'])
  return measure({
    units: sizes,
    scale: 1,
    range,
    shape: /^\d+(?:b|kb|mb|gb)$/,
    part: /(\d+)(b|kb|mb|gb)/g,
    form: 'a size with its unit, such as 100kb or 5mb',
    format: 'size (100kb, 5mb)',
    remainder: '',
  })
}

interface Measure {
  units: Record<string, number>
  scale: number
  range: Range
  shape: RegExp
  part: RegExp
  form: string
  format: string
  remainder: string
}

function measure({
  units,
  scale,
  range,
  shape,
  part,
  form,
  format,
  remainder,
}: Measure): z.ZodType<number, string> {
  const write = (value: unknown) => writeIn(units, Number(value) * scale)
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = range
  return field(
    (text) => {
      const normal = text.toLowerCase()
      if (!shape.test(normal)) return new Fault(`must be ${form}`)
      let total = 0
      for (const [, count, unit] of normal.matchAll(part)) total += Number(count) * units[unit!]!
      const value = total / scale
      if (!Number.isInteger(value)) return new Fault(remainder)
      if (value < min) return new Fault(`must be ${write(min)} or more`)
      if (value > max || total > Number.MAX_SAFE_INTEGER) return new Fault(`must be ${write(max)} or less`)
      return value
    },
    { format, write },
  )
}

// In the largest unit that leaves no rest.
function writeIn(units: Record<string, number>, value: number): string {
  const [unit, size] = Object.entries(units).findLast(([, size]) => value % size === 0 && value >= size) ?? [
    's',
    1,
  ]
  return value === 0 ? `0${Object.keys(units)[0]}` : `${value / size}${unit}`
}
