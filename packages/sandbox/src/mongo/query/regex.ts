import { CommandError } from '../errors.js'

/**
 * Turns a PCRE pattern as MongoDB takes it into a JavaScript one that matches the same strings. What has no
 * equal in JavaScript is refused, never matched differently. https://www.pcre.org/current/doc/html/pcre2pattern.html
 */
export function compileRegex(pattern: string, options: string): RegExp {
  if (pattern.includes('\0')) {
    throw new CommandError('BadValue', 'Regular expression cannot contain an embedded null byte')
  }
  const inline = /^\(\?([ims]+)\)/.exec(pattern)
  const flags = new Set([...options, ...(inline?.[1] ?? '')])
  for (const flag of flags) {
    if (!'imsu'.includes(flag)) throw unsupported(`invalid flag in regex options: ${flag}`)
  }
  const source = translate(pattern.slice(inline?.[0].length ?? 0), flags)
  try {
    return new RegExp(source, flags.has('i') ? 'iu' : 'u')
  } catch (err) {
    throw unsupported(`Regular expression is invalid: ${err instanceof Error ? err.message : String(err)}`)
  }
}

// PCRE's classes are ASCII; JavaScript's \s is not. Its ".", "^" and "$" know more line ends than "\n".
const SPACE = '\\t-\\r '
const NOT_SPACE = '\\0-\\x08\\x0e-\\x1f!-\\u{10ffff}'
const END = '(?![^])'

function translate(pattern: string, flags: ReadonlySet<string>): string {
  let source = ''
  let inClass = false
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!
    if (char === '\\') {
      source += translateEscape(pattern[++at], inClass, pattern.slice(at))
    } else if (inClass) {
      if (char === '[' && /^\[[:.=]/.test(pattern.slice(at))) {
        throw unsupported('POSIX classes are not supported')
      }
      if (char === ']') inClass = false
      source += char === '[' ? '\\[' : char
    } else if (char === '[') {
      inClass = true
      // A "]" that comes first in a class is a plain character in PCRE.
      const opening = /^\[\^?\]?/.exec(pattern.slice(at))![0]
      source += opening.replace(']', '\\]')
      at += opening.length - 1
    } else if (char === '{' || char === '}' || char === ']') {
      const quantifier = char === '{' ? /^\{\d+(,\d*)?\}/.exec(pattern.slice(at))?.[0] : undefined
      source += quantifier ?? `\\${char}`
      at += quantifier ? quantifier.length - 1 : 0
    } else {
      source += translateAnchor(char, flags)
    }
  }
  return source
}

function translateAnchor(char: string, flags: ReadonlySet<string>): string {
  if (char === '.') return flags.has('s') ? '[^]' : '[^\\n]'
  if (char === '$') return flags.has('m') ? `(?=\\n|${END})` : `(?=\\n?${END})`
  if (char === '^' && flags.has('m')) return `(?:(?<![^])|(?<=\\n)(?=[^]))`
  return char
}

function translateEscape(char: string | undefined, inClass: boolean, rest: string): string {
  if (char === undefined) throw unsupported('Regular expression is invalid: \\ at end of pattern')
  if (char === 's') return inClass ? SPACE : `[${SPACE}]`
  if (char === 'S') return inClass ? NOT_SPACE : `[^${SPACE}]`
  if ('dDwWntrf'.includes(char)) return `\\${char}`
  if ('bB'.includes(char) && !inClass) return `\\${char}`
  if (/[1-9]/.test(char) && !inClass) return `\\${char}`
  if (char === 'x' && /^x[0-9a-f]{2}/i.test(rest)) return '\\x'
  if (/[0-9A-Za-z]/.test(char)) throw unsupported(`Regular expression is invalid: \\${char} is not supported`)
  return /[\^$\\.*+?()[\]{}|/]/.test(char) || (char === '-' && inClass) ? `\\${char}` : char
}

function unsupported(message: string): CommandError {
  return new CommandError(51091, message)
}
