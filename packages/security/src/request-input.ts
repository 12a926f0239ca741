import type { Request } from 'express'
import { parse } from 'cookie'

/** The query, parsed as the application has it; undefined without one. Express 5 parses at every access. */
export function readQuery(req: Request): object | undefined {
  return req.url.includes('?') ? req.query : undefined
}

/** The body, if it is a form. In JSON a list is a list. */
export function readForm(req: Request): object | undefined {
  const { body } = req as { body?: unknown }
  if (typeof body !== 'object' || body === null) return undefined
  // Most bodies are JSON, and reading a media type takes longer than seeing that it cannot be that of a form.
  const mayBeForm = /form/i.test(req.headers['content-type'] ?? '')
  return mayBeForm && req.is('application/x-www-form-urlencoded') ? body : undefined
}

/** The cookies, from the header: whoever parses them may do it later, and cookie-parser reads JSON after `j:`. */
export function readCookies(req: Request): object | undefined {
  const header = req.headers.cookie
  if (header === undefined) return undefined
  const cookies: Record<string, unknown> = parse(header)
  for (const name in cookies) cookies[name] = readJsonCookie(cookies[name] as string)
  return cookies
}

function readJsonCookie(value: string): unknown {
  if (!value.startsWith('j:')) return value
  try {
    return JSON.parse(value.slice(2))
  } catch {
    return value
  }
}
