export { PaymentsError, type CallOutcome, type PaymentsErrorCode } from './errors.js'
export { fromMinor, money, type Money } from './money.js'
export {
  parseAccountBalanceResult,
  type AccountBalanceRequest,
  type AccountBalanceResult,
} from './mpesa/account-balance.js'
export { parseB2cResult, type B2cRequest, type B2cResult } from './mpesa/b2c.js'
export {
  parseCustomerPayment,
  type CustomerPayment,
  type RegisterUrlsRequest,
  type SimulateRequest,
} from './mpesa/c2b.js'
export { SAFARICOM_CALLBACK_ADDRESSES } from './mpesa/callback-sources.js'
export { parseStkCallback, type StkCallback } from './mpesa/callback.js'
export type { MpesaClient, StkPush, StkPushRequest, StkStatus } from './mpesa/client.js'
export { createMpesa, type Mpesa, type MpesaOptions } from './mpesa/create-mpesa.js'
export type { Accepted, ResultUrls } from './mpesa/initiated.js'
export { securityCredentialOf, type MpesaInitiator } from './mpesa/initiator.js'
export { askMoneyOutAfterMs, nextMoneyOut, type MoneyOut, type MoneyOutNews } from './mpesa/money-out.js'
export type { MpesaCallback, MpesaCallbackKind } from './mpesa/callback-event.js'
export { mpesaCallbackUrls, type MpesaCallbackUrls } from './mpesa/mpesa-callback-urls.js'
export {
  mpesaCallbacks,
  type MpesaCallbacksHandler,
  type MpesaCallbacksOptions,
} from './mpesa/mpesa-callbacks.js'
export type { MpesaOutcome } from './mpesa/outcome.js'
export type { MpesaAccount, MpesaParty } from './mpesa/parameters.js'
export { normalizePhone } from './mpesa/phone.js'
export { mpesaCode, type MpesaCode, type MpesaProduct } from './mpesa/product-codes.js'
export type { QrCode, QrCodeRequest } from './mpesa/qr-code.js'
export { matchesMsisdn, parseReceipt, type ReceiptDate } from './mpesa/receipt.js'
export { stkResult, type StkResult, type StkResultClass } from './mpesa/result-codes.js'
export { parseResult, parseTimeout, type MpesaResult, type MpesaTimeout } from './mpesa/result.js'
export { parseReversalResult, type ReversalResult, type ReverseRequest } from './mpesa/reversal.js'
export type { AccessToken, TokenStore } from './mpesa/tokens.js'
export type { ValidationVerdict } from './mpesa/validation.js'
export {
  parseTransactionStatusResult,
  type TransactionStatusRequest,
  type TransactionStatusResult,
} from './mpesa/transaction-status.js'
