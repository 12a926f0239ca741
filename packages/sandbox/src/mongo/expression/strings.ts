import { typeName, type Value } from '../bson/value.js'
import { compareStrings } from '../bson/compare.js'
import { CommandError } from '../errors.js'
import { nullOr } from './arithmetic.js'
import type { Operator } from './compile.js'

type Args = (Value | undefined)[]

/** The string operators. */
export const STRINGS: Record<string, Operator> = {
  $concat: {
    arity: [0, Infinity],
    evaluate: (args) =>
      nullOr(args, () => {
        const wrong = args.find((arg) => typeof arg !== 'string')
        if (wrong !== undefined) {
          throw new CommandError(16702, `$concat only supports strings, not ${typeName(wrong)}`)
        }
        return args.join('')
      }),
  },
  // MongoDB changes the case of ASCII letters only.
  $toLower: {
    arity: [1, 1],
    evaluate: ([arg]) => text('$toLower', arg).replace(/[A-Z]/g, (char) => char.toLowerCase()),
  },
  $toUpper: {
    arity: [1, 1],
    evaluate: ([arg]) => text('$toUpper', arg).replace(/[a-z]/g, (char) => char.toUpperCase()),
  },
  $strLenCP: { arity: [1, 1], evaluate: ([arg]) => [...required('$strLenCP', arg, 34471)].length },
  $strLenBytes: {
    arity: [1, 1],
    evaluate: ([arg]) => Buffer.byteLength(required('$strLenBytes', arg, 34473)),
  },
  $substrCP: {
    arity: [3, 3],
    evaluate([arg, start, length]) {
      const from = index('$substrCP', start)
      return [...text('$substrCP', arg)].slice(from, from + index('$substrCP', length)).join('')
    },
  },
  $split: {
    arity: [2, 2],
    evaluate: (args) =>
      nullOr(args, () => {
        const [input, separator] = [required('$split', args[0], 40085), required('$split', args[1], 40086)]
        if (separator === '') throw new CommandError(40087, '$split requires a non-empty separator')
        return input.split(separator)
      }),
  },
  $strcasecmp: {
    arity: [2, 2],
    evaluate: ([a, b]) => {
      const fold = (arg: Value | undefined) =>
        text('$strcasecmp', arg).replace(/[a-z]/g, (char) => char.toUpperCase())
      return Math.sign(compareStrings(fold(a), fold(b)))
    },
  },
  $indexOfCP: {
    arity: [2, 2],
    evaluate: ([input, search]: Args) => {
      if (input == null) return null
      const at = required('$indexOfCP', input, 40093).indexOf(required('$indexOfCP', search, 40094))
      return at < 0 ? -1 : [...(input as string).slice(0, at)].length
    },
  },
}

/** null and missing count as the empty string. */
function text(operator: string, value: Value | undefined): string {
  return value == null ? '' : required(operator, value, 16007)
}

function required(operator: string, value: Value | undefined, code: number): string {
  if (typeof value === 'string') return value
  throw new CommandError(code, `${operator} requires a string argument, found: ${typeName(value)}`)
}

function index(operator: string, value: Value | undefined): number {
  if (typeof value === 'number' && value >= 0) return value
  throw new CommandError(34450, `${operator}: a start or a length has to be a non-negative integer`)
}
