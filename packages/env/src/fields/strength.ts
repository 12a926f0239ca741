import { Fault } from './field.js'

/** Prints a secret of 256 bits; needs nothing but Node, on any system. */
export const generateSecret = `node -e "console.log(crypto.randomBytes(32).toString('base64url'))"`

// Six letters or more may stand anywhere: in 43 random base64 characters one turns up less than once in 10^7.
const telltale =
  /change|replace|placeholder|example|sample|insert|default|password|passwd|secret|generate|supersecure|qwerty|letmein|dummy|your[-_ .]|[-_ .]here$|<[^>]*>|\{\{|\$\{|\*{4}|\.{3}/i

const wholeWords = new Set(
  'none null undefined nil todo tbd fixme test testing dev admin root user key token pass foo bar foobar abc xxx n/a na - _ . ?'.split(
    ' ',
  ),
)

/** Why `text` is no secret at all, or nothing. Blind to how a good secret looks otherwise. */
export function placeholderFault(text: string, remedy: string): Fault | undefined {
  const core = text.replace(/^(?:sk|rk|pk)_(?:test|live)_|^whsec_/, '')
  if (telltale.test(core) || wholeWords.has(core.toLowerCase()) || /^(.)\1*$/s.test(core)) {
    return new Fault(`is a placeholder; ${remedy}`, 'weak')
  }
  return undefined
}

/** Why `text` would be guessed, or nothing: few different characters, a pattern that repeats, a sequence. */
export function entropyFault(text: string, remedy: string): Fault | undefined {
  const distinct = new Set(text).size
  if (distinct < Math.min(10, text.length / 3) || repeats(text) || runs(text)) {
    return new Fault(`is easy to guess; ${remedy}`, 'weak')
  }
  return undefined
}

/** The bytes of key in `text`: UTF-8, but half of that for hexadecimal, whose characters carry four bits each. */
export function keyBytes(text: string): number {
  const bytes = Buffer.byteLength(text)
  return /^[0-9a-f]+$/i.test(text) ? Math.floor(bytes / 2) : bytes
}

// Periodic (abcabcabc): the text occurs in its own double before its end.
function repeats(text: string): boolean {
  const period = (text + text).indexOf(text, 1)
  return period <= text.length / 2
}

// Most characters follow their neighbour (abcdef, 987654).
function runs(text: string): boolean {
  let steps = 0
  for (let i = 1; i < text.length; i++)
    if (Math.abs(text.charCodeAt(i) - text.charCodeAt(i - 1)) <= 1) steps++
  return text.length > 5 && steps > (text.length - 1) * 0.6
}
