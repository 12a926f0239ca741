import { createServer, type IncomingMessage, type Server } from 'node:http'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import express5 from 'express'
import express4 from 'express4'

/** Express as a team has it: both majors must behave alike. */
export const expressVersions = [
  ['Express 5', express5],
  ['Express 4', express4],
] as const

export interface Served extends AsyncDisposable {
  url: string
  host: string
  server: Server
}

/** Serves an application on a port of its own. */
export async function serve(app: express5.Express): Promise<Served> {
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}`,
    host,
    server,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export interface RawAnswer {
  status: number
  headers: IncomingMessage['headers']
  body: string
}

/** A request whose headers are sent as given: fetch sets Host and Origin itself, and joins repeated headers. */
export function rawRequest(
  url: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string | string[]>; body?: string },
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** A logger that keeps what it hears. */
export function recordingLogger() {
  const entries: { level: string; message: string; fields: Record<string, unknown> }[] = []
  const record =
    (level: string) =>
    (message: string, fields: object = {}) => {
      entries.push({ level, message, fields: fields as Record<string, unknown> })
    }
  return {
    entries,
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
  }
}
