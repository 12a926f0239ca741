import { createHmac, timingSafeEqual } from 'node:crypto'

/** Words that Daraja refuses in a callback URL, in any case (portal, "Register URL"). */
const FORBIDDEN = /m-?pesa|safaricom|exe|cmd|sql|query/i
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * What comes to a URL: of an attempt its `stk` callback; of a refund the result of its `reversal`, the answer to a
 * question for its `status`, the answer to one that only looks whether it has happened after all, and a `timeout`.
 */
export type CallbackKind = 'stk' | RefundCallbackKind

/** Of a refund. */
export type RefundCallbackKind = (typeof REFUND_KINDS)[number]

const REFUND_KINDS = ['reversal', 'status', 'look', 'timeout'] as const

/** True for what `verify` says of a refund's URL. */
export function isRefundCallback(type: string | undefined): type is RefundCallbackKind {
  return (REFUND_KINDS as readonly unknown[]).includes(type)
}

/** Express paths of all of them. */
export const CALLBACK_PATHS = ['stk', ...REFUND_KINDS].map((kind) => `/${kind}/:paymentId/:token`)

/** One URL per attempt or refund, that only we can make and only Safaricom is told. */
export interface CallbackUrls {
  urlFor(paymentId: string, about: string, kind?: CallbackKind): string
  /** Who the token belongs to, and what comes with it if it is a refund; null if we did not make it. */
  verify(
    paymentId: string,
    token: string,
  ): { attemptId: string; verifiedBy: string; type?: RefundCallbackKind } | null
}

/**
 * `<base>/stk/<paymentId>/<attemptId>-<HMAC>`, and the like for refunds. Hexadecimal on purpose: base64 would sometimes spell one of the
 * words that Daraja forbids. The first secret signs, all of them verify.
 */
export function callbackUrls(baseUrl: string, secrets: readonly string[]): CallbackUrls {
  const base = assertCallbackUrl(baseUrl).href.replace(/\/+$/, '')
  for (const secret of secrets) {
    if (typeof secret === 'string' && secret.length >= 32) continue
    throw new TypeError('createMpesa: callbackSecret is to have 32 characters or more: openssl rand -hex 32')
  }
  if (secrets.length === 0) throw new TypeError('createMpesa: callbackSecret is empty')

  return {
    urlFor: (paymentId, about, kind = 'stk') =>
      `${base}/${kind}/${paymentId}/${about}-${mac(secrets[0]!, kind, paymentId, about)}`,
    verify(paymentId, token) {
      const match = /^(\d{1,6}|ref_[0-9a-f]{24})-([0-9a-f]{64})$/.exec(token)
      if (!match) return null
      const attemptId = match[1]!
      const given = Buffer.from(match[2]!)
      let owner: ReturnType<CallbackUrls['verify']> = null
      // Every secret is tried, so that the time taken tells nothing.
      for (const [index, secret] of secrets.entries()) {
        for (const kind of attemptId.startsWith('ref_') ? REFUND_KINDS : (['stk'] as const)) {
          const equal = timingSafeEqual(given, Buffer.from(mac(secret, kind, paymentId, attemptId)))
          const type = kind === 'stk' ? {} : { type: kind }
          if (equal) owner ??= { attemptId, verifiedBy: `callbackSecret#${index + 1}`, ...type }
        }
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

function mac(secret: string, kind: CallbackKind, paymentId: string, about: string): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify([kind, paymentId, about]))
    .digest('hex')
}
