import { compareValues } from '../bson/compare.js'
import { typeOrder, type Value } from '../bson/value.js'

/** A stretch of values of one type; without limits, all of the type. */
export interface Interval {
  type: number
  low?: { value: Value; inclusive: boolean }
  high?: { value: Value; inclusive: boolean }
}

/** Whether the value lies before (-1), in (0) or after (1) the interval. */
export function position(interval: Interval, value: Value | undefined): number {
  const type = typeOrder(value)
  if (type !== interval.type) return type - interval.type
  if (interval.low) {
    const order = compareValues(value, interval.low.value)
    if (order < 0 || (order === 0 && !interval.low.inclusive)) return -1
  }
  if (interval.high) {
    const order = compareValues(value, interval.high.value)
    if (order > 0 || (order === 0 && !interval.high.inclusive)) return 1
  }
  return 0
}

/** The interval of one value. */
export function point(value: Value): Interval {
  const end = { value, inclusive: true }
  return { type: typeOrder(value), low: end, high: end }
}
