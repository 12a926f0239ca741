/** Shorter secrets (possible in development only) are left alone: replacing "dev" everywhere would help no one. */
const minLength = 6

/** A function that replaces every form of every secret by `[NAME]`. Longer forms go first. */
export function redactor(secrets: ReadonlyMap<string, readonly string[]>): (text: string) => string {
  let forms: [form: string, name: string][] | undefined
  return (text) => {
    // Made at first use: most applications never redact.
    forms ??= [...secrets]
      .flatMap(([name, texts]) =>
        texts.flatMap((one) => secretForms(one)).map((form): [string, string] => [form, name]),
      )
      .sort(([a], [b]) => b.length - a.length)
    let redacted = String(text)
    for (const [form, name] of forms) redacted = redacted.replaceAll(form, () => `[${name}]`)
    return redacted
  }
}

/** Every form in which a secret is apt to turn up: itself, its parts (of lists, URLs and PEM), and their encodings. */
export function secretForms(text: string): string[] {
  const forms = new Set<string>()
  for (const part of [text, ...partsOf(text)]) {
    const plain = Buffer.from(part)
    for (const form of [...base64Forms(plain), plain.toString('hex'), JSON.stringify(part).slice(1, -1)])
      forms.add(form)
    forms.add(part).add(encodeURIComponent(plain.toString()))
  }
  return [...forms].filter((form) => form.length >= minLength)
}

// Base64 writes three bytes at a time, so within a longer text (user:password, a source map) there are three ways
// to write the same bytes; the characters at the ends that depend on the neighbours are left out.
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    const form = encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6))
    return [form, form.replaceAll('+', '-').replaceAll('/', '_')]
  })
}

function partsOf(text: string): string[] {
  const parts = [text.trim(), ...text.split(',').map((part) => part.trim())]
  const [, userInfo] = /^[a-z+]+:\/\/([^@/]*)@/.exec(text) ?? []
  const password = userInfo?.slice(userInfo.indexOf(':') + 1)
  if (userInfo?.includes(':') && password) parts.push(password, decoded(password))
  if (text.includes('-----BEGIN'))
    parts.push(...text.split(/\n|\\n/).filter((line) => line.length >= 16 && !line.startsWith('-----')))
  return parts.filter((part) => part.length >= minLength)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
