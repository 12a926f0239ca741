import { PaymentsError } from '../errors.js'
import type {
  CallbackRefund,
  ProviderRefunds,
  RefundedAttempt,
  RefundList,
  RefundRequest,
  RefundResult,
} from '../provider-refunds.js'
import { LEAST_SHILLINGS, parseB2cResult, type B2cResult } from './b2c.js'
import type { CallbackUrls, RefundCallbackKind } from './callback-url.js'
import type { MpesaClient } from './client.js'
import type { Accepted } from './initiated.js'
import { parseReversalResult, type ReversalResult } from './reversal.js'
import { wholeShillings } from './stk.js'
import { parseTransactionStatusResult } from './transaction-status.js'

/** It has been given back before, by whom the code does not say. */
const ALREADY_REVERSED = 'R000001'

/**
 * Refunds by Reversal, or by B2C to the payer's phone. A call whose answer is lost is never repeated. Its result, which
 * comes to a URL of its own, completes it; Transaction Status is asked meanwhile: by Daraja's id of the call, and of a
 * payout (v3) whose answer is lost by ours.
 */
export function mpesaRefunds({
  client,
  urls,
  b2cVersion,
  isRetryable,
  silenceMs,
}: {
  client: MpesaClient
  urls: CallbackUrls
  b2cVersion: 'v1' | 'v3'
  isRetryable: (code: string) => boolean
  silenceMs: number
}): ProviderRefunds {
  const urlsOf = (paymentId: string, refundId: string, kind: RefundCallbackKind) => ({
    resultUrl: urls.urlFor(paymentId, refundId, kind),
    timeoutUrl: urls.urlFor(paymentId, refundId, 'timeout'),
  })

  async function create(request: RefundRequest): Promise<RefundResult> {
    try {
      const { originatorConversationId, conversationId } = await send(request)
      return {
        outcome: 'accepted',
        status: 'pending',
        providerRef: originatorConversationId || conversationId,
      }
    } catch (error) {
      if (!(error instanceof PaymentsError)) {
        return { outcome: 'unknown', code: 'PAYMENTS_MPESA_UNEXPECTED', error }
      }
      // The id has been used: by an earlier call of this refund, which has arrived.
      if (error.code === 'PAYMENTS_MPESA_DUPLICATE') {
        return { outcome: 'accepted', status: 'pending', providerRef: request.refundId }
      }
      const code = error.providerCode ?? error.code
      if (error.outcome !== 'not_executed') return { outcome: 'unknown', code, error }
      return { outcome: 'not_executed', final: !isRetryable(error.code), code, error }
    }
  }

  function send({ paymentId, refundId, receipt, amount, payer, method }: RefundRequest): Promise<Accepted> {
    const remarks = `Refund ${refundId}`
    if (method !== 'b2c') {
      const resultUrls = urlsOf(paymentId, refundId, 'reversal')
      return client.reverse({ transactionId: receipt ?? '', amount, remarks, ...resultUrls })
    }
    const resultUrls = urlsOf(paymentId, refundId, 'payout')
    const wanted = { originatorConversationId: refundId, amount, phone: payer.phone ?? '', remarks }
    return client.b2c({ ...wanted, ...resultUrls })
  }

  async function list({ paymentId, open }: RefundedAttempt): Promise<RefundList> {
    try {
      for (const { id, providerRef, code, method } of open) {
        const isNamedByUs = method === 'b2c' && b2cVersion === 'v3'
        const originatorConversationId = providerRef ?? (isNamedByUs ? id : null)
        if (originatorConversationId === null) continue
        const kind = code === ALREADY_REVERSED ? 'look' : providerRef === null ? 'sought' : 'status'
        await client.transactionStatus({ originatorConversationId, ...urlsOf(paymentId, id, kind) })
      }
      return { status: 'asked' }
    } catch (error) {
      const { code } = error as PaymentsError
      const isBusy = code === 'PAYMENTS_MPESA_RATE_LIMITED'
      return { status: 'unavailable', code: String(code), error, ...(isBusy && { retryAfterMs: silenceMs }) }
    }
  }

  return {
    methods: ['reversal', 'b2c'],
    prepare({ amount, payer, receipt, method }) {
      if (method === 'b2c') {
        wholeShillings(amount, LEAST_SHILLINGS)
        if (payer.phone === undefined) throw noPhone()
        return
      }
      wholeShillings(amount)
      if (receipt === undefined) throw noReceipt()
    },
    create,
    list,
  }
}

/** What came to a URL of a refund. null: nothing follows from it; the refund is asked about. */
export function parseRefundCallback(
  kind: RefundCallbackKind,
  raw: Uint8Array,
  refundId: string,
): CallbackRefund | null {
  switch (kind) {
    case 'timeout':
      return null
    case 'reversal':
      return ofReversal(parseReversalResult(raw))
    case 'payout':
      return ofPayout(parseB2cResult(raw))
    case 'sought': {
      const said = ofStatus(kind, raw)
      return said && { ...said, providerRef: refundId }
    }
    default:
      return ofStatus(kind, raw)
  }
}

function ofReversal(result: ReversalResult): CallbackRefund | null {
  const { outcome, code, amount, transactionId: receipt, originatorConversationId, conversationId } = result
  const said = { about: 'refund', providerRef: originatorConversationId || conversationId } as const
  if (outcome === 'succeeded') {
    return { ...said, status: 'succeeded', ...(amount && { amount }), ...(receipt !== null && { receipt }) }
  }
  // The payer has the money, but perhaps not from us: that is no failure, after which somebody would pay again.
  if (code === ALREADY_REVERSED) return { ...said, status: 'review', code }
  return outcome === 'failed' ? { ...said, status: 'failed', code } : null
}

function ofPayout(result: B2cResult): CallbackRefund | null {
  const { outcome, code, amount, receipt, transactionId, originatorConversationId, conversationId } = result
  const said = { about: 'refund', providerRef: originatorConversationId || conversationId } as const
  if (outcome === 'failed') return { ...said, status: 'failed', code }
  if (outcome !== 'succeeded') return null
  const named = receipt ?? transactionId
  return {
    ...said,
    status: 'succeeded',
    ...(amount && { amount }),
    ...(named !== null && { receipt: named }),
  }
}

/** Not the reference: that is the question's. The URL names the refund that was asked about. */
function ofStatus(kind: 'status' | 'sought' | 'look', raw: Uint8Array): CallbackRefund | null {
  const { outcome, receipt, amount, transactionStatus } = parseTransactionStatusResult(raw)
  if (outcome === 'succeeded') {
    const named = { ...(amount && { amount }), ...(receipt !== null && { receipt }) }
    return { about: 'refund', status: 'succeeded', ...named }
  }
  if (outcome !== 'failed' || kind === 'look') return null
  return { about: 'refund', status: 'failed', code: transactionStatus ?? 'failed' }
}

function noPhone(): PaymentsError {
  const message =
    'the phone of this payer is not known, so nothing can be sent to it; reverse the payment by its receipt'
  return new PaymentsError('PAYMENTS_NOT_REFUNDABLE', message, { status: 409 })
}

function noReceipt(): PaymentsError {
  const message =
    'the M-Pesa receipt of this payment is not known (its callback was lost), and without it nothing can be reversed; ' +
    'send it to the phone (method b2c), or reverse it on the M-Pesa portal'
  return new PaymentsError('PAYMENTS_NOT_REFUNDABLE', message, { status: 409 })
}
