import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { ErrorRequestHandler, Express } from 'express'
import { createUploads, getUploads, type UploadPolicy, type UploadsOptions } from '../src/index.js'
import { memoryStorage } from '../src/testing.js'
import { recordingLogger, serve, type expressVersions } from './serve.js'

export const pictures: UploadPolicy = { kinds: ['jpeg', 'png', 'webp'], maxFileBytes: 100_000, maxFiles: 3 }

type ExpressFactory = (typeof expressVersions)[number][1]

/** An application that takes `/one` and `/many`, and says what came. */
export async function startApp(
  express: ExpressFactory,
  options: Partial<Omit<UploadsOptions, 'policies'>> & { policy?: Partial<UploadPolicy> } = {},
) {
  const { policy, ...rest } = options
  const memory = memoryStorage()
  const logger = recordingLogger()
  const uploads = createUploads({
    storage: memory,
    logger,
    policies: { picture: { ...pictures, ...policy } },
    ...rest,
  })
  const errors: unknown[] = []
  const app: Express = express()
  app.post('/one', uploads.single('picture', 'picture'), (req, res) => {
    res.json({ file: getUploads(req).file, fields: req.body as unknown })
  })
  app.post('/many', uploads.array('picture', 'picture'), (req, res) => {
    res.json({ files: getUploads(req).files, fields: req.body as unknown })
  })
  const sayWhatFailed: ErrorRequestHandler = (
    err: Error & { code?: string; status?: number },
    _req,
    res,
    _next,
  ) => {
    errors.push(err)
    res.status(err.status ?? 500).json({ code: err.code, message: err.message })
  }
  app.use(sayWhatFailed)
  const server = await serve(app)
  return { ...server, uploads, memory, logger, errors }
}

export interface Answer {
  status: number
  code?: string
  message?: string
  file?: Record<string, unknown>
  files?: Record<string, unknown>[]
  fields?: Record<string, unknown>
}

/** A form as a browser sends it. */
export function form(...parts: { bytes: Buffer; type?: string; name?: string; field?: string }[]): FormData {
  const data = new FormData()
  for (const { bytes, type = 'image/jpeg', name = 'photo.jpg', field = 'picture' } of parts)
    data.append(field, new Blob([new Uint8Array(bytes)], { type }), name)
  return data
}

export async function send(url: string, body: RequestInit['body'], init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', body, ...init })
  return { status: response.status, ...((await response.json()) as object) }
}

/** One part of a form, to the byte. */
export function rawPart(headers: string, content: Buffer | string): Buffer {
  return Buffer.concat([
    Buffer.from(`--edge\r\n${headers}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ])
}

export const rawEnd = Buffer.from('--edge--\r\n')
export const rawType = { 'Content-Type': 'multipart/form-data; boundary=edge' }

/** The head of a request whose body is still to come. */
export async function openPost(host: string, path: string, headers: string[]): Promise<Socket> {
  const [address, port] = host.split(':')
  const socket = connect(Number(port), address)
  await once(socket, 'connect')
  socket.on('error', () => {})
  socket.write([`POST ${path} HTTP/1.1`, `Host: ${host}`, ...headers, '', ''].join('\r\n'))
  return socket
}

/** Asks until it is so: for what happens after an answer, or without one. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`Waited a minute for this: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
