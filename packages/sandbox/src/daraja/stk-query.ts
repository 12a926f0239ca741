import { invalidField, refusal, type Answer } from './answers.js'
import type { Context } from './context.js'
import { firstInvalid, isPassword, text, type Fields } from './fields.js'
import { endingOf } from './results.js'
import { merchant } from './settings.js'
import type { Ending } from './state.js'

const names = ['BusinessShortCode', 'Password', 'Timestamp', 'CheckoutRequestID'] as const

const pending: Ending = { code: 4999, description: 'The transaction is still under processing' }

/** `POST /mpesa/stkpushquery/v1/query`: how a push ended. ResultCode is a string here, a number in the callback. */
export function stkQuery({ store, random, faults, settings }: Context, fields: Fields): Answer {
  const invalid = firstInvalid(fields, names)
  if (invalid) return invalidField(random, invalid)
  if (text(fields, 'BusinessShortCode') !== merchant.shortcode) {
    return refusal(random, 500, '500.001.1001', 'Merchant does not exist')
  }
  if (!isPassword(fields)) return refusal(random, 500, '500.001.1001', 'Wrong credentials')
  const transaction = store.state.transactions[text(fields, 'CheckoutRequestID')]
  if (!transaction) return invalidField(random, 'CheckoutRequestID')

  const contradicted = faults.take('contradictQuery', { msisdn: transaction.phone })?.resultCode
  const ending = contradicted === undefined ? (transaction.result ?? pending) : endingOf(contradicted)
  if (ending === pending && settings.pendingAnswer === '500.001.1001') {
    return {
      status: 500,
      body: {
        requestId: transaction.checkoutRequestId,
        errorCode: '500.001.1001',
        errorMessage: 'The transaction is being processed',
      },
    }
  }
  return {
    status: 200,
    body: {
      ResponseCode: '0',
      // Three s: so it is on the wire.
      ResponseDescription: 'The service request has been accepted successsfully',
      MerchantRequestID: transaction.merchantRequestId,
      CheckoutRequestID: transaction.checkoutRequestId,
      ResultCode: String(ending.code),
      ResultDesc: ending.description,
    },
  }
}
