import { promisify } from 'node:util'
import { unzip } from 'node:zlib'
import type { IncomingMessage } from 'node:http'
import { PaymentsError } from './errors.js'

const inflate = promisify(unzip)

/** A body that cannot be received; the status says why. */
export class BodyError extends Error {
  override readonly name = 'BodyError'
  readonly status: number

  constructor(status: 400 | 408 | 413 | 415, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * The exact bytes of a request, of whatever content type, decompressed. Throws `PAYMENTS_BODY_ALREADY_PARSED`
 * if a body parser was there first, {@link BodyError} if the body is too large, too slow or broken.
 */
export async function readRawBody(
  req: IncomingMessage,
  maxBytes: number,
  timeoutMs: number,
): Promise<Buffer> {
  const kept = (req as { rawBody?: unknown }).rawBody
  if (Buffer.isBuffer(kept)) return kept
  if (req.readableDidRead) {
    throw new PaymentsError(
      'PAYMENTS_BODY_ALREADY_PARSED',
      'a body parser ran before the webhooks and the exact bytes are gone; mount the webhooks above express.json()',
    )
  }
  const declared = Number(req.headers['content-length'] ?? 0)
  if (declared > maxBytes) throw tooLarge(maxBytes)

  const body = await collect(req, maxBytes, timeoutMs)
  const encoding = req.headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity') return body
  if (encoding !== 'gzip' && encoding !== 'deflate') throw new BodyError(415, `no decoder for ${encoding}`)
  try {
    return await inflate(body, { maxOutputLength: maxBytes })
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes)
    throw new BodyError(400, `the ${encoding} body is broken`)
  }
}

function collect(req: IncomingMessage, maxBytes: number, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const timer = setTimeout(() => finish(new BodyError(408, 'the body did not arrive in time')), timeoutMs)

    function onData(chunk: Buffer): void {
      size += chunk.length
      if (size > maxBytes) return finish(tooLarge(maxBytes))
      chunks.push(chunk)
    }
    function onEnd(): void {
      finish()
    }
    function onBroken(): void {
      finish(new BodyError(400, 'the connection broke before the body was complete'))
    }
    function finish(error?: BodyError): void {
      clearTimeout(timer)
      req.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken)
      if (!error) return resolve(Buffer.concat(chunks))
      req.on('error', () => {}).resume()
      reject(error)
    }
    req.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken)
  })
}

function tooLarge(maxBytes: number): BodyError {
  return new BodyError(413, `the body is larger than ${maxBytes} bytes`)
}
