/** What an error of Stripe says, on the wire under `error`. */
export interface ErrorFields {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error'
  message: string
  code?: string
  param?: string
  decline_code?: string
  doc_url?: string
  [more: string]: unknown
}

/** A request that Stripe does not carry out: thrown before anything has changed. */
export class Refusal extends Error {
  readonly status: number
  readonly fields: ErrorFields

  constructor(status: number, fields: ErrorFields) {
    super(fields.message)
    this.status = status
    this.fields = documented(fields)
  }
}

/** Creates the refusal of a request that makes no sense: 400 unless said otherwise. */
export function invalid(
  message: string,
  {
    status = 400,
    ...fields
  }: { status?: number; code?: string; param?: string; [more: string]: unknown } = {},
): Refusal {
  return new Refusal(status, { type: 'invalid_request_error', message, ...fields })
}

/** Creates the refusal of an id that names nothing. */
export function missing(noun: string, id: string, param: string): Refusal {
  return invalid(`No such ${noun}: '${id}'`, { status: 404, code: 'resource_missing', param })
}

/** Adds the page of the documentation that explains the code. */
export function documented<T extends ErrorFields>(fields: T): T {
  if (!fields.code) return fields
  return { ...fields, doc_url: `https://docs.stripe.com/error-codes#${fields.code.replaceAll('_', '-')}` }
}
