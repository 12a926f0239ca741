import type { Ending } from './state.js'

/** ResultCodes of an STK push with the ResultDesc of the wire. Code and text: developer.safaricom.co.ke. */
export const results = {
  paid: { code: 0, description: 'The service request is processed successfully.' },
  insufficientFunds: { code: 1, description: 'The balance is insufficient for the transaction.' },
  aboveMaximum: {
    code: 3,
    description: 'Declined due to limit rule: greater than the maximum transaction amount.',
  },
  aboveDailyLimit: { code: 4, description: 'Declined due to limit rule: would exceed daily transfer limit.' },
  repeated: { code: 17, description: 'Rule limited.' },
  expired: { code: 1019, description: 'Transaction has expired' },
  notSent: { code: 1025, description: 'An error occurred while sending a push request.' },
  cancelled: { code: 1032, description: 'Request cancelled by user' },
  unreachable: { code: 1037, description: 'DS timeout user cannot be reached.' },
  unanswered: { code: 1037, description: 'No response from user.' },
  wrongPin: { code: 2001, description: 'The initiator information is invalid.' },
  notPermitted: { code: 2028, description: 'The request is not permitted according to product assignment.' },
  locked: { code: 8006, description: 'The security credential is locked.' },
} as const satisfies Record<string, Ending>

/** Further codes, for the fault `forceResult`. */
const others: Ending[] = [
  { code: 2, description: 'Declined due to limit rule: less than the minimum transaction amount.' },
  { code: 8, description: 'Declined due to limit rule: would exceed the maximum balance.' },
  { code: 11, description: 'The DebitParty is in an invalid state.' },
  { code: 26, description: 'System busy' },
  {
    code: 1001,
    description: 'Unable to lock subscriber, a transaction is already in process for the current subscriber',
  },
  { code: 1031, description: 'STK push timeout, no PIN entered' },
  { code: 9999, description: 'Error sending push request' },
  { code: 'SFC_IC0003', description: 'The operator does not exist.' },
  { code: 'E3008', description: 'Error, the user has a bad debt contract.' },
]

/** The ending with this code; an unknown code gets a text of no meaning, as new codes do. */
export function endingOf(code: number | string): Ending {
  const known = [...Object.values(results), ...others].find((ending) => ending.code === code)
  return known ?? { code, description: 'The transaction failed.' }
}
