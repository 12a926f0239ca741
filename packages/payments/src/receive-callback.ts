import type { Request, RequestHandler, Response } from 'express'
import { PaymentsError } from './errors.js'
import { describeError, type Logger } from './logger.js'
import type { CallbackIdentity, ProviderCallbacks } from './provider.js'
import { BodyError, readRawBody } from './raw-body.js'
import type { InboxEntry } from './store.js'

/** What one route needs. */
export interface ReceiverOptions {
  name: string
  callbacks: Pick<ProviderCallbacks, 'authenticate' | 'answer' | 'reply'>
  /** Resolves once the callback cannot be lost any more; the sender is told 200 then, and 503 if it rejects. */
  keep: (entry: InboxEntry) => Promise<'stored' | 'duplicate'>
  logger: Logger
  maxBodyBytes: number
  bodyTimeoutMs: number
  storeTimeoutMs: number
  /** Called after a callback was stored. */
  onStored: () => void
}

/** raw bytes → authentic? → stored durably → 200. Nothing is worked on here; only a question is answered. */
export function receiveCallback(options: ReceiverOptions): RequestHandler {
  const { name, callbacks, keep, logger, maxBodyBytes, bodyTimeoutMs, storeTimeoutMs, onStored } = options

  return function receiveCallbackMiddleware(req, res, next) {
    receive(req, res).catch((error: unknown) => answerError(error, res, next))
  }

  async function receive(req: Request, res: Response): Promise<void> {
    const raw = await readRawBody(req, maxBodyBytes, bodyTimeoutMs)
    const identity = callbacks.authenticate({
      params: req.params as never,
      headers: req.headers,
      ip: req.ip,
      raw,
    })
    if (!identity.ok) {
      const { status, reason, code } = identity
      const log = code === undefined ? logger.warn : logger.error
      log.call(logger, 'callback refused', { provider: name, reason, code, ip: req.ip })
      return problem(res, status, undefined, code)
    }
    if (raw.length === 0) return problem(res, 400, 'the body is empty')
    const answer = await callbacks.answer?.(raw, identity, logger)
    if (answer !== undefined) return void res.status(200).json(answer)
    await store(identity, raw)
    res.status(200).json(callbacks.reply)
    onStored()
  }

  async function store(
    { ok: _, eventId, paymentId, ...facts }: CallbackIdentity,
    raw: Buffer,
  ): Promise<void> {
    const entry = { ...facts, id: eventId, provider: name, paymentId, raw }
    try {
      const stored = await within(storeTimeoutMs, keep(entry))
      const duplicate = stored === 'duplicate'
      logger.debug('callback received', {
        provider: name,
        paymentId,
        duplicate,
        verifiedBy: facts.verifiedBy,
      })
    } catch (error) {
      logger.error('callback not stored, asked to come again', {
        provider: name,
        paymentId,
        err: describeError(error),
      })
      throw new PaymentsError('PAYMENTS_STORE_UNAVAILABLE', 'the callback could not be kept; send it again', {
        status: 503,
        headers: { 'Retry-After': '10' },
        cause: error,
      })
    }
  }

  function answerError(error: unknown, res: Response, next: (error: unknown) => void): void {
    if (res.headersSent) return
    if (error instanceof BodyError) return problem(res, error.status, error.message)
    if (error instanceof PaymentsError && error.status === 503) {
      res.set(error.headers)
      return problem(res, 503, error.message, error.code)
    }
    logger.error('callback failed', { provider: name, err: describeError(error) })
    next(error)
  }
}

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  503: 'Service Unavailable',
}

function problem(res: Response, status: number, detail?: string, code?: string): void {
  // A connection with unread bytes in it cannot be used again.
  if (status === 413 || status === 408) res.set('Connection', 'close')
  res
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: TITLES[status], status, detail, code }))
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer from the store within ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    return await Promise.race([work, timeout])
  } finally {
    clearTimeout(timer)
  }
}
