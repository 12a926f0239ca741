import type { AxiosInstance } from 'axios'
import { assertKnownKeys } from '../options.js'
import type { Provider, ProviderTiming } from '../provider.js'
import { createAccountBalance, parseAccountBalanceResult } from './account-balance.js'
import { createB2c, parseB2cResult } from './b2c.js'
import { createC2b, parseCustomerPayment, type CustomerPayment } from './c2b.js'
import { assertCallbackUrl, callbackUrls } from './callback-url.js'
import { parseStkCallback } from './callback.js'
import { darajaHttp } from './http.js'
import { readInitiator, type MpesaInitiator } from './initiator.js'
import { mpesaProvider } from './provider.js'
import { createQrCode } from './qr-code.js'
import { createReverse, parseReversalResult } from './reversal.js'
import { createStk } from './stk.js'
import { createTransactionStatus, parseTransactionStatusResult } from './transaction-status.js'
import type { MpesaClient } from './client.js'
import type { TokenStore } from './tokens.js'
import { createValidation, type ValidationVerdict } from './validation.js'

/** Options of {@link createMpesa}. */
export interface MpesaOptions {
  consumerKey: string
  consumerSecret: string
  /** The paybill; for a till the head office (store) number. */
  shortcode: string | number
  passkey: string
  environment: 'sandbox' | 'production'
  /** The till, for Buy Goods. Absent: Pay Bill. */
  till?: string | number
  /** Default Safaricom's host of the environment. Plain http is for loopback addresses only. */
  baseUrl?: string
  /** Public https URL below which callbacks arrive; `/stk/<payment>/<token>` is appended to it. */
  callbackUrl?: string
  /** Makes callback URLs unguessable; 32 characters or more. Of several, the first signs and all verify. */
  callbackSecret?: string | readonly string[]
  /**
   * Addresses from which callbacks are accepted, compared with `req.ip` (so `trust proxy` must be right).
   * Default `SAFARICOM_CALLBACK_ADDRESSES` with Safaricom's production host, otherwise `'any'`.
   */
  callbackSources?: readonly string[] | 'any'
  /**
   * Whether a payment that a customer begins ("Pay Bill") is to be taken; asked at the URL that `registerUrls` gives to
   * Daraja, and never for a prompt of ours. Default all are taken.
   */
  validate?: (payment: CustomerPayment) => ValidationVerdict | Promise<ValidationVerdict>
  /** What a `validate` that fails or is slow means. Needed with it. */
  whenUnvalidated?: 'accept' | 'reject'
  /** Of the 8 seconds that M-Pesa waits. Default 6000. */
  validationTimeoutMs?: number
  /** In whose name money is reversed, sent and asked about; those operations need it. */
  initiator?: MpesaInitiator
  /** Where results of those operations go, unless a call says otherwise. */
  resultUrl?: string
  /** Told of requests that time out in M-Pesa's queue, unless a call says otherwise. */
  timeoutUrl?: string
  /** Which B2C: v1 if Safaricom has not opened v3 to the shortcode (`PAYMENTS_MPESA_FORBIDDEN`). Default `v3`. */
  b2cVersion?: 'v1' | 'v3'
  /** Time limit of every call. Default 30 000. */
  timeoutMs?: number
  /** Your own instance, for a proxy or an agent. */
  axios?: AxiosInstance
  /** Shares the access token between processes. */
  tokenStore?: TokenStore
  /** When `createPayments` asks about a prompt and when it gives up. */
  timing?: Partial<ProviderTiming>
  /** Milliseconds since the epoch, for timestamps and token expiry. Default `Date.now`. */
  clock?: () => number
}

/** A client that `createPayments({ providers })` takes as it is. */
export type Mpesa = MpesaClient & Provider

/** The hosts of Daraja (portal, "Authorization"). */
const HOSTS = { sandbox: 'https://sandbox.safaricom.co.ke', production: 'https://api.safaricom.co.ke' }

const OPTIONS = [
  ...[
    'consumerKey',
    'consumerSecret',
    'shortcode',
    'passkey',
    'environment',
    'till',
    'baseUrl',
    'callbackUrl',
  ],
  ...['validate', 'whenUnvalidated', 'validationTimeoutMs'],
  ...['initiator', 'resultUrl', 'timeoutUrl', 'b2cVersion'],
  ...['callbackSecret', 'callbackSources', 'timeoutMs', 'axios', 'tokenStore', 'timing', 'clock'],
]

/**
 * A client of Safaricom's Daraja. With `callbackUrl` and `callbackSecret` it is also a provider for
 * `createPayments`. Throws `TypeError` for options that cannot work.
 */
export function createMpesa(
  options: MpesaOptions & { callbackUrl: string; callbackSecret: string | readonly string[] },
): Mpesa
/** Without `callbackUrl` and `callbackSecret`: the client alone. */
export function createMpesa(options: MpesaOptions): MpesaClient
/** One client for both: what `callbackUrl` and `callbackSecret` add comes last. */
export function createMpesa(options: MpesaOptions): MpesaClient | Mpesa {
  assertKnownKeys('createMpesa', options, OPTIONS)
  const { consumerKey, consumerSecret, shortcode, passkey, environment, till, callbackUrl, callbackSecret } =
    options
  const { initiator, resultUrl, timeoutUrl, b2cVersion = 'v3' } = options
  const { timeoutMs = 30_000, axios, tokenStore, timing, clock = Date.now } = options
  assertTexts({ consumerKey, consumerSecret, passkey })
  if (!Object.hasOwn(HOSTS, environment))
    throw new TypeError("createMpesa: environment is 'sandbox' or 'production'")
  if (!['v1', 'v3'].includes(b2cVersion)) throw new TypeError("createMpesa: b2cVersion is 'v1' or 'v3'")

  const baseUrl = assertBaseUrl(options.baseUrl ?? HOSTS[environment])
  for (const [name, url] of Object.entries({ callbackUrl, resultUrl, timeoutUrl })) {
    if (url !== undefined) assertCallbackUrl(url, name)
  }
  const http = darajaHttp({ baseUrl, consumerKey, consumerSecret, timeoutMs, axios, tokenStore, clock })
  const party = digits('shortcode', shortcode)
  const own = { http, shortcode: party, till: till === undefined ? undefined : digits('till', till) }
  const stk = createStk({
    ...own,
    passkey,
    callbackUrl,
    clock,
  })
  const urls =
    callbackUrl === undefined || callbackSecret === undefined
      ? undefined
      : callbackUrls(callbackUrl, [callbackSecret].flat())
  const credentials = initiator && readInitiator(initiator, clock())
  const initiated = { http, shortcode: party, credentials, resultUrl, timeoutUrl }
  const client: MpesaClient = {
    ...stk,
    reverse: createReverse(initiated),
    transactionStatus: createTransactionStatus(initiated),
    accountBalance: createAccountBalance(initiated),
    b2c: createB2c({ ...initiated, version: b2cVersion }),
    ...createC2b({ ...own, isSandbox: environment === 'sandbox', urls }),
    qrCode: createQrCode(own),
    parseStkCallback,
    parseReversalResult,
    parseTransactionStatusResult,
    parseAccountBalanceResult,
    parseB2cResult,
    parseCustomerPayment,
  }
  const { validate: handle, whenUnvalidated, validationTimeoutMs = 6000 } = options
  const validation = { where: 'createMpesa', whenUnvalidated, validationTimeoutMs }
  const validate = createValidation<Uint8Array>({
    ...validation,
    handle: handle && ((raw) => handle(parseCustomerPayment(raw))),
  })
  if (urls === undefined) return client

  const { callbackSources = baseUrl === HOSTS.production ? 'safaricom' : 'any' } = options
  return {
    ...client,
    ...mpesaProvider({
      client,
      urls,
      validate,
      sources: callbackSources,
      timing,
      refundBy: credentials && { b2cVersion },
    }),
  }
}

function assertTexts(texts: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(texts)) {
    if (typeof value !== 'string' || value.trim() === '')
      throw new TypeError(`createMpesa: ${name} is missing`)
  }
}

function assertBaseUrl(baseUrl: string): string {
  const url = new URL(baseUrl)
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol !== 'https:' && !loopback) {
    throw new TypeError('createMpesa: baseUrl is to be https; http is for loopback addresses only')
  }
  return url.href.replace(/\/+$/, '')
}

function digits(name: string, value: string | number): string {
  if (/^\d{5,7}$/.test(String(value))) return String(value)
  throw new TypeError(`createMpesa: ${name} is to have 5 to 7 digits`)
}
