import type { Request } from 'express'

/** Whether a request is for one of `prefixes` or something below, as Express matches: whole segments, case ignored. */
export function pathMatcher(where: string, prefixes: readonly string[]): (req: Request) => boolean {
  const wanted = prefixes.map((prefix) => {
    if (!prefix.startsWith('/')) throw new TypeError(`${where}: the path "${prefix}" must start with "/".`)
    return prefix.toLowerCase().replace(/\/+$/, '')
  })
  if (wanted.length === 0) return () => false
  return (req) => {
    const path = pathOf(req).toLowerCase()
    return wanted.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))
  }
}

/** The path of a request as the client has sent it, wherever the handler is mounted. */
export function pathOf(req: Request): string {
  return `${req.baseUrl}${req.path}`
}
