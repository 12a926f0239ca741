import type { Request } from 'express'

/** A request that reached the API, and its answer. Headers are not kept. */
export interface StripeRequestRecord {
  id: string
  atMs: number
  method: string
  path: string
  /** The body as sent. */
  body: string
  status: number
  answer: unknown
}

/** The requests last seen; kept in memory only. */
export type StripeRequestLog = ReturnType<typeof createStripeRequestLog>

const kept = 500

/** Creates a log of the last 500 requests. */
export function createStripeRequestLog(changed: () => void) {
  const records: StripeRequestRecord[] = []
  return {
    add(entry: { atMs: number; requestId: string; request: Request; status: number; answer: unknown }): void {
      const { atMs, requestId: id, request, status, answer } = entry
      const body = typeof request.body === 'string' ? request.body : ''
      records.push({ id, atMs, method: request.method, path: request.originalUrl, body, status, answer })
      if (records.length > kept) records.shift()
      changed()
    },
    list: (): StripeRequestRecord[] => [...records],
  }
}
