import type { Request } from 'express'
import { parse } from 'cookie'

/** The query, parsed as the application has it; undefined without one. Express 5 parses at every access. */
export function readQuery(req: Request): object | undefined {
  return req.url.includes('?') ? req.query : undefined
}

/** The body, if it is a form. In JSON a list is a list. */
export function readForm(req: Request): object | undefined {
  const { body } = req as { body?: unknown }
  const isForm = typeof body === 'object' && body !== null && req.is('application/x-www-form-urlencoded')
  return isForm ? body : undefined
}

/** The cookies, from the header: whoever parses them may do it later, and cookie-parser reads JSON after `j:`. */
export function readCookies(req: Request): object | undefined {
  const header = req.headers.cookie
  if (header === undefined) return undefined
  const cookies = Object.entries(parse(header))
  return Object.fromEntries(cookies.map(([name, value = '']) => [name, readJsonCookie(value)]))
}

function readJsonCookie(value: string): unknown {
  if (!value.startsWith('j:')) return value
  try {
    return JSON.parse(value.slice(2))
  } catch {
    return value
  }
}
