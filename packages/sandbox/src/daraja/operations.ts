/** What Daraja can be asked here. */
export type OperationName = 'oauth' | 'stkPush' | 'stkQuery' | 'reversal' | 'transactionStatus'

/** How the gateway treats one operation. */
export interface Operation {
  method: 'GET' | 'POST'
  path: string
  /** The answer to a token that is unknown, expired or revoked: it differs from product to product. */
  invalidToken: { status: number; code: string; message: string }
}

const invalidStkToken = { status: 404, code: '404.001.03', message: 'Invalid Access Token' }

/** Paths and codes as on developer.safaricom.co.ke/apis, December 2025. */
export const operations: Record<OperationName, Operation> = {
  oauth: {
    method: 'GET',
    path: '/oauth/v1/generate',
    invalidToken: { status: 400, code: '400.008.01', message: 'Invalid Authentication passed' },
  },
  stkPush: {
    method: 'POST',
    path: '/mpesa/stkpush/v1/processrequest',
    invalidToken: invalidStkToken,
  },
  stkQuery: {
    method: 'POST',
    path: '/mpesa/stkpushquery/v1/query',
    invalidToken: invalidStkToken,
  },
  reversal: {
    method: 'POST',
    path: '/mpesa/reversal/v1/request',
    invalidToken: invalidStkToken,
  },
  transactionStatus: {
    method: 'POST',
    path: '/mpesa/transactionstatus/v1/query',
    invalidToken: { status: 400, code: '400.003.01', message: 'Invalid Access Token' },
  },
}
