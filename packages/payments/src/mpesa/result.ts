import { decode, field, malformed, text } from './read-body.js'

const KIND = 'a result'

/** What every asynchronous operation reports to its `ResultURL`, whatever the operation. */
export interface MpesaResult {
  /** Verbatim: `0`, `2001`, `R000002`, `SFC_IC0003`. */
  readonly code: string
  /** Daraja's words, for logs. */
  readonly resultDesc: string
  /** More messages will come about the same request (`ResultType` 1). */
  readonly isInterim: boolean
  readonly conversationId: string
  readonly originatorConversationId: string
  /** The M-Pesa receipt of the operation itself; null if it failed before it had one. */
  readonly transactionId: string | null
  /** What it reports besides, by Daraja's names. Some names come twice, some without any value. */
  readonly parameters: ReadonlyMap<string, readonly string[]>
}

/**
 * Reads what was sent to a `ResultURL`: parsed, as text or as bytes. A single parameter may be an object in place of
 * a list, numbers may be strings, values may be missing, names may come twice. Throws `PAYMENTS_CALLBACK_MALFORMED`.
 * It proves nothing about who sent it.
 */
export function parseResult(body: unknown): MpesaResult {
  const result = field(decode(body, KIND), 'Result')
  const conversationId = text(field(result, 'ConversationID'))
  const originatorConversationId = text(field(result, 'OriginatorConversationID'))
  const code = text(field(result, 'ResultCode'))
  if (conversationId === null && originatorConversationId === null) throw malformed(KIND, 'no ConversationID')
  if (code === null) throw malformed(KIND, 'no ResultCode')
  const transactionId = text(field(result, 'TransactionID'))
  return {
    code,
    resultDesc: text(field(result, 'ResultDesc')) ?? '',
    isInterim: text(field(result, 'ResultType')) === '1',
    conversationId: conversationId ?? '',
    originatorConversationId: originatorConversationId ?? '',
    // A request that failed early has an id of nothing but a date: OAK0000000.
    transactionId: transactionId === null || /0{7}$/.test(transactionId) ? null : transactionId,
    parameters: readParameters(field(field(result, 'ResultParameters'), 'ResultParameter')),
  }
}

/** What little can be relied on of a message to a `QueueTimeOutURL`, whose body nobody has documented. */
export interface MpesaTimeout {
  readonly conversationId: string | null
  readonly originatorConversationId: string | null
}

/**
 * Reads what was sent to a `QueueTimeOutURL`. It is no result: the request may have been executed, so ask
 * (`transactionStatus`). Throws `PAYMENTS_CALLBACK_MALFORMED` if it is not JSON.
 */
export function parseTimeout(body: unknown): MpesaTimeout {
  const message = decode(body, 'a timeout')
  const result = field(message, 'Result') ?? message
  return {
    conversationId: text(field(result, 'ConversationID')),
    originatorConversationId: text(field(result, 'OriginatorConversationID')),
  }
}

function readParameters(list: unknown): Map<string, readonly string[]> {
  const parameters = new Map<string, readonly string[]>()
  for (const entry of Array.isArray(list) ? list : [list]) {
    const key = text(field(entry, 'Key'))
    if (key === null) continue
    const value = text(field(entry, 'Value'))
    parameters.set(key, [...(parameters.get(key) ?? []), ...(value === null ? [] : [value])])
  }
  return parameters
}
