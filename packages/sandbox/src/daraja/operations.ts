/** What Daraja can be asked here. */
export type OperationName =
  | 'oauth'
  | 'stkPush'
  | 'stkQuery'
  | 'c2bRegister'
  | 'c2bSimulate'
  | 'b2c'
  | 'reversal'
  | 'transactionStatus'
  | 'accountBalance'
  | 'qrCode'

/** How the gateway treats one operation. */
export interface Operation {
  method: 'GET' | 'POST'
  /** Several where there are versions. */
  path: string | string[]
  /** The answer to a token that is unknown, expired or revoked: it differs from product to product. */
  invalidToken: { status: number; code: string; message: string }
}

const invalidC2bToken = { status: 400, code: '400.003.01', message: 'Invalid Access Token' }
/** Followed by the token. */
const invalidBalanceToken = {
  status: 401,
  code: '401.002.01',
  message: 'Error Occurred - Invalid Access Token - ',
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
  c2bRegister: {
    method: 'POST',
    path: ['/mpesa/c2b/v2/registerurl', '/mpesa/c2b/v1/registerurl'],
    invalidToken: invalidC2bToken,
  },
  c2bSimulate: {
    method: 'POST',
    path: ['/mpesa/c2b/v2/simulate', '/mpesa/c2b/v1/simulate'],
    invalidToken: invalidC2bToken,
  },
  b2c: {
    method: 'POST',
    path: ['/mpesa/b2c/v3/paymentrequest', '/mpesa/b2c/v1/paymentrequest'],
    invalidToken: invalidBalanceToken,
  },
  reversal: {
    method: 'POST',
    path: '/mpesa/reversal/v1/request',
    invalidToken: invalidStkToken,
  },
  transactionStatus: {
    method: 'POST',
    path: '/mpesa/transactionstatus/v1/query',
    invalidToken: invalidC2bToken,
  },
  accountBalance: {
    method: 'POST',
    path: '/mpesa/accountbalance/v1/query',
    invalidToken: invalidBalanceToken,
  },
  qrCode: {
    method: 'POST',
    path: '/mpesa/qrcode/v1/generate',
    invalidToken: invalidStkToken,
  },
}

/** Where the rest of Daraja is, which is not here. `//` is what a base URL with a slash at its end makes. */
export const elsewhere = [
  ...['/mpesa', '/oauth', '/standingorder', '/pulltransactions', '/imsi', '/registration', '/sfcverify'],
  ...['/v1/ussdpush', '/v1/billmanager-invoice', '/v1/KYC-validation', '/v1/lipa', /^\/\/[^/]*/],
]
