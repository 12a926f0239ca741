import { isDoc, type Doc, type Value } from '../bson/value.js'
import { CommandError } from '../errors.js'
import type { TextSpec } from './text-spec.js'
import { folded, wordsOf } from './words.js'

/** What a `$search` asks for. */
export interface TextQuery {
  /** One of these is enough. Those of phrases are among them. */
  terms: ReadonlySet<string>
  /** None of these. */
  negated: ReadonlySet<string>
  /** All of these, letter by letter, but for case and marks. */
  phrases: readonly string[]
}

const known = ['$search', '$language', '$caseSensitive', '$diacriticSensitive']

/** Reads the operand of `$text`. What MongoDB's manual does not settle is refused. */
export function parseTextQuery(operand: Value): TextQuery {
  if (!isDoc(operand)) throw new CommandError('BadValue', '$text expects an object')
  for (const name of operand.keys()) {
    if (!known.includes(name)) throw new CommandError('BadValue', `extra fields in $text: ${name}`)
  }
  const search = operand.get('$search')
  if (typeof search !== 'string')
    throw new CommandError('TypeMismatch', '"$search" had the wrong type. Expected string')
  const language = operand.get('$language')
  if (language !== undefined && language !== 'none') throw refusal("a $language other than 'none'")
  if (operand.get('$caseSensitive') === true) throw refusal('$caseSensitive: true')
  if (operand.get('$diacriticSensitive') === true) throw refusal('$diacriticSensitive: true')
  return parseSearch(search)
}

/**
 * The score of a document as MongoDB computes it (`FTSSpec::_scoreStringV2`), or undefined if it does not match. A
 * word counts less each time it comes again in one text, and more the fewer other words there are.
 */
export function scoreOf({ weights }: TextSpec, query: TextQuery, doc: Doc): number | undefined {
  let score = 0
  const texts = weights.flatMap(([path, weight]) => textsIn(doc.get(path)).map((text) => ({ text, weight })))
  for (const { text, weight } of texts) {
    const words = wordsOf(text)
    if (words.some((word) => query.negated.has(word))) return undefined
    for (const [word, { count, frequency }] of countsOf(words)) {
      if (!query.terms.has(word)) continue
      const share = (0.5 * count) / words.length + 0.5
      const whole = Buffer.byteLength(text) === Buffer.byteLength(word) ? 1.1 : 1
      score += weight * frequency * share * whole
    }
  }
  const raw = texts.map(({ text }) => folded(text))
  const hasPhrases = query.phrases.every((phrase) => raw.some((text) => text.includes(phrase)))
  return score > 0 && hasPhrases ? score : undefined
}

/** The first time a word counts 1, then a half, a quarter, … */
function countsOf(words: string[]): Map<string, { count: number; frequency: number }> {
  const counts = new Map<string, { count: number; frequency: number }>()
  for (const word of words) {
    const { count, frequency } = counts.get(word) ?? { count: 0, frequency: 0 }
    counts.set(word, { count: count + 1, frequency: frequency + 1 / 2 ** count })
  }
  return counts
}

/** A string, or the strings of an array; nothing else is text. */
function textsIn(value: Value | undefined): string[] {
  return [value].flat().filter((item) => typeof item === 'string')
}

function parseSearch(search: string): TextQuery {
  const pieces = search.split('"')
  if (pieces.length % 2 === 0) throw refusal('a quotation mark that is not closed')
  const phrases = pieces.filter((_piece, at) => at % 2 === 1)
  const loose = pieces.filter((_piece, at) => at % 2 === 0)
  if (phrases.some((phrase) => wordsOf(phrase).length === 0)) throw refusal('a phrase without a word')
  if (loose.slice(0, -1).some((piece) => piece.endsWith('-'))) throw refusal('a negated phrase')
  const tokens = loose.flatMap((piece) => piece.split(/\s+/))
  const negative = tokens
    .filter((token) => token.startsWith('-') && token !== '-')
    .map((token) => token.slice(1))
  if (negative.some((token) => wordsOf(token).length !== 1)) throw refusal('a negation of more than one word')
  const positive = tokens.filter((token) => !token.startsWith('-'))
  return {
    terms: new Set([...positive, ...phrases].flatMap(wordsOf)),
    negated: new Set(negative.flatMap(wordsOf)),
    phrases: phrases.map(folded),
  }
}

function refusal(what: string): CommandError {
  return new CommandError('BadValue', `$text: ${what} is not supported by this server`)
}
