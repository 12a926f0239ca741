import type { Request } from 'express'
import type { Fields, Form } from './form.js'

/** A request that reached the API or asked for a file, and what became of it. */
export interface CloudinaryRequestRecord {
  id: number
  atMs: number
  /** `upload`, `destroy`, `delivery` and so on; `unknown` for what the sandbox does not have. */
  operation: string
  method: string
  path: string
  /** The parameters as sent; a file, even one in a parameter, is told by its size. */
  fields: Fields
  /** Size of the file that came, in bytes. */
  fileBytes?: number
  status: number
  /** The answer; absent where a file was sent, or nothing. */
  answer?: unknown
}

/** The requests last seen; kept in memory only. */
export type CloudinaryRequestLog = ReturnType<typeof createCloudinaryRequestLog>

const kept = 500
const longestValue = 2000

/** Creates a log of the last 500 requests. */
export function createCloudinaryRequestLog(changed: () => void) {
  const records: CloudinaryRequestRecord[] = []
  let lastId = 0
  return {
    add(entry: {
      atMs: number
      operation: string
      request: Request
      form?: Form | undefined
      status: number
      answer?: unknown
    }): void {
      const { atMs, operation, request, form, status, answer } = entry
      records.push({
        ...{ id: ++lastId, atMs, operation, method: request.method, path: request.originalUrl },
        fields: Object.fromEntries(Object.entries(form?.fields ?? {}).map(shortened)),
        ...(form?.file && { fileBytes: form.file.size }),
        ...{ status, ...(answer !== undefined && { answer }) },
      })
      if (records.length > kept) records.shift()
      changed()
    },
    list: (): CloudinaryRequestRecord[] => [...records],
  }
}

function shortened([name, value]: [string, string | string[]]): [string, string | string[]] {
  const isLong = typeof value === 'string' && value.length > longestValue
  return [name, isLong ? `${value.slice(0, 60)}… (${value.length} characters)` : value]
}
