import { PaymentsError, type CallOutcome, type PaymentsErrorCode } from '../errors.js'

/** An HTTP answer, unread. */
export interface Answer {
  readonly status: number
  readonly text: string
}

/** How long to leave Daraja alone after a rate limit; the allowed rates are not published. */
const RATE_LIMIT_WAIT_MS = 15_000

/** The JSON object of a good answer. Throws a {@link PaymentsError} that says what is proven by a bad one. */
export function readAnswer(answer: Answer): Record<string, unknown> {
  const body = parseObject(answer.text)
  if (body && answer.status < 300 && !isRefusal(body)) return body
  throw readFailure(answer, body)
}

/** Daraja's words for "this token is not good", which differ from product to product. */
export function isAuthFailure(answer: Answer): boolean {
  if (answer.status === 401) return true
  const body = parseObject(answer.text)
  if (answer.status < 300 && !(body && isRefusal(body))) return false
  return /invalid access token|invalid_access_token|no apiproduct match/i.test(answer.text)
}

function readFailure(answer: Answer, body: Record<string, unknown> | null): PaymentsError {
  const { status, text } = answer
  if (/incapsula|request unsuccessful/i.test(text) && !body) {
    return failure(
      'PAYMENTS_MPESA_BLOCKED',
      'the firewall of Safaricom refused this server; ask its support',
      'not_executed',
    )
  }
  const envelope = readEnvelope(body)
  if (isAuthFailure(answer)) {
    const advice =
      'the access token was refused twice; is the product enabled for this app on the Daraja portal?'
    return failure('PAYMENTS_MPESA_AUTH', advice, 'not_executed', envelope)
  }
  if (status === 429 || /spike ?arrest|quota ?violation/i.test(text)) {
    return failure(
      'PAYMENTS_MPESA_RATE_LIMITED',
      'asked too often; wait',
      'not_executed',
      envelope,
      RATE_LIMIT_WAIT_MS,
    )
  }
  for (const [pattern, code, outcome] of KNOWN_TEXTS) {
    if (pattern.test(envelope.message)) return failure(code, envelope.message, outcome, envelope)
  }
  // With status 200 an error code still begins with the status that was meant.
  const meant = status < 300 ? Number(envelope.code.slice(0, 3)) || 500 : status
  if (meant >= 400 && meant < 500 && meant !== 408) {
    const said = envelope.message || `HTTP ${status} without an explanation`
    return failure('PAYMENTS_MPESA_INVALID_REQUEST', said, 'not_executed', envelope)
  }
  const said = envelope.message || `HTTP ${status} that is not Daraja's`
  return failure('PAYMENTS_MPESA_UNEXPECTED', said, 'unknown', envelope)
}

/** Messages that say more than their code: 500.001.1001 alone stands for three of these. */
const KNOWN_TEXTS: readonly [RegExp, PaymentsErrorCode, CallOutcome][] = [
  [/unable to lock subscriber/i, 'PAYMENTS_MPESA_BUSY', 'not_executed'],
  [/duplicate originatorconversationid/i, 'PAYMENTS_MPESA_DUPLICATE', 'unknown'],
  [/urls are already registered/i, 'PAYMENTS_MPESA_REGISTERED', 'not_executed'],
  [/not authorized to initiate/i, 'PAYMENTS_MPESA_FORBIDDEN', 'not_executed'],
  [/invalid checkoutrequestid/i, 'PAYMENTS_MPESA_NOT_FOUND', 'not_executed'],
  [/merchant does not exist|wrong credentials/i, 'PAYMENTS_MPESA_CREDENTIALS', 'not_executed'],
  [/system is busy|maintenance/i, 'PAYMENTS_MPESA_BUSY', 'unknown'],
]

interface Envelope {
  code: string
  message: string
  requestId: string | undefined
}

/** `{ requestId, errorCode, errorMessage }`, or Apigee's `{ fault: { faultstring, detail: { errorcode } } }`. */
function readEnvelope(body: Record<string, unknown> | null): Envelope {
  const fault = asObject(body?.['fault'])
  const detail = asObject(fault?.['detail'])
  const code = body?.['errorCode'] ?? detail?.['errorcode'] ?? body?.['ResponseCode'] ?? ''
  const message = body?.['errorMessage'] ?? fault?.['faultstring'] ?? body?.['ResponseDescription'] ?? ''
  const requestId = body?.['requestId']
  return {
    code: String(code),
    message: String(message).slice(0, 500),
    requestId: typeof requestId === 'string' ? requestId : undefined,
  }
}

function failure(
  code: PaymentsErrorCode,
  what: string,
  outcome: CallOutcome,
  envelope?: Envelope,
  retryAfterMs?: number,
): PaymentsError {
  return new PaymentsError(code, `Daraja: ${what}`, {
    status: 502,
    outcome,
    ...(envelope?.code && { providerCode: envelope.code }),
    ...(envelope?.requestId && { requestId: envelope.requestId }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  })
}

/** Refusals have come with status 200, too. */
function isRefusal(body: Record<string, unknown>): boolean {
  return (body['errorCode'] ?? body['fault'] ?? null) !== null
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return null
  }
}

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}
