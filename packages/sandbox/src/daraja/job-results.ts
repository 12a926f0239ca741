import type { Ending } from './state.js'

/** ResultCodes of asynchronous requests with the ResultDesc of the wire. Code and text: developer.safaricom.co.ke. */
export const jobResults = {
  done: { code: 0, description: 'The service request is processed successfully.' },
  insufficientFunds: { code: 1, description: 'The balance is insufficient for the transaction.' },
  wrongInitiator: { code: 2001, description: 'The initiator information is invalid.' },
  locked: { code: 8006, description: 'The security credential is locked.' },
  alreadyReversed: { code: 'R000001', description: 'The transaction has already been reversed.' },
  noSuchOriginal: { code: 'R000002', description: 'The OriginalTransactionID is invalid.' },
  belowMinimum: {
    code: 2,
    description: 'Declined due to limit rule: less than the minimum transaction amount.',
  },
  aboveMaximum: {
    code: 3,
    description: 'Declined due to limit rule: greater than the maximum transaction amount.',
  },
  aboveHolding: { code: 8, description: 'Declined due to limit rule: would exceed the maximum balance.' },
  noSuchParty: { code: 'SFC_IC0003', description: 'The operator does not exist.' },
} as const satisfies Record<string, Ending>

/** Further codes, for the fault `forceResult`. */
const others: Ending[] = [
  { code: 11, description: 'The DebitParty is in an invalid state.' },
  { code: 21, description: 'The initiator is not allowed to initiate this request.' },
  { code: 26, description: 'System busy' },
  {
    code: 2006,
    description: 'Declined due to account rule: The account status does not allow this transaction.',
  },
  { code: 2028, description: 'The request is not permitted according to product assignment.' },
  { code: 2040, description: 'The receiver is not a registered customer.' },
]

/** The ending with this code; an unknown code gets a text of no meaning, as new codes do. */
export function endingOf(code: number | string): Ending {
  const known = [...Object.values(jobResults), ...others].find((ending) => ending.code === code)
  return known ?? { code, description: 'The request failed.' }
}
