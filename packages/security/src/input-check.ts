import { assertKnownKeys } from './options.js'

/** What a route takes that would be refused otherwise. */
export interface AllowedInput {
  /** Keys, letter by letter, such as `$text`. `__proto__` cannot be allowed. */
  keys?: readonly string[]
  /** Parameters of the query or of a form that may come several times, or with parts (`a[b]=1`). */
  repeated?: readonly string[]
}

/** What is wrong, and in which part of a request. */
export interface InputFault {
  part: string
  rule: 'operator' | 'prototype' | 'nul' | 'repeated' | 'depth' | 'size'
}

/** Looks for faults. Each gives the first one, or undefined. */
export interface InputCheck {
  text(part: string, text: string): InputFault | undefined
  /** Keys alone, at every depth. */
  keys(part: string, input: unknown): InputFault | undefined
  /** Keys, and that each is there once, with a text. */
  flat(part: string, input: object | undefined): InputFault | undefined
}

/** Parts of a key count for themselves, because parsers and databases split keys: `a[$ne]`, `a.__proto__.b`. */
const operator = /(^|[.[\]])\$/
const prototype = /(^|[.[\]])(__proto__|constructor|prototype)($|[.[\]])/

/** What any key with a fault has in it. Hardly one has, and the others are looked at once. */
const suspicious = /[$\0]|__proto__|constructor|prototype/

/** Makes the checks for what is `allowed`. */
export function createInputCheck(
  { ...allowed }: AllowedInput,
  { maxDepth, maxValues }: { maxDepth: number; maxValues: number },
): InputCheck {
  assertKnownKeys('injectionGuard: allow', allowed, ['keys', 'repeated'])
  const keys = new Set(allowed.keys)
  const repeated = new Set(allowed.repeated)
  if ([...keys].some((key) => key.includes('__proto__')))
    throw new TypeError(
      'injectionGuard: "__proto__" cannot be allowed. It changes every object of the process.',
    )

  return { text: faultOfText, keys: faultOfKeys, flat: faultOfFlat }

  function faultOfText(part: string, text: string): InputFault | undefined {
    return text.includes('\0') || /%00/.test(text) ? { part, rule: 'nul' } : undefined
  }

  function faultOfFlat(part: string, input: object | undefined): InputFault | undefined {
    if (input === undefined) return undefined
    for (const [key, value] of Object.entries(input)) {
      if (typeof value === 'string') {
        if (value.includes('\0')) return { part, rule: 'nul' }
      } else if (!repeated.has(key)) return faultOfKeys(part, input) ?? { part, rule: 'repeated' }
    }
    return faultOfKeys(part, input)
  }

  /** A list instead of recursion: nesting costs a sender two characters, and the call stack is short. */
  function faultOfKeys(part: string, input: unknown): InputFault | undefined {
    if (!isContainer(input)) return undefined
    const waiting = [input]
    const depths = [1]
    let values = 0
    while (waiting.length > 0) {
      const container = waiting.pop()!
      const depth = depths.pop()!
      if (depth > maxDepth) return { part, rule: 'depth' }
      const isList = Array.isArray(container)
      const entries = isList ? container : Object.keys(container)
      values += entries.length
      if (values > maxValues) return { part, rule: 'size' }
      for (const entry of entries) {
        const rule = isList ? undefined : ruleOfKey(entry as string)
        if (rule) return { part, rule }
        const value: unknown = isList ? entry : container[entry as string]
        if (!isContainer(value)) continue
        waiting.push(value)
        depths.push(depth + 1)
      }
    }
    return undefined
  }

  function ruleOfKey(key: string): InputFault['rule'] | undefined {
    if (!suspicious.test(key) || keys.has(key)) return undefined
    if (key.includes('\0')) return 'nul'
    if (operator.test(key)) return 'operator'
    return prototype.test(key) ? 'prototype' : undefined
  }
}

/** Arrays and plain objects, as parsers make them. Buffers, dates, streams and the like are none of its business. */
function isContainer(value: unknown): value is Record<string, unknown> | unknown[] {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  const parent: unknown = Object.getPrototypeOf(value)
  return parent === Object.prototype || parent === null || Object.getPrototypeOf(parent) === null
}
