/**
 * How MongoDB's text indexes (version 3) see a text without a language: no stop words, no stems.
 * https://www.mongodb.com/docs/manual/reference/versions/text-index-versions/
 */

/** Dash, Hyphen, Pattern_Syntax, Quotation_Mark, Terminal_Punctuation and White_Space, as `gen_delimiter_list.py` has them. */
const delimiters =
  /[\p{Dash}\p{Pattern_Syntax}\p{Quotation_Mark}\p{Terminal_Punctuation}\p{White_Space}\u00AD\u1806\u30FB\uFF65]+/u

/** The words of a text, in lower case and without marks, in their order. */
export function wordsOf(text: string): string[] {
  return text.split(delimiters).map(folded).filter(Boolean)
}

/** Without case and without marks: `Café` and `cafe` are the same. */
export function folded(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\p{M}\p{Diacritic}]/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/ς/g, 'σ')
}
