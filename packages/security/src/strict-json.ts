/**
 * `JSON.parse` that refuses two members of one name in one object: RFC 8259, 4 leaves to each parser which of them
 * counts, and two parsers must not read one token differently. What it throws quotes nothing of the text.
 */
export function parseStrictJson(text: string): unknown {
  const value = parse(text)
  // What comes out as it went in has lost no member. Almost every text does; the others are read once more.
  if (JSON.stringify(value) !== text && repeatsMember(text)) throw new Error('a member is there twice')
  return value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('not JSON')
  }
}

/** Strings and what gives JSON its structure; numbers, literals and white space lie between. */
const lexemes = /"(?:[^"\\]|\\.)*"|[{}[\],]/g

/** Reads well-formed JSON. A loop, so that no depth exhausts the stack. */
function repeatsMember(text: string): boolean {
  /** The names of each open object; null stands for an open array. */
  const open: (Set<string> | null)[] = []
  let isName = false
  for (const [lexeme] of text.matchAll(lexemes)) {
    if (isName && lexeme.startsWith('"')) {
      const names = open.at(-1)
      const name = JSON.parse(lexeme) as string
      if (names?.has(name)) return true
      names?.add(name)
    }
    if (lexeme === '{') open.push(new Set())
    else if (lexeme === '[') open.push(null)
    else if (lexeme === '}' || lexeme === ']') open.pop()
    isName = lexeme === '{' || (lexeme === ',' && open.at(-1) !== null)
  }
  return false
}
