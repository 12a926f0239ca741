import { PaymentsError } from '../errors.js'
import type {
  CallbackRefund,
  ProviderRefunds,
  RefundedAttempt,
  RefundList,
  RefundRequest,
  RefundResult,
} from '../provider-refunds.js'
import type { CallbackUrls, RefundCallbackKind } from './callback-url.js'
import type { MpesaClient } from './client.js'
import { parseReversalResult, type ReversalResult } from './reversal.js'
import { wholeShillings } from './stk.js'
import { parseTransactionStatusResult } from './transaction-status.js'

/** It has been given back before, by whom the code does not say. */
const ALREADY_REVERSED = 'R000001'

/**
 * Refunds by Reversal. Daraja knows no idempotency key: a call whose answer is lost is never repeated. Its result, which
 * comes to a URL of its own, completes it; Transaction Status is asked meanwhile, if Daraja's id of the call is known.
 */
export function mpesaRefunds({
  client,
  urls,
  isRetryable,
  silenceMs,
}: {
  client: MpesaClient
  urls: CallbackUrls
  isRetryable: (code: string) => boolean
  silenceMs: number
}): ProviderRefunds {
  const urlsOf = (paymentId: string, refundId: string, kind: RefundCallbackKind) => ({
    resultUrl: urls.urlFor(paymentId, refundId, kind),
    timeoutUrl: urls.urlFor(paymentId, refundId, 'timeout'),
  })

  async function create({ paymentId, refundId, receipt, amount }: RefundRequest): Promise<RefundResult> {
    try {
      const { originatorConversationId, conversationId } = await client.reverse({
        transactionId: receipt ?? '',
        amount,
        remarks: `Refund ${refundId}`,
        ...urlsOf(paymentId, refundId, 'reversal'),
      })
      return {
        outcome: 'accepted',
        status: 'pending',
        providerRef: originatorConversationId || conversationId,
      }
    } catch (error) {
      if (!(error instanceof PaymentsError)) {
        return { outcome: 'unknown', code: 'PAYMENTS_MPESA_UNEXPECTED', error }
      }
      const code = error.providerCode ?? error.code
      if (error.outcome !== 'not_executed') return { outcome: 'unknown', code, error }
      return { outcome: 'not_executed', final: !isRetryable(error.code), code, error }
    }
  }

  async function list({ paymentId, open }: RefundedAttempt): Promise<RefundList> {
    try {
      for (const { id, providerRef: originatorConversationId, code } of open) {
        if (originatorConversationId === null) continue
        const kind = code === ALREADY_REVERSED ? 'look' : 'status'
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
    prepare({ amount, receipt }) {
      wholeShillings(amount)
      if (receipt === undefined) throw noReceipt()
    },
    create,
    list,
  }
}

/** What came to a URL of a refund. null: nothing follows from it; the refund is asked about. */
export function parseRefundCallback(kind: RefundCallbackKind, raw: Uint8Array): CallbackRefund | null {
  if (kind === 'timeout') return null
  return kind === 'reversal' ? ofReversal(parseReversalResult(raw)) : ofStatus(kind, raw)
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

/** Not the reference: that is the question's. The URL names the refund that was asked about. */
function ofStatus(kind: 'status' | 'look', raw: Uint8Array): CallbackRefund | null {
  const { outcome, receipt, transactionStatus } = parseTransactionStatusResult(raw)
  if (outcome === 'succeeded') {
    return { about: 'refund', status: 'succeeded', ...(receipt !== null && { receipt }) }
  }
  if (outcome !== 'failed' || kind === 'look') return null
  return { about: 'refund', status: 'failed', code: transactionStatus ?? 'failed' }
}

function noReceipt(): PaymentsError {
  const message =
    'the M-Pesa receipt of this payment is not known (its callback was lost), and without it nothing can be reversed; ' +
    'reverse it on the M-Pesa portal'
  return new PaymentsError('PAYMENTS_NOT_REFUNDABLE', message, { status: 409 })
}
