import type { StartResult } from '../provider.js'
import { declineMessage, NOT_BEGUN } from './declines.js'
import { ownValue } from './metadata.js'

/** What a thrown error of the SDK tells. */
export interface StripeFailure {
  /** Stripe's own code where there is one, else one of ours. */
  readonly code: string
  readonly notFound: boolean
  readonly rateLimited: boolean
}

/** Reads an error of any version of the SDK: by its fields, since `instanceof` fails across two copies of it. */
export function failureOf(error: unknown): StripeFailure {
  const { statusCode, code, type } = fieldsOf(error)
  const rateLimited = statusCode === 429 || code === 'rate_limit'
  const own = type === 'StripeConnectionError' ? 'PAYMENTS_STRIPE_UNREACHABLE' : 'PAYMENTS_STRIPE_UNEXPECTED'
  return {
    code: code ?? (isRefusal(statusCode) ? 'PAYMENTS_STRIPE_REFUSED' : own),
    notFound: statusCode === 404,
    rateLimited,
  }
}

/**
 * What a failed create proves. No answer proves nothing, not even a refused connection: the SDK sends again on its
 * own (after ECONNRESET even with `maxNetworkRetries: 0`), and reports the last try only.
 */
export function startFailure(error: unknown): Exclude<StartResult, { outcome: 'accepted' }> {
  const { statusCode, rawType, declineCode, isReplay } = fieldsOf(error)
  const { code, rateLimited } = failureOf(error)
  if (rawType === 'idempotency_error') return { outcome: 'unknown', code, error, keyIsSpent: true }
  // 409: the same key is in use at this moment.
  if (!isRefusal(statusCode) || statusCode === 409) {
    // Stripe saves a 500 under its key and repeats it forever.
    return { outcome: 'unknown', code, error, keyIsSpent: isReplay && statusCode !== 409 }
  }
  const isOurs = rateLimited || statusCode === 401 || statusCode === 403
  const payerMessage = statusCode === 402 ? declineMessage(declineCode ?? code) : NOT_BEGUN
  return { outcome: 'not_executed', final: !isOurs, code: declineCode ?? code, payerMessage, error }
}

function isRefusal(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && status < 500
}

function fieldsOf(error: unknown) {
  const field = (name: string) =>
    (typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined) as unknown
  const text = (name: string) => {
    const value = field(name)
    return typeof value === 'string' ? value : undefined
  }
  const statusCode = field('statusCode')
  return {
    statusCode: typeof statusCode === 'number' ? statusCode : undefined,
    code: text('code'),
    declineCode: text('decline_code'),
    type: text('type'),
    rawType: text('rawType'),
    isReplay: ownValue(field('headers'), 'idempotent-replayed') === 'true',
  }
}
