/** A text that must not be shown. */
export interface Guarded {
  text: string
  secret: boolean
}

/**
 * `message` if nothing of a guarded text is in it, and a plain sentence otherwise. A secret counts as shown from
 * four of its characters in a row, another value from six; a value shorter than that, when it stands as a word.
 * The usual disguises (decoded base64 and percent-encoding, letter case) are looked through.
 */
export function withhold(message: string, guarded: Iterable<Guarded>): string {
  const shown = message.toLowerCase()
  for (const { text, secret } of guarded) {
    for (const form of formsOf(text)) {
      if (sharesFragment(shown, form, secret ? 4 : 6))
        return 'is not valid (its message is withheld: it holds part of a value)'
    }
  }
  return message
}

function sharesFragment(shown: string, form: string, size: number): boolean {
  if (form.length < size) return form !== '' && shown.split(/[^\p{L}\p{N}]+/u).includes(form)
  for (let start = 0; start + size <= form.length; start++) {
    if (shown.includes(form.slice(start, start + size))) return true
  }
  return false
}

function formsOf(text: string): Set<string> {
  const forms = [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(Buffer.from(text).toString())]
  forms.push(
    Buffer.from(text).toString('base64'),
    Buffer.from(text).toString('base64url'),
    Buffer.from(text).toString('hex'),
  )
  if (/^[A-Za-z0-9+/_=-]+$/.test(text)) forms.push(Buffer.from(text, 'base64').toString('utf8'))
  try {
    forms.push(decodeURIComponent(text))
  } catch {
    // Not percent-encoded: there is no such form.
  }
  return new Set(forms.map((form) => form.toLowerCase()))
}
