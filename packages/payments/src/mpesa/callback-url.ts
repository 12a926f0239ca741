import { createHmac, timingSafeEqual } from 'node:crypto'

/** Words that Daraja refuses in a callback URL, in any case (portal, "Register URL"). */
const FORBIDDEN = /m-?pesa|safaricom|exe|cmd|sql|query/i
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** One URL per attempt, that only we can make and only Safaricom is told. */
export interface CallbackUrls {
  urlFor(paymentId: string, attemptId: string): string
  /** Who the token belongs to; null if we did not make it. */
  verify(paymentId: string, token: string): { attemptId: string; verifiedBy: string } | null
}

/**
 * `<base>/stk/<paymentId>/<attemptId>-<HMAC>`. Hexadecimal on purpose: base64 would sometimes spell one of the
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
    urlFor: (paymentId, attemptId) =>
      `${base}/stk/${paymentId}/${attemptId}-${mac(secrets[0]!, paymentId, attemptId)}`,
    verify(paymentId, token) {
      const match = /^(\d{1,6})-([0-9a-f]{64})$/.exec(token)
      if (!match) return null
      const attemptId = match[1]!
      const given = Buffer.from(match[2]!)
      let verifiedBy: string | null = null
      // Every secret is tried, so that the time taken tells nothing.
      for (const [index, secret] of secrets.entries()) {
        const equal = timingSafeEqual(given, Buffer.from(mac(secret, paymentId, attemptId)))
        if (equal) verifiedBy ??= `callbackSecret#${index + 1}`
      }
      return verifiedBy === null ? null : { attemptId, verifiedBy }
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

function mac(secret: string, paymentId: string, attemptId: string): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify(['stk', paymentId, attemptId]))
    .digest('hex')
}
