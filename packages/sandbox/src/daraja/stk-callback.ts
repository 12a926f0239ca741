import { timestamp } from './formats.js'
import type { StkResult, StkTransaction } from './state.js'

/** The body of an STK push's callback. A push that failed has no CallbackMetadata; Balance has no Value. */
export function stkCallback(transaction: StkTransaction, result: StkResult): object {
  const { merchantRequestId, checkoutRequestId, amount, phone } = transaction
  const items = [
    { Name: 'Amount', Value: amount },
    { Name: 'MpesaReceiptNumber', Value: result.receipt },
    { Name: 'Balance' },
    { Name: 'TransactionDate', Value: Number(timestamp(result.atMs)) },
    { Name: 'PhoneNumber', Value: Number(phone) },
  ]
  return {
    Body: {
      stkCallback: {
        MerchantRequestID: merchantRequestId,
        CheckoutRequestID: checkoutRequestId,
        ResultCode: result.code,
        ResultDesc: result.description,
        ...(result.receipt && { CallbackMetadata: { Item: items } }),
      },
    },
  }
}
