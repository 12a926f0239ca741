import type { Request, Response } from 'express'
import type { IncomingHttpHeaders } from 'node:http'
import { Transform, type TransformCallback } from 'node:stream'
import type { UploadedFile } from './engine.js'
import { aborted, fileTooLarge, tooSlow } from './refusals.js'

/** Limits of one body. */
export interface ReceptionLimits {
  maxBodyBytes: number
  maxFileBytes: number
  timeoutMs: number
}

/**
 * The body of one request, as multer reads it. It stands before the request itself, because multer reads a request that it
 * refuses to its end, however long that is; this one ends when it fails.
 */
export class Reception extends Transform {
  readonly req: Request
  readonly headers: IncomingHttpHeaders
  /** Text fields: multer writes them here. */
  body: unknown
  /** The files that were stored: multer writes them here. */
  files: { received: UploadedFile }[] | undefined
  /** Every key that a file may have been stored under. */
  readonly keys: string[] = []
  /** Why nothing more is taken. */
  error: unknown
  readonly #storing = new Set<Promise<unknown>>()
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #limits: ReceptionLimits
  #bytes = 0

  constructor(req: Request, limits: ReceptionLimits) {
    super()
    this.req = req
    this.headers = req.headers
    this.#limits = limits
    this.#timer = setTimeout(() => this.fail(tooSlow()), limits.timeoutMs)
    req.once('close', this.#closed)
    req.pipe(this)
  }

  /** Aborted when the files of this request are not wanted any more. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Ends everything that belongs to this request. The first error counts. */
  fail(error: unknown): void {
    if (this.error !== undefined) return
    this.error = error
    this.close()
    this.req.unpipe(this)
    this.req.pause()
    this.#controller.abort(error)
    this.destroy(error as Error)
  }

  /** Waits for what `work` does, whatever becomes of it. */
  track<T>(work: Promise<T>): Promise<T> {
    this.#storing.add(work)
    return work
  }

  /** Resolves when nothing is being stored any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#storing)
  }

  /** The body is in, or refused: neither the clock nor the connection matters from here on. */
  close(): void {
    clearTimeout(this.#timer)
    this.req.off('close', this.#closed)
  }

  readonly #closed = (): void => {
    if (!this.req.complete) this.fail(aborted())
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bytes += chunk.length
    if (this.#bytes <= this.#limits.maxBodyBytes) return done(null, chunk)
    this.fail(fileTooLarge(this.#limits.maxFileBytes))
  }

  override _flush(done: TransformCallback): void {
    clearTimeout(this.#timer)
    done()
  }
}

/** What is still read of a body that is refused, so that a client which sends first and reads then finds the answer. */
const lingerBytes = 1_048_576

/** How long the connection of a refused body stays open after the answer. */
const lingerMs = 2_000

/** Reads no further; once the answer is out, gives the client a moment to notice and closes. */
export function letGo(req: Request, res: Response): void {
  if (req.complete) return
  req.pause()
  // Node reads a body that nobody has begun to read to its end by itself, after the answer and without a limit.
  req.read(0)
  res.once('finish', function linger() {
    let left = lingerBytes
    const timer = setTimeout(() => req.destroy(), lingerMs)
    req.once('end', () => clearTimeout(timer))
    req.once('close', () => clearTimeout(timer))
    req.on('data', (chunk: Buffer) => {
      left -= chunk.length
      if (left < 0) req.pause()
    })
    req.resume()
  })
}
