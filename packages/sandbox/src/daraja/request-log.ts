import type { Request } from 'express'
import type { Answer } from './answers.js'
import type { OperationName } from './operations.js'

/** A request that reached the gateway, and its answer. Headers are not kept. */
export interface RequestRecord {
  id: number
  atMs: number
  operation: OperationName
  method: string
  path: string
  /** The body as sent. */
  body: string
  status: number
  answer: unknown
}

/** The requests last seen; kept in memory only. */
export type RequestLog = ReturnType<typeof createRequestLog>

const kept = 500

/** Creates a log of the last 500 requests. */
export function createRequestLog(changed: () => void) {
  const records: RequestRecord[] = []
  let nextId = 1
  return {
    add(entry: { atMs: number; operation: OperationName; request: Request; answer: Answer }): void {
      const { atMs, operation, request, answer } = entry
      const body = typeof request.body === 'string' ? request.body : ''
      records.push({
        id: nextId++,
        atMs,
        operation,
        method: request.method,
        path: request.path,
        body,
        status: answer.status,
        answer: answer.body ?? '',
      })
      if (records.length > kept) records.shift()
      changed()
    },
    list: (): RequestRecord[] => [...records],
  }
}
