import { CommandError } from '../errors.js'

/** How far a time zone is ahead of UTC at a moment, in milliseconds. */
export type Zone = (date: Date) => number

/** UTC itself. */
export const utc: Zone = () => 0

/** Parses what MongoDB takes as a time zone: a name such as "Africa/Nairobi", or an offset such as "+03:00". */
export function parseZone(text: string): Zone {
  if (/^(UTC|GMT|Z)$/.test(text)) return utc
  const offset = /^([+-])(\d\d):?(\d\d)?$/.exec(text)
  if (offset) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0)
    return () => minutes * 60_000 * (offset[1] === '-' ? -1 : 1)
  }
  return namedZone(text)
}

/** The moment as a date whose UTC parts are the zone's local ones. */
export function toLocal(date: Date, zone: Zone): Date {
  return new Date(date.getTime() + zone(date))
}

/** The moment at which the zone's clocks show what the UTC parts of `local` say. */
export function fromLocal(local: Date, zone: Zone): Date {
  const guess = new Date(local.getTime() - zone(local))
  return new Date(local.getTime() - zone(guess))
}

const formats = new Map<string, Intl.DateTimeFormat>()

function namedZone(name: string): Zone {
  let format = formats.get(name)
  if (!format) {
    format = makeFormat(name)
    formats.set(name, format)
  }
  return (date) => {
    const parts = Object.fromEntries(
      format.formatToParts(date).map(({ type, value }) => [type, Number(value)]),
    )
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(date.getTime() / 1000) * 1000
  }
}

function makeFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    throw new CommandError(40485, `unrecognized time zone identifier: "${timeZone}"`)
  }
}
