import type { LimitRule, Taken } from './rate-limit-store.js'

/** What one key has taken, in slots of a tenth of the window. */
export interface Usage {
  /** The numbers of the slots, oldest first, and what was taken in each. */
  slots: number[]
  counts: number[]
  used: number
  blockedUntil: number
  /** When all of it is forgotten. */
  expiresAt: number
}

/** Tenths: the most by which a request waits longer than the window asks for. */
const slotsPerWindow = 10

/** A key that has taken nothing. */
export function emptyUsage(): Usage {
  return { slots: [], counts: [], used: 0, blockedUntil: 0, expiresAt: 0 }
}

/** How long one slot is. */
export function slotLength(windowMs: number): number {
  return Math.ceil(windowMs / slotsPerWindow)
}

/**
 * Takes `cost` from what `rule` allows, at the time `now`. A slot counts as a whole until its last moment is a window
 * ago, so that no window of that length, wherever it begins, ever holds more than the limit.
 */
export function takeFromWindow(
  usage: Usage,
  cost: number,
  now: number,
  rule: LimitRule,
  isForced = false,
): Taken {
  const slotMs = slotLength(rule.windowMs)
  forget(usage, now, rule.windowMs, slotMs)
  if (!isForced) {
    if (usage.blockedUntil > now) return refused(usage, usage.blockedUntil - now)
    if (usage.used + cost > rule.limit) {
      if (rule.blockMs === 0) return refused(usage, waitFor(usage, cost, rule, slotMs) - now)
      blockUsage(usage, now, rule.blockMs)
      return refused(usage, rule.blockMs)
    }
  }
  add(usage, cost, Math.floor(now / slotMs))
  usage.expiresAt = Math.max(usage.blockedUntil, goneAt(usage.slots.at(-1)!, rule.windowMs, slotMs))
  return { isAllowed: true, used: usage.used, resetMs: goneAt(usage.slots[0]!, rule.windowMs, slotMs) - now }
}

/** Refuses the key for `blockMs`, or longer if it is already refused for longer. */
export function blockUsage(usage: Usage, now: number, blockMs: number): void {
  usage.blockedUntil = Math.max(usage.blockedUntil, now + blockMs)
  usage.expiresAt = Math.max(usage.expiresAt, usage.blockedUntil)
}

function refused({ used }: Usage, resetMs: number): Taken {
  return { isAllowed: false, used, resetMs }
}

function forget(usage: Usage, now: number, windowMs: number, slotMs: number): void {
  while (usage.slots.length > 0 && goneAt(usage.slots[0]!, windowMs, slotMs) <= now) {
    usage.slots.shift()
    usage.used -= usage.counts.shift()!
  }
}

function add(usage: Usage, cost: number, slot: number): void {
  const last = usage.slots.length - 1
  if (usage.slots[last] === slot) usage.counts[last]! += cost
  else {
    usage.slots.push(slot)
    usage.counts.push(cost)
  }
  usage.used += cost
}

/** When a slot is forgotten: a window after its end. */
function goneAt(slot: number, windowMs: number, slotMs: number): number {
  return (slot + 1) * slotMs + windowMs
}

/** When enough is forgotten for `cost` to fit. */
function waitFor(usage: Usage, cost: number, { limit, windowMs }: LimitRule, slotMs: number): number {
  let left = usage.used
  for (const [index, slot] of usage.slots.entries()) {
    left -= usage.counts[index]!
    if (left + cost <= limit) return goneAt(slot, windowMs, slotMs)
  }
  throw new TypeError('rateLimit: a request costs more than the limit.')
}
