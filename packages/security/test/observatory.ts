import type { IncomingHttpHeaders } from 'node:http'

/**
 * The score of an answer without cookies and scripts by MDN HTTP Observatory 1.4, from its `src/grader/charts.js`: 100,
 * less what is missing; what is better than needed counts only from 90 on.
 */
export function observatoryScore(headers: IncomingHttpHeaders): number {
  const modifiers = [
    contentSecurityPolicy(headers),
    crossOrigin(headers),
    referrerPolicy(headers),
    strictTransport(headers),
    headers['x-content-type-options'] === 'nosniff' ? 0 : -5,
    frames(headers),
    /^same-(origin|site)$/.test(String(headers['cross-origin-resource-policy'])) ? 10 : 0,
    headers['cross-origin-opener-policy'] === 'same-origin' ? 10 : 0,
    /^(require-corp|credentialless)$/.test(String(headers['cross-origin-embedder-policy'])) ? 10 : 0,
  ]
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
  const base = 100 + sum(modifiers.filter((modifier) => modifier < 0))
  return base >= 90 ? base + sum(modifiers.filter((modifier) => modifier > 0)) : base
}

function directives(headers: IncomingHttpHeaders): Map<string, string[]> {
  const text = headers['content-security-policy']
  const parts = typeof text === 'string' ? text.split(';').map((part) => part.trim().split(/\s+/)) : []
  return new Map(parts.map(([name, ...sources]) => [name!, sources]))
}

function contentSecurityPolicy(headers: IncomingHttpHeaders): number {
  const policy = directives(headers)
  if (policy.size === 0) return -25
  const sources = (name: string) => policy.get(name) ?? policy.get('default-src') ?? ['*']
  const isOpen = (name: string) =>
    sources(name).some((source) =>
      ["'unsafe-inline'", '*', 'http:', 'https:', 'data:', 'ftp:'].includes(source),
    )
  if (isOpen('script-src') || isOpen('object-src')) return -20
  if (sources('script-src').includes("'unsafe-eval'")) return -10
  if ([...policy.values()].flat().some((source) => /^(http|ftp):/.test(source))) return -20
  if (isOpen('style-src')) return 0
  return policy.get('default-src')?.join() === "'none'" ? 10 : 5
}

function crossOrigin(headers: IncomingHttpHeaders): number {
  const isOpen = headers['access-control-allow-origin'] === '*'
  return isOpen && headers['access-control-allow-credentials'] === 'true' ? -50 : 0
}

function referrerPolicy(headers: IncomingHttpHeaders): number {
  const policies = ['no-referrer', 'same-origin', 'strict-origin', 'strict-origin-when-cross-origin']
  return policies.includes(String(headers['referrer-policy'])) ? 5 : 0
}

function strictTransport(headers: IncomingHttpHeaders): number {
  const seconds = Number(/max-age=(\d+)/.exec(headers['strict-transport-security'] ?? '')?.[1] ?? -1)
  if (seconds < 0) return -20
  return seconds >= 15_768_000 ? 0 : -10
}

function frames(headers: IncomingHttpHeaders): number {
  if (directives(headers).has('frame-ancestors')) return 5
  return /^(deny|sameorigin)$/i.test(String(headers['x-frame-options'])) ? 0 : -20
}
