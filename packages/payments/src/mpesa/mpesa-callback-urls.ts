import { assertKnownKeys } from '../options.js'
import type { MpesaCallbackKind } from './callback-event.js'
import { callbackTokens } from './callback-tokens.js'
import { assertCallbackUrl } from './callback-url.js'

/** URLs that only we can make and only Safaricom is told. */
export interface MpesaCallbackUrls {
  /**
   * The URL for `reference`: letters, digits, `-`, `_` and `.`, up to 64; an order's or a refund's id. Throws a
   * `TypeError` if Daraja would refuse it.
   */
  for(kind: MpesaCallbackKind, reference: string): string
  /** What a path was made for; null if we did not make it. */
  verify(path: string): { kind: MpesaCallbackKind; reference: string; verifiedBy: string } | null
}

/** `<url>/<kind>/<reference>/<HMAC>`. Mount `mpesaCallbacks({ urls })` where `url` points to. */
export function mpesaCallbackUrls(options: {
  /** Public https URL; http on the loopback alone. */
  url: string
  /** 32 characters or more. Of several, the first signs and all verify. */
  secret: string | readonly string[]
}): MpesaCallbackUrls {
  assertKnownKeys('mpesaCallbackUrls', options, ['url', 'secret'])
  const base = assertCallbackUrl(options.url, 'url').href.replace(/\/+$/, '')
  const tokens = callbackTokens([options.secret].flat(), 'mpesaCallbackUrls: secret')
  return {
    for(kind, reference) {
      if (!/^[\w.-]{1,64}$/.test(reference))
        throw new TypeError('mpesaCallbackUrls: not a reference for a path')
      const url = `${base}/${kind}/${reference}/${tokens.sign([kind, reference])}`
      return assertCallbackUrl(url, 'reference').href
    },
    verify(path) {
      const [, kind, reference, token] = PATH.exec(path) ?? []
      if (kind === undefined || reference === undefined || token === undefined) return null
      const verifiedBy = tokens.verify([kind, reference], token)
      return verifiedBy === null ? null : { kind: kind as MpesaCallbackKind, reference, verifiedBy }
    },
  }
}

const PATH = /\/(stk|result|timeout|confirmation|validation)\/([\w.-]{1,64})\/([0-9a-f]{64})$/
