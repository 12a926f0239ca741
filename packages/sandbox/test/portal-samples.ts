/**
 * Bodies as Safaricom's portal prints them (developer.safaricom.co.ke/apis, December 2025), with the corrections that
 * captures from the wire have made: STK query "successsfully", C2B payloads with empty texts.
 */
const id = '53e3-4aa8-9fe0-8fb5e4092cdd3533373'
const conversation = 'AG_20240706_2010364430d9bbdaf872'
const submitted = (path: string) => ({
  ReferenceItem: {
    Key: 'QueueTimeoutURL',
    Value: `https://internalsandbox.safaricom.co.ke/mpesa/${path}/v1/submit`,
  },
})
const accepted = {
  OriginatorConversationID: id,
  ConversationID: conversation,
  ResponseCode: '0',
  ResponseDescription: 'Accept the service request successfully.',
}
const result = {
  ResultType: 0,
  ResultCode: 0,
  ResultDesc: 'ok',
  OriginatorConversationID: id,
  ConversationID: conversation,
}
const customerPayment = {
  TransactionType: 'Pay Bill',
  TransID: 'RKL51ZDR4F',
  TransTime: '20231121121325',
  TransAmount: '5.00',
  BusinessShortCode: '600966',
  BillRefNumber: 'Sample Transaction',
  InvoiceNumber: '',
  OrgAccountBalance: '25.00',
  ThirdPartyTransID: '',
  MSISDN: '2547 ***** 126',
  FirstName: 'NICHOLAS',
  MiddleName: '',
  LastName: '',
}

export const samples = {
  token: { access_token: 'c9SQxWWhmdVRlyh0zh8gZDTkubVF', expires_in: '3599' },
  stkPush: {
    MerchantRequestID: '2654-4b64-97ff-b827b542881d3130',
    CheckoutRequestID: 'ws_CO_1007202409152617172396192',
    ResponseCode: '0',
    ResponseDescription: 'Success. Request accepted for processing',
    CustomerMessage: 'Success. Request accepted for processing',
  },
  stkQuery: {
    ResponseCode: '0',
    ResponseDescription: 'The service request has been accepted successsfully',
    MerchantRequestID: '22205-34066-1',
    CheckoutRequestID: 'ws_CO_13012021093521236557',
    ResultCode: '0',
    ResultDesc: 'The service request is processed successfully.',
  },
  stkPaid: {
    Body: {
      stkCallback: {
        MerchantRequestID: '29115-34620561-1',
        CheckoutRequestID: 'ws_CO_191220191020363925',
        ResultCode: 0,
        ResultDesc: 'The service request is processed successfully.',
        CallbackMetadata: {
          Item: [
            { Name: 'Amount', Value: 1.0 },
            { Name: 'MpesaReceiptNumber', Value: 'NLJ7RT61SV' },
            { Name: 'Balance' },
            { Name: 'TransactionDate', Value: 20191219102115 },
            { Name: 'PhoneNumber', Value: 254708374149 },
          ],
        },
      },
    },
  },
  stkCancelled: {
    Body: {
      stkCallback: {
        MerchantRequestID: '29115-34620561-1',
        CheckoutRequestID: 'ws_CO_191220191020363925',
        ResultCode: 1032,
        ResultDesc: 'Request cancelled by user',
      },
    },
  },
  error: {
    requestId: '1c5b-4ba8-815c-ac45c57a3db01495926',
    errorCode: '400.002.02',
    errorMessage: 'Bad Request - Invalid BusinessShortCode',
  },
  accepted,
  c2bAccepted: {
    OriginatorCoversationID: id,
    ResponseCode: '0',
    ResponseDescription: 'Accept the service request successfully.',
  },
  customerPayment,
  validation: { ...customerPayment, OrgAccountBalance: '' },
  b2cResult: {
    Result: {
      ...result,
      TransactionID: 'SG632NMUAB',
      ResultParameters: {
        ResultParameter: [
          { Key: 'TransactionAmount', Value: 10 },
          { Key: 'TransactionReceipt', Value: 'SG632NMUAB' },
          { Key: 'ReceiverPartyPublicName', Value: '254705912645 - NICHOLAS JOHN SONGOK' },
          { Key: 'TransactionCompletedDateTime', Value: '06.07.2024 22:48:52' },
          { Key: 'B2CUtilityAccountAvailableFunds', Value: 8959269.6 },
          { Key: 'B2CWorkingAccountAvailableFunds', Value: 1199371.0 },
          { Key: 'B2CRecipientIsRegisteredCustomer', Value: 'Y' },
          { Key: 'B2CChargesPaidAccountAvailableFunds', Value: -1980.0 },
        ],
      },
      ReferenceData: submitted('b2cresults'),
    },
  },
  b2cFailure: {
    Result: {
      ...{ ...result, ResultCode: 2001 },
      TransactionID: 'SG722NMVXQ',
      ReferenceData: submitted('b2cresults'),
    },
  },
  reversalResult: {
    Result: {
      ...result,
      TransactionID: 'SKE52PAWR9',
      ResultParameters: {
        ResultParameter: [
          { Key: 'DebitAccountBalance', Value: 'Utility Account|KES|7722179.62|7722179.62|0.00|0.00' },
          { Key: 'Amount', Value: 1.0 },
          { Key: 'TransCompletedTime', Value: 20211114132711 },
          { Key: 'OriginalTransactionID', Value: 'SKC82PACB8' },
          { Key: 'Charge', Value: 0.0 },
          { Key: 'CreditPartyPublicName', Value: '254705912645 - NICHOLAS JOHN SONGOK' },
          { Key: 'DebitPartyPublicName', Value: '600992 - Safaricom Daraja 992' },
        ],
      },
      ReferenceData: submitted('reversalresults'),
    },
  },
  reversalFailure: {
    Result: {
      ...{ ...result, ResultCode: 'R000002' },
      TransactionID: 'SKE0000000',
      ReferenceData: submitted('reversalresults'),
    },
  },
  statusResult: {
    Result: {
      ...result,
      TransactionID: 'MBN0000000',
      ResultParameters: {
        ResultParameter: [
          { Key: 'DebitPartyName', Value: '600310 - Safaricom333' },
          { Key: 'DebitPartyName', Value: '254708374149 - John Doe' },
          { Key: 'OriginatorConversationID', Value: '3211-416020-3' },
          { Key: 'InitiatedTime', Value: '20180223054112' },
          { Key: 'DebitAccountType', Value: 'Utility Account' },
          { Key: 'DebitPartyCharges', Value: 'Fee For B2C Payment|KES|22.40' },
          { Key: 'TransactionReason' },
          { Key: 'ReasonType', Value: 'Business Payment to Customer via API' },
          { Key: 'TransactionStatus', Value: 'Completed' },
          { Key: 'FinalisedTime', Value: '20180223054112' },
          { Key: 'Amount', Value: '300' },
          { Key: 'ConversationID', Value: 'AG_20180223_000041b09c22e613d6c9' },
          { Key: 'ReceiptNo', Value: 'MBN31H462N' },
        ],
      },
      ReferenceData: { ReferenceItem: { Key: 'Occasion' } },
    },
  },
  balanceResult: {
    Result: {
      ...{ ...result, ResultType: '0', ResultCode: '0' },
      TransactionID: 'OA90000000',
      ResultParameters: {
        ResultParameter: [
          { Key: 'AccountBalance', Value: 'Working Account|KES|700000.00|700000.00|0.00|0.00' },
          { Key: 'BOCompletedTime', Value: '20200109125710' },
        ],
      },
      ReferenceData: submitted('abresults'),
    },
  },
  qrCode: {
    ResponseCode: '00',
    RequestID: 'AG_20191219_000043fdf61864fe9ff5',
    ResponseDescription: 'QR Code Successfully Generated.',
    QRCode: 'iVBORw0KGgo=',
  },
}
