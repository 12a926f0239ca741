/** How one operation is written on the wire: where it goes and what its fields are called there. */
export interface Operation {
  /** By version where there are several. */
  readonly path: string | Readonly<Record<string, string>>
  /** Sent as `CommandID`, where there is only one. */
  readonly command?: string
  /** Our names of fields, and Daraja's; its misspellings are required. */
  readonly fields: Readonly<Record<string, string>>
}

/** The fields that every request signed by an initiator has. */
const INITIATED = {
  initiator: 'Initiator',
  credential: 'SecurityCredential',
  command: 'CommandID',
  remarks: 'Remarks',
  timeoutUrl: 'QueueTimeOutURL',
  resultUrl: 'ResultURL',
}

/** Paths, commands and field names (developer.safaricom.co.ke/apis, December 2025). */
export const OPERATIONS = {
  stkPush: {
    path: '/mpesa/stkpush/v1/processrequest',
    fields: {
      party: 'BusinessShortCode',
      password: 'Password',
      timestamp: 'Timestamp',
      type: 'TransactionType',
      amount: 'Amount',
      payer: 'PartyA',
      receiver: 'PartyB',
      phone: 'PhoneNumber',
      callbackUrl: 'CallBackURL',
      reference: 'AccountReference',
      description: 'TransactionDesc',
    },
  },
  stkQuery: {
    path: '/mpesa/stkpushquery/v1/query',
    fields: {
      party: 'BusinessShortCode',
      password: 'Password',
      timestamp: 'Timestamp',
      checkoutRequestId: 'CheckoutRequestID',
    },
  },
  registerUrls: {
    path: { v1: '/mpesa/c2b/v1/registerurl', v2: '/mpesa/c2b/v2/registerurl' },
    fields: {
      party: 'ShortCode',
      responseType: 'ResponseType',
      confirmationUrl: 'ConfirmationURL',
      validationUrl: 'ValidationURL',
    },
  },
  simulate: {
    path: { v1: '/mpesa/c2b/v1/simulate', v2: '/mpesa/c2b/v2/simulate' },
    fields: {
      party: 'ShortCode',
      command: 'CommandID',
      amount: 'Amount',
      phone: 'Msisdn',
      reference: 'BillRefNumber',
    },
  },
  b2c: {
    path: { v1: '/mpesa/b2c/v1/paymentrequest', v3: '/mpesa/b2c/v3/paymentrequest' },
    fields: {
      ...INITIATED,
      initiator: 'InitiatorName',
      originatorConversationId: 'OriginatorConversationID',
      amount: 'Amount',
      party: 'PartyA',
      receiver: 'PartyB',
      occasion: 'Occassion',
    },
  },
  reversal: {
    path: '/mpesa/reversal/v1/request',
    command: 'TransactionReversal',
    fields: {
      ...INITIATED,
      transactionId: 'TransactionID',
      amount: 'Amount',
      party: 'ReceiverParty',
      partyType: 'RecieverIdentifierType',
      occasion: 'Occasion',
    },
  },
  transactionStatus: {
    path: '/mpesa/transactionstatus/v1/query',
    command: 'TransactionStatusQuery',
    fields: {
      ...INITIATED,
      transactionId: 'TransactionID',
      originatorConversationId: 'OriginalConversationID',
      party: 'PartyA',
      partyType: 'IdentifierType',
      occasion: 'Occasion',
    },
  },
  accountBalance: {
    path: '/mpesa/accountbalance/v1/query',
    command: 'AccountBalance',
    fields: { ...INITIATED, party: 'PartyA', partyType: 'IdentifierType' },
  },
  qrCode: {
    path: '/mpesa/qrcode/v1/generate',
    fields: {
      merchantName: 'MerchantName',
      reference: 'RefNo',
      amount: 'Amount',
      kind: 'TrxCode',
      number: 'CPI',
      size: 'Size',
    },
  },
} as const satisfies Record<string, Operation>

/** `IdentifierType`s: what a party's number is. 11 is an operator's user name, and what Reversal wants. */
export const IDENTIFIER = { till: '2', shortcode: '4', reversal: '11' } as const

/** The body of a request: `values` under Daraja's names; what is undefined is left out. */
export function toWire<O extends Operation>(
  { command, fields }: O,
  values: Partial<Record<keyof O['fields'], string | number | undefined>>,
): Record<string, string | number> {
  const body: Record<string, string | number> = {}
  for (const [name, value] of Object.entries<string | number | undefined>({ command, ...values })) {
    const field = fields[name]
    if (field !== undefined && value !== undefined) body[field] = value
  }
  return body
}
