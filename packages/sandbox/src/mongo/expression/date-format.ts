import { CommandError } from '../errors.js'
import { dayOfYear } from './dates.js'
import { toLocal, type Zone } from './zone.js'

const pad = (value: number, width: number) => String(value).padStart(width, '0')

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/dateToString/#format-specifiers */
const SPECIFIERS: Record<string, (local: Date, offsetMinutes: number) => string> = {
  Y: (local) => pad(local.getUTCFullYear(), 4),
  m: (local) => pad(local.getUTCMonth() + 1, 2),
  d: (local) => pad(local.getUTCDate(), 2),
  H: (local) => pad(local.getUTCHours(), 2),
  M: (local) => pad(local.getUTCMinutes(), 2),
  S: (local) => pad(local.getUTCSeconds(), 2),
  L: (local) => pad(local.getUTCMilliseconds(), 3),
  j: (local) => pad(dayOfYear(local), 3),
  w: (local) => String(local.getUTCDay() + 1),
  u: (local) => String(local.getUTCDay() || 7),
  z: (_local, minutes) => {
    const size = Math.abs(minutes)
    return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}${pad(size % 60, 2)}`
  },
  Z: (_local, minutes) => `${minutes < 0 ? '-' : '+'}${Math.abs(minutes)}`,
  '%': () => '%',
}

/** Writes a date in a zone by a format string. Throws a `CommandError` for a specifier that is not known here. */
export function formatDate(date: Date, zone: Zone, format: string): string {
  const local = toLocal(date, zone)
  return format.replace(/%(.?)/gs, (_match, letter: string) => {
    const write = SPECIFIERS[letter]
    if (!write) throw new CommandError(18536, `Invalid format character '%${letter}' in format string`)
    return write(local, zone(date) / 60_000)
  })
}
