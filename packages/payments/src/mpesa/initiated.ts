import { PaymentsError } from '../errors.js'
import { assertAcknowledged, unexpectedAnswer } from './acknowledged.js'
import { assertCallbackUrl } from './callback-url.js'
import type { DarajaHttp } from './http.js'
import type { Credentials } from './initiator.js'

/** What the operations of an initiator need. */
export interface InitiatedDeps {
  http: DarajaHttp
  shortcode: string
  credentials: Credentials | undefined
  resultUrl: string | undefined
  timeoutUrl: string | undefined
}

/** Where the outcome is reported to. */
export interface ResultUrls {
  /** Told the outcome. Default the client's `resultUrl`. */
  resultUrl?: string
  /** Told that the request timed out in M-Pesa's queue, which is no failure. Default the client's `timeoutUrl`. */
  timeoutUrl?: string
}

/** Daraja has accepted the request; the outcome comes to the `resultUrl`. */
export interface Accepted {
  readonly conversationId: string
  readonly originatorConversationId: string
}

/** The fields that every operation of an initiator sends. Throws a `TypeError` for what is not configured. */
export function initiatedFields(deps: InitiatedDeps, where: string, urls: ResultUrls, remarks: string) {
  const { resultUrl = deps.resultUrl, timeoutUrl = deps.timeoutUrl } = urls
  if (deps.credentials === undefined) throw new TypeError(`${where}: give initiator to createMpesa`)
  if (resultUrl === undefined) throw new TypeError(`${where}: give resultUrl, here or to createMpesa`)
  if (timeoutUrl === undefined) throw new TypeError(`${where}: give timeoutUrl, here or to createMpesa`)
  return {
    ...deps.credentials,
    remarks: note(remarks) || 'Shop',
    resultUrl: assertCallbackUrl(resultUrl, 'resultUrl').href,
    timeoutUrl: assertCallbackUrl(timeoutUrl, 'timeoutUrl').href,
  }
}

/** Remarks and occasions: up to 100 characters, and none that make Daraja lose a request silently. */
export function note(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9 .-]/g, '')
    .replace(/ +/g, ' ')
    .trim()
    .slice(0, 100)
}

/** A receipt or id that the caller passes on. Throws `PAYMENTS_MPESA_INVALID_REQUEST` before anything is sent. */
export function identifier(name: string, value: string): string {
  const trimmed = value.trim()
  if (/^[\w.-]{4,100}$/.test(trimmed)) return trimmed
  throw new PaymentsError('PAYMENTS_MPESA_INVALID_REQUEST', `${name} is not an id of M-Pesa`, {
    status: 400,
    outcome: 'not_executed',
  })
}

/** The acknowledgement that all of these operations get. */
export function accepted(answer: Record<string, unknown>): Accepted {
  assertAcknowledged(answer)
  const { ConversationID: conversationId, OriginatorConversationID: originatorConversationId } = answer
  if (typeof conversationId !== 'string' || conversationId === '') {
    throw unexpectedAnswer('accepted, but without a ConversationID')
  }
  return { conversationId, originatorConversationId: String(originatorConversationId ?? '') }
}
