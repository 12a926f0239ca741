import { ObjectId, Timestamp } from 'bson'
import { isDoc, typeName, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import type { Expression } from './compile.js'
import { formatDate } from './date-format.js'
import { named, type Form } from './forms.js'
import { fromLocal, parseZone, toLocal, utc, type Zone } from './zone.js'

/** The date operators: forms, because each takes a date or an object with a date and a time zone. */
export const DATES: Record<string, Form> = {
  $year: part('$year', (date) => date.getUTCFullYear()),
  $month: part('$month', (date) => date.getUTCMonth() + 1),
  $dayOfMonth: part('$dayOfMonth', (date) => date.getUTCDate()),
  $dayOfWeek: part('$dayOfWeek', (date) => date.getUTCDay() + 1),
  $dayOfYear: part('$dayOfYear', dayOfYear),
  $isoDayOfWeek: part('$isoDayOfWeek', (date) => date.getUTCDay() || 7),
  $hour: part('$hour', (date) => date.getUTCHours()),
  $minute: part('$minute', (date) => date.getUTCMinutes()),
  $second: part('$second', (date) => date.getUTCSeconds()),
  $millisecond: part('$millisecond', (date) => date.getUTCMilliseconds()),

  $dateToString: (argument, compile) => {
    const { date, format, timezone, onNull } = named(
      '$dateToString',
      argument,
      ['date'],
      ['format', 'timezone', 'onNull'],
    )
    const [when, zone] = [compile(date!), compileZone(timezone, compile)]
    const pattern = format === undefined ? undefined : compile(format)
    const otherwise = compile(onNull ?? null)
    return (scope) => {
      const value = when(scope)
      const inZone = zone(scope)
      if (value == null || inZone === null) return otherwise(scope)
      const isUtc = inZone === utc
      const text = pattern ? pattern(scope) : `%Y-%m-%dT%H:%M:%S.%L${isUtc ? 'Z' : ''}`
      if (text == null) return null
      if (typeof text !== 'string') {
        throw new CommandError(
          18533,
          `$dateToString requires that 'format' be a string, found: ${typeName(text)}`,
        )
      }
      return formatDate(toDate('$dateToString', value), inZone, text)
    }
  },

  $dateTrunc: (argument, compile) => {
    const { date, unit, timezone } = named('$dateTrunc', argument, ['date', 'unit'], ['timezone'])
    const truncate = UNITS[String(unit)]
    if (!truncate) {
      throw new CommandError(
        'CommandNotSupported',
        `$dateTrunc by the unit ${String(unit)} is not supported by this server`,
      )
    }
    const [when, zone] = [compile(date!), compileZone(timezone, compile)]
    return (scope) => {
      const value = when(scope)
      const inZone = zone(scope)
      if (value == null || inZone === null) return null
      return fromLocal(truncate(toLocal(toDate('$dateTrunc', value), inZone)), inZone)
    }
  },
}

const UNITS: Record<string, (local: Date) => Date> = {
  year: (local) => new Date(Date.UTC(local.getUTCFullYear(), 0, 1)),
  month: (local) => new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), 1)),
  day: (local) => new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate())),
  hour: (local) => new Date(Math.floor(local.getTime() / 3_600_000) * 3_600_000),
  minute: (local) => new Date(Math.floor(local.getTime() / 60_000) * 60_000),
  second: (local) => new Date(Math.floor(local.getTime() / 1000) * 1000),
}

/** The day of the year, 1 to 366. */
export function dayOfYear(date: Date): number {
  const midnight = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())
  return (midnight - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000 + 1
}

function part(name: string, get: (local: Date) => number): Form {
  return (argument, compile) => {
    const isNamed = isDoc(argument) && argument.has('date')
    const { date, timezone } = isNamed
      ? named(name, argument, ['date'], ['timezone'])
      : { date: only(name, argument) }
    const [when, zone] = [compile(date!), compileZone(timezone, compile)]
    return (scope) => {
      const value = when(scope)
      const inZone = zone(scope)
      return value == null || inZone === null ? null : get(toLocal(toDate(name, value), inZone))
    }
  }
}

function only(name: string, argument: Value): Value {
  if (!Array.isArray(argument)) return argument
  if (argument.length === 1) return argument[0]!
  throw new CommandError(
    40536,
    `${name} accepts exactly one argument if given an array, but was given ${argument.length}`,
  )
}

/** The zone; UTC where none is named, null where the name is null. */
function compileZone(
  source: Value | undefined,
  compile: (source: Value) => Expression,
): (scope: Parameters<Expression>[0]) => Zone | null {
  if (source === undefined) return () => utc
  const expression = compile(source)
  return (scope) => {
    const name = expression(scope)
    if (name == null) return null
    if (typeof name !== 'string') {
      throw new CommandError(40517, `timezone must evaluate to a string, found ${typeName(name)}`)
    }
    return parseZone(name)
  }
}

function toDate(operator: string, value: Value): Date {
  if (value instanceof Date) return value
  if (value instanceof ObjectId) return value.getTimestamp()
  if (value instanceof Timestamp) return new Date(value.t * 1000)
  throw new CommandError(16006, `can't convert from BSON type ${typeName(value)} to Date (${operator})`)
}
