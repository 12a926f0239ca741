import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { PaymentsError } from '../errors.js'
import { describeError, silentLogger, type Logger } from '../logger.js'
import { assertKnownKeys } from '../options.js'
import { BodyError, readRawBody } from '../raw-body.js'
import { parseCustomerPayment, type CustomerPayment } from './c2b.js'
import { isListed, SAFARICOM_CALLBACK_ADDRESSES } from './callback-sources.js'
import { parseStkCallback, type StkCallback } from './callback.js'
import type { MpesaCallback, MpesaCallbackKind } from './callback-event.js'
import type { MpesaCallbackUrls } from './mpesa-callback-urls.js'
import { parseResult, parseTimeout, type MpesaResult, type MpesaTimeout } from './result.js'
import { createValidation, type ValidationVerdict } from './validation.js'

type Handle<Body> = (callback: MpesaCallback<Body>) => unknown

/** Options of {@link mpesaCallbacks}. */
export interface MpesaCallbacksOptions {
  urls: MpesaCallbackUrls
  /** Stores a callback durably, before anything else; nothing is acknowledged before that. */
  store?: (callback: {
    id: string
    kind: MpesaCallbackKind
    reference: string
    raw: Uint8Array
  }) => Promise<unknown>
  /** Awaited before a callback is acknowledged: at least once each, so work by `id`. */
  on: {
    stk?: Handle<StkCallback>
    result?: Handle<MpesaResult>
    timeout?: Handle<MpesaTimeout>
    confirmation?: Handle<CustomerPayment>
    /** Whether a payment is to be taken; see `whenUnvalidated`. */
    validation?: (callback: MpesaCallback<CustomerPayment>) => ValidationVerdict | Promise<ValidationVerdict>
  }
  /** The answer to a validation whose handler fails or is slow. Needed with `on.validation`. */
  whenUnvalidated?: 'accept' | 'reject'
  /** Of the 8 seconds that M-Pesa waits. Default 6000. */
  validationTimeoutMs?: number
  /** Compared with `req.ip`, so `trust proxy` must be right. Default `SAFARICOM_CALLBACK_ADDRESSES`. */
  sources?: readonly string[] | 'any'
  /** Default 100 000. */
  maxBodyBytes?: number
  /** Default 10 000. */
  bodyTimeoutMs?: number
  logger?: Logger
}

/** Fits Express 4 and 5, connect, and node:http. */
export type MpesaCallbacksHandler = (
  req: IncomingMessage & { ip?: string | undefined },
  res: ServerResponse,
  next?: (error?: unknown) => void,
) => void

const OPTIONS = [
  'urls',
  'store',
  'on',
  'whenUnvalidated',
  'validationTimeoutMs',
  'sources',
  'maxBodyBytes',
  'bodyTimeoutMs',
  'logger',
]
const ACKNOWLEDGED = { ResultCode: 0, ResultDesc: 'Accepted' }
const PARSERS = {
  stk: parseStkCallback,
  result: parseResult,
  timeout: parseTimeout,
  confirmation: parseCustomerPayment,
  validation: parseCustomerPayment,
}

/**
 * Receives Daraja's callbacks at the URLs of `mpesaCallbackUrls`: `app.use('/hooks', mpesaCallbacks({ urls, on }))`,
 * above `express.json()`. A callback is acknowledged once `store` and its handler are done; if they fail, it is
 * answered with 503. Everything that is not at such a URL is left to `next`.
 */
export function mpesaCallbacks(options: MpesaCallbacksOptions): MpesaCallbacksHandler {
  assertKnownKeys('mpesaCallbacks', options, OPTIONS)
  assertKnownKeys('mpesaCallbacks: on', options.on, Object.keys(PARSERS))
  const { urls, store, on, sources = SAFARICOM_CALLBACK_ADDRESSES, logger = silentLogger } = options
  const { maxBodyBytes = 100_000, bodyTimeoutMs = 10_000 } = options
  const listed = sources === 'any' ? null : new Set(sources)
  const { whenUnvalidated, validationTimeoutMs = 6000 } = options
  const validate = createValidation({
    where: 'mpesaCallbacks',
    handle: on.validation,
    whenUnvalidated,
    validationTimeoutMs,
  })

  return function receiveMpesaCallback(req, res, next) {
    const path = (req.url ?? '').split('?')[0]!
    if (!/\/[0-9a-f]{64}$/.test(path)) return next ? next() : answer(res, 404)
    receive(req, res, path).catch((error: unknown) => {
      const status = error instanceof BodyError ? error.status : statusOf(error)
      logger.error('M-Pesa callback failed', { status, err: describeError(error) })
      if (!res.headersSent) answer(res, status)
    })
  }

  /** ours? → from Safaricom? → exact bytes → stored → handled → acknowledged */
  async function receive(req: Parameters<MpesaCallbacksHandler>[0], res: ServerResponse, path: string) {
    const owner = urls.verify(path)
    const ip = req.ip ?? req.socket.remoteAddress
    if (owner === null || req.method !== 'POST') {
      logger.warn('M-Pesa callback refused', { reason: 'not a callback URL of ours', ip })
      return answer(res, 404)
    }
    if (listed && !isListed(ip, listed)) {
      const reason = 'right token, but an address that is not in sources; is `trust proxy` right?'
      logger.error('M-Pesa callback refused', { reason, code: 'PAYMENTS_CALLBACK_SOURCE', ip })
      return answer(res, 403)
    }
    const { kind, reference } = owner
    const raw = await readRawBody(req, maxBodyBytes, bodyTimeoutMs)
    const id = `mpesa:${kind}:${reference}:${createHash('sha256').update(raw).digest('hex').slice(0, 32)}`
    await store?.({ id, kind, reference, raw })
    const body = PARSERS[kind](raw)
    if (kind === 'validation') {
      return answer(res, 200, await validate({ id, reference, raw, body: body as CustomerPayment }, logger))
    }
    await (on[kind] as Handle<unknown> | undefined)?.({ id, reference, raw, body })
    answer(res, 200, ACKNOWLEDGED)
  }
}

/** Malformed is malformed, however often it is sent; everything else may go better next time. */
function statusOf(error: unknown): number {
  return error instanceof PaymentsError && error.code === 'PAYMENTS_CALLBACK_MALFORMED' ? 400 : 503
}

function answer(res: ServerResponse, status: number, body?: object): void {
  res.statusCode = status
  if (status === 413 || status === 408) res.setHeader('Connection', 'close')
  if (!body) return void res.end()
  res.setHeader('Content-Type', 'application/json; charset=utf-8')
  res.end(JSON.stringify(body))
}
