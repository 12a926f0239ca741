import { language } from './i18n'

/** A refusal by the API, or no answer at all (`status` 0). */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  /** All that is wrong with a field, by its name. */
  readonly fields: Record<string, string>
  /** Nobody knows whether the request was carried out: nothing came back, or only a proxy's excuse. */
  readonly uncertain: boolean

  constructor(status: number, problem?: Problem) {
    super(problem?.detail ?? problem?.title ?? `HTTP ${status}`)
    this.status = status
    this.code = problem?.code ?? ''
    this.fields = {}
    for (const { path, message } of problem?.errors ?? []) {
      const field = String(path).split(/[./]/).at(-1)!
      this.fields[field] = this.fields[field] ? `${this.fields[field]} ${message}` : message
    }
    this.uncertain = problem === undefined
  }
}

export interface ApiOptions {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  body?: object
  token?: string
  /** Names one wish of the customer, so that asking again does not do it again. */
  idempotencyKey?: string
  /** How long an answer may take: 15 seconds, unless providers of payments are asked meanwhile. */
  timeoutMs?: number
}

/** Where the API is: where these pages come from, unless the build was told otherwise. */
export const apiUrl = import.meta.env.VITE_API_URL ?? location.origin

/** Asks the API and returns the parsed answer. Throws ApiError. */
export async function api<T>(path: string, options: ApiOptions = {}): Promise<T> {
  const { method = options.body ? 'POST' : 'GET', body, token, idempotencyKey, timeoutMs = 15_000 } = options
  const headers = new Headers({
    accept: 'application/json, application/problem+json',
    // What the shop writes to the customer is in the language of the page, not of the browser.
    'accept-language': language.get(),
  })
  if (body) headers.set('content-type', 'application/json')
  if (token) headers.set('authorization', `Bearer ${token}`)
  if (idempotencyKey) headers.set('idempotency-key', idempotencyKey)

  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), timeoutMs)
  try {
    const response = await fetch(`${apiUrl}/api${path}`, {
      method,
      headers,
      credentials: 'include',
      body: body ? JSON.stringify(body) : null,
      signal: patience.signal,
    })
    if (!response.ok) throw new ApiError(response.status, await readProblem(response))
    return response.status === 204 ? (undefined as T) : ((await response.json()) as T)
  } catch (error) {
    throw error instanceof ApiError ? error : new ApiError(0)
  } finally {
    clearTimeout(timer)
  }
}

interface Problem {
  title?: string
  detail?: string
  code?: string
  errors?: { path: string; message: string }[]
}

async function readProblem(response: Response): Promise<Problem | undefined> {
  if (!response.headers.get('content-type')?.includes('problem+json')) return undefined
  return problemOf(await response.json().catch(() => undefined))
}

/** A parsed answer, if it is a problem: what a proxy says in its own words is none. */
export function problemOf(answer: unknown): Problem | undefined {
  return typeof answer === 'object' && answer !== null && 'title' in answer ? (answer as Problem) : undefined
}
