import { PaymentsError } from '../errors.js'
import type { Logger } from '../logger.js'
import type {
  CallbackFacts,
  CallbackIdentity,
  CallbackRefusal,
  CallbackRequest,
  Provider,
  ProviderTiming,
  ReadResult,
  StartRequest,
  StartResult,
} from '../provider.js'
import { askAboutArrival, identifyArrival, isArrival, parseArrival, parseArrivalAnswer } from './arrivals.js'
import { isListed, SAFARICOM_CALLBACK_ADDRESSES } from './callback-sources.js'
import { CALLBACK_PATHS, isRefundCallback, type CallbackUrls } from './callback-url.js'
import { parseStkCallback } from './callback.js'
import type { MpesaClient } from './client.js'
import { normalizePhone } from './phone.js'
import { hashOf } from './hash.js'
import { mpesaRefunds, parseRefundCallback } from './refunds.js'
import { callFailureMessage } from './result-codes.js'
import { wholeShillings } from './stk.js'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/**
 * A prompt lives about a minute and its callback takes 5 to 60 seconds, so the first question comes when callbacks
 * normally have come: about five questions a minute are allowed to a whole shop.
 */
const TIMING: ProviderTiming = {
  checkDelaysMs: [45 * SECOND, 45 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR],
  expireAfterMs: 10 * MINUTE,
  confirmWithinMs: HOUR,
  reviewAfterMs: 24 * HOUR,
  stopAfterMs: 7 * 24 * HOUR,
  silenceMs: 15 * SECOND,
}

/** Not the payer's fault, nor mended by another phone or amount: the same payment may be started again. */
const RETRYABLE = new Set([
  'PAYMENTS_MPESA_AUTH',
  'PAYMENTS_MPESA_BLOCKED',
  'PAYMENTS_MPESA_BUSY',
  'PAYMENTS_MPESA_CREDENTIALS',
  'PAYMENTS_MPESA_RATE_LIMITED',
  'PAYMENTS_MPESA_TIMEOUT',
  'PAYMENTS_MPESA_UNEXPECTED',
  'PAYMENTS_MPESA_UNREACHABLE',
])

/** A Daraja client as `createPayments` wants it. */
export function mpesaProvider({
  client,
  urls,
  validate,
  sources,
  timing: changes,
  refundBy,
}: {
  client: MpesaClient
  urls: CallbackUrls
  /** Answers the question whether a customer's payment is taken. */
  validate: (raw: Uint8Array, logger: Logger) => Promise<object>
  sources: readonly string[] | 'any' | 'safaricom'
  timing: Partial<ProviderTiming> | undefined
  /** With the credentials of an initiator: how payouts are asked for. */
  refundBy: { b2cVersion: 'v1' | 'v3' } | undefined
}): Provider {
  const timing: ProviderTiming = { ...TIMING, ...changes }
  const listed = new Set(
    sources === 'safaricom' ? SAFARICOM_CALLBACK_ADDRESSES : sources === 'any' ? [] : sources,
  )

  async function start({ paymentId, attemptId, amount, payer, reference, description }: StartRequest) {
    const callbackUrl = urls.urlFor(paymentId, attemptId)
    try {
      const push = await client.stkPush({
        amount,
        phone: payer.phone ?? '',
        reference,
        description,
        callbackUrl,
      })
      return { outcome: 'accepted', status: 'requires_action', providerRef: push.checkoutRequestId } as const
    } catch (error) {
      return startFailure(error)
    }
  }

  async function read({ providerRef }: { providerRef: string }): Promise<ReadResult> {
    try {
      if (isArrival(providerRef)) return await askAboutArrival(providerRef, { client, urls })
      const { status, result } = await client.stkQuery(providerRef)
      if (status === 'paid') return { status: 'succeeded' }
      if (status === 'failed')
        return { status: 'failed', code: result.code, payerMessage: result.payerMessage }
      return { status: 'processing', ...(result.code !== '' && { code: result.code }) }
    } catch (error) {
      const { code } = error as PaymentsError
      if (code === 'PAYMENTS_MPESA_NOT_FOUND') return { status: 'not_found' }
      const retryAfterMs = code === 'PAYMENTS_MPESA_RATE_LIMITED' ? timing.silenceMs : undefined
      return {
        status: 'unavailable',
        code: String(code),
        error,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      }
    }
  }

  function authenticate({ params, ip, raw }: CallbackRequest): CallbackIdentity | CallbackRefusal {
    const { paymentId = '', token = '' } = params
    const owner = urls.verify(paymentId, token)
    if (!owner) return { ok: false, status: 404, reason: 'not a callback URL of ours' }
    if (sources !== 'any' && !isListed(ip, listed)) {
      const reason = 'right token, but an address that is not in callbackSources; is `trust proxy` right?'
      return { ok: false, status: 403, reason, code: 'PAYMENTS_CALLBACK_SOURCE' }
    }
    const { attemptId, type } = owner
    const identity = { ok: true, paymentId, ...owner } as const
    if (type === 'confirmation') return { ...identity, ...identifyArrival(raw) }
    if (type === undefined) return { ...identity, eventId: eventId(paymentId, attemptId, raw) }
    const eventOfResult = `mpesa:${type}:${paymentId}:${attemptId}:${hashOf(raw)}`
    const late = type === 'timeout' && {
      ignored: 'timed out in the queue of M-Pesa: its outcome is not known',
    }
    return { ...identity, eventId: eventOfResult, ...late }
  }

  return {
    timing,
    prepare({ amount, payer }) {
      wholeShillings(amount)
      return { payer: { phone: normalizePhone(payer.phone ?? '') } }
    },
    start,
    read,
    ...(refundBy && {
      refunds: mpesaRefunds({
        client,
        urls,
        ...refundBy,
        isRetryable: (code) => RETRYABLE.has(code),
        silenceMs: timing.silenceMs,
      }),
    }),
    callbacks: {
      path: CALLBACK_PATHS,
      // What Daraja's own samples answer; it does not look at it.
      reply: { ResultCode: 0, ResultDesc: 'Accepted' },
      authenticate,
      parse(raw, { type, attemptId }) {
        if (type === 'confirmation') return parseArrival(raw)
        if (type === 'answer') return parseArrivalAnswer(raw)
        return isRefundCallback(type) ? parseRefundCallback(type, raw, attemptId) : callbackFacts(raw)
      },
      answer: (raw, { type }, logger) => (type === 'validation' ? validate(raw, logger) : undefined),
    },
  }
}

function startFailure(error: unknown): StartResult {
  if (!(error instanceof PaymentsError))
    return { outcome: 'unknown', code: 'PAYMENTS_MPESA_UNEXPECTED', error }
  const code = error.providerCode ?? error.code
  if (error.outcome !== 'not_executed') return { outcome: 'unknown', code, error }
  const final = !RETRYABLE.has(error.code)
  return { outcome: 'not_executed', final, code, payerMessage: callFailureMessage(error), error }
}

function callbackFacts(raw: Uint8Array): CallbackFacts {
  const { checkoutRequestId, result, amount, receipt } = parseStkCallback(raw)
  const said = { evidence: 'callback', providerRef: checkoutRequestId } as const
  if (result.class === 'paid') {
    return { ...said, status: 'succeeded', ...(amount && { amount }), ...(receipt !== null && { receipt }) }
  }
  // A code that nobody knows is not a failure: Daraja will be asked.
  const status = result.class === 'pending' || result.class === 'unknown' ? 'processing' : 'failed'
  return { ...said, status, code: result.code, payerMessage: result.payerMessage }
}

/** Equal for the same news, different for everything else: contradicting callbacks are all kept. */
function eventId(paymentId: string, attemptId: string, raw: Uint8Array): string {
  return `mpesa:stk:${paymentId}:${attemptId}:${hashOf(news(raw))}`
}

function news(raw: Uint8Array): string | Uint8Array {
  try {
    const { checkoutRequestId, result, amount, receipt } = parseStkCallback(raw)
    return JSON.stringify([checkoutRequestId, result.code, amount?.minor, receipt])
  } catch {
    return raw
  }
}
