/**
 * What a customer types as a `$search` that every text index understands: words, "phrases" and -negations. An open
 * quotation mark is none, and a negation of several words negates nothing.
 */
export function toSearch(typed: string): string {
  const marks = typed.match(/"/g)?.length ?? 0
  const closed = marks % 2 === 0 ? typed : typed.replaceAll('"', ' ')
  return closed
    .replace(/-+"[^"]*"/g, ' ') // a negated phrase: left out
    .replace(/"[^"\p{L}\p{N}]*"/gu, ' ') // a phrase without a word
    .replace(/(^|[\s"])-+([^\s"]*[^\p{L}\p{N}\s"][^\s"]*)/gu, '$1$2') // a negation of several words
    .trim()
}
