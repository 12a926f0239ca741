import { invalidField, refusal, type Answer } from './answers.js'
import type { C2b } from './c2b.js'
import type { Context } from './context.js'
import { firstInvalid, text, type Fields } from './fields.js'
import { merchantRequestId } from './formats.js'

/** `POST /mpesa/c2b/v2/registerurl` (and v1): where validations and confirmations go. */
export function registerUrls({ random, store, settings }: Context, fields: Fields, path: string): Answer {
  const invalid = firstInvalid(fields, ['ShortCode', 'ResponseType', 'ConfirmationURL', 'ValidationURL'])
  if (invalid) return invalidField(random, invalid)
  const shortcode = text(fields, 'ShortCode')
  if (settings.registerOnce && store.state.c2bUrls[shortcode]) {
    return refusal(random, 500, '500.003.1001', 'Urls are already registered')
  }
  store.commit({
    type: 'c2bRegistered',
    shortcode,
    registration: {
      version: path.includes('/v1/') ? 'v1' : 'v2',
      responseType: text(fields, 'ResponseType') as 'Completed' | 'Cancelled',
      confirmationUrl: text(fields, 'ConfirmationURL'),
      validationUrl: text(fields, 'ValidationURL'),
    },
  })
  return acknowledged(merchantRequestId(random), 'Success')
}

/** `POST /mpesa/c2b/v2/simulate` (and v1): a customer pays, as Safaricom's own sandbox can be made to do. */
export function simulate({ random }: Context, c2b: C2b, fields: Fields): Answer {
  const isTill = text(fields, 'CommandID') === 'CustomerBuyGoodsOnline'
  const invalid = firstInvalid(fields, [
    'ShortCode',
    'CommandID:CustomerPayBillOnline|CustomerBuyGoodsOnline',
    'Amount',
    'Msisdn',
  ])
  if (invalid) return invalidField(random, invalid)
  const account = text(fields, 'BillRefNumber')
  if (isTill ? account !== '' : account === '' || account.length > 20)
    return invalidField(random, 'BillRefNumber')
  c2b.begin({
    msisdn: text(fields, 'Msisdn'),
    shortcode: text(fields, 'ShortCode'),
    amount: Number(text(fields, 'Amount')),
    account,
    isTill,
  })
  return acknowledged(merchantRequestId(random), 'Accept the service request successfully.')
}

/** The name of the id is misspelt on the wire. */
function acknowledged(id: string, description: string): Answer {
  return {
    status: 200,
    body: { OriginatorCoversationID: id, ResponseCode: '0', ResponseDescription: description },
  }
}
