import { callbackTokens } from './callback-tokens.js'

/** Words that Daraja refuses in a callback URL, in any case (portal, "Register URL"). */
const FORBIDDEN = /m-?pesa|safaricom|exe|cmd|sql|query/i
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * What comes to a URL: of an attempt its `stk` callback; of a payment that a customer began the question before it
 * (`validation`), its `confirmation`, and the `answer` to a question of ours about it; of a refund the result of its `reversal` or `payout`,
 * the answer to a question for its `status` (`sought`: by our own name for it), the answer to one that only looks whether
 * it has happened after all, and a `timeout`.
 */
export type CallbackKind = (typeof ATTEMPT_KINDS)[number] | RefundCallbackKind

/** Of a refund. */
export type RefundCallbackKind = (typeof REFUND_KINDS)[number]

const ATTEMPT_KINDS = ['stk', 'validation', 'confirmation', 'answer', 'timeout'] as const
const REFUND_KINDS = ['reversal', 'payout', 'status', 'sought', 'look', 'timeout'] as const

/** True for what `verify` says of a refund's URL. */
export function isRefundCallback(type: string | undefined): type is RefundCallbackKind {
  return (REFUND_KINDS as readonly unknown[]).includes(type)
}

/** Express paths of all of them. */
export const CALLBACK_PATHS = [...new Set<string>([...ATTEMPT_KINDS, ...REFUND_KINDS])].map(
  (kind) => `/${kind}/:paymentId/:token`,
)

/**
 * One URL per attempt or refund, that only we can make and only Safaricom is told. Those of validation and confirmation
 * are the shortcode's, which stands in place of the payment.
 */
export interface CallbackUrls {
  urlFor(paymentId: string, about: string, kind?: CallbackKind): string
  /** Who the token belongs to, and what comes with it if it is no `stk` callback; null if we did not make it. */
  verify(
    paymentId: string,
    token: string,
  ): { attemptId: string; verifiedBy: string; type?: Exclude<CallbackKind, 'stk'> } | null
}

/** `<base>/stk/<paymentId>/<attemptId>-<HMAC>`, and the like for refunds. The first secret signs, all of them verify. */
export function callbackUrls(baseUrl: string, secrets: readonly string[]): CallbackUrls {
  const base = assertCallbackUrl(baseUrl).href.replace(/\/+$/, '')
  const tokens = callbackTokens(secrets, 'createMpesa: callbackSecret')
  return {
    urlFor: (paymentId, about, kind = 'stk') =>
      `${base}/${kind}/${paymentId}/${about}-${tokens.sign([kind, paymentId, about])}`,
    verify(paymentId, token) {
      const [, attemptId, hmac] = /^(\d{1,6}|ref_[0-9a-f]{24})-([0-9a-f]{64})$/.exec(token) ?? []
      if (attemptId === undefined || hmac === undefined) return null
      let owner: ReturnType<CallbackUrls['verify']> = null
      // Every kind is tried, so that the time taken tells nothing.
      for (const kind of attemptId.startsWith('ref_') ? REFUND_KINDS : ATTEMPT_KINDS) {
        const verifiedBy = tokens.verify([kind, paymentId, attemptId], hmac)
        if (verifiedBy !== null) owner ??= { attemptId, verifiedBy, ...(kind !== 'stk' && { type: kind }) }
      }
      return owner
    },
  }
}

/** Throws a `TypeError` for a callback URL that Daraja would refuse; `name` is the option that it was given as. */
export function assertCallbackUrl(callbackUrl: string, name = 'callbackUrl'): URL {
  if (!URL.canParse(callbackUrl)) {
    throw new TypeError(`createMpesa: ${name} is not a URL: ${callbackUrl}`)
  }
  const url = new URL(callbackUrl)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname))) {
    throw new TypeError(`createMpesa: ${name} is to be https; http is for loopback addresses only`)
  }
  if (url.search || url.hash) throw new TypeError(`createMpesa: ${name} is to have no ? and no #`)
  const word = FORBIDDEN.exec(url.href)?.[0]
  if (word)
    throw new TypeError(`createMpesa: Daraja refuses callback URLs that contain "${word}": ${url.href}`)
  return url
}
