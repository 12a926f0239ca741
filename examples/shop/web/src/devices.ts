/** What a User-Agent header means to people, as far as they need to know a device again: `['Chrome', 'Android']`. */
export function readUserAgent(header: string | null): [browser: string, system: string] | undefined {
  const browser = first(browsers, header)
  const system = first(systems, header)
  return browser && system ? [browser, system] : undefined
}

// In this order: browsers name those whose pages they want to be served, too.
const browsers = {
  Edge: /Edg\w*\//,
  Opera: /OPR\/|Opera/,
  'Samsung Internet': /SamsungBrowser\//,
  Firefox: /Firefox\/|FxiOS\//,
  Chrome: /Chrome\/|CriOS\//,
  Safari: /Safari\//,
}
const systems = {
  Android: /Android/,
  iPhone: /iPhone/,
  iPad: /iPad/,
  Windows: /Windows/,
  Mac: /Mac OS X/,
  ChromeOS: /CrOS/,
  Linux: /Linux/,
}

function first(names: Record<string, RegExp>, header: string | null): string | undefined {
  return Object.keys(names).find((name) => names[name]!.test(header ?? ''))
}
