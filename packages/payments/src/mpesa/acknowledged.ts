import { PaymentsError } from '../errors.js'

/** Throws unless Daraja has accepted the request: `ResponseCode` 0, which C2B has also written with more zeros. */
export function assertAcknowledged(answer: Record<string, unknown>): void {
  const code = String(answer['ResponseCode'] ?? '')
  if (/^0+$/.test(code)) return
  if (code === '') throw unexpectedAnswer('an answer that is not understood')
  const said = String(answer['ResponseDescription'] ?? 'no reason given')
  throw new PaymentsError('PAYMENTS_MPESA_REFUSED', `Daraja refused the request: ${said}`, {
    status: 502,
    outcome: 'not_executed',
    providerCode: code,
  })
}

/** The error for an answer that says "accepted" and lacks what must come with it: the request may be under way. */
export function unexpectedAnswer(what: string): PaymentsError {
  return new PaymentsError('PAYMENTS_MPESA_UNEXPECTED', `Daraja: ${what}`, {
    status: 502,
    outcome: 'unknown',
  })
}
