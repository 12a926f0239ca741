/** @internal The hosts of a connection string: what may be shown of it. */
export function hostsOf(uri: string): string {
  const rest = withoutScheme(uri)
  // After the last @ of all: a password that was not encoded may hold any character.
  const [hosts] = rest.slice(rest.lastIndexOf('@') + 1).split(/[/?]/)
  return hosts || 'unknown'
}

/** @internal The lower-cased names of the options that a connection string sets itself. */
export function optionsInUri(uri: string): Set<string> {
  const query = uri.includes('?') ? uri.slice(uri.indexOf('?') + 1) : ''
  return new Set([...new URLSearchParams(query).keys()].map((name) => name.toLowerCase()))
}

/** @internal Whether a message quotes any part of the secrets. The string may be malformed, so every part counts. */
export function quotesSecret(message: string, uri: string): boolean {
  const rest = withoutScheme(uri)
  const credentials = rest.slice(0, Math.max(0, rest.lastIndexOf('@')))
  const secretOptions = rest.match(/(?<=(?:password|properties)=)[^&]*/gi) ?? []
  return [credentials, ...secretOptions].some((secret) =>
    secret.split(/[:@/?,]/).some((part) => part !== '' && message.includes(part)),
  )
}

function withoutScheme(uri: string): string {
  return uri.replace(/^[a-z+]*:\/\//i, '')
}
