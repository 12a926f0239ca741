import { expect, it } from 'vitest'
import { john } from './support.js'
import { paidShop } from './support-initiator.js'

it('says what became of a payment, by its receipt, as the portal says', async () => {
  const { sandbox, receipt, status, outcome } = await paidShop()
  const before = sandbox.daraja.ledger().length
  const { json } = await status({ TransactionID: receipt, Occasion: 'Check' })
  const { Result } = await outcome()
  expect(Result).toEqual({
    ResultType: 0,
    ResultCode: 0,
    ResultDesc: 'The service request is processed successfully.',
    OriginatorConversationID: json.OriginatorConversationID,
    ConversationID: json.ConversationID,
    TransactionID: expect.stringMatching(/^[A-Z]{2}[1-9A-V]0{7}$/),
    ResultParameters: {
      ResultParameter: [
        { Key: 'DebitPartyName', Value: `${john} - John Doe` },
        { Key: 'DebitPartyName', Value: '174379 - Sandbox Shop' },
        { Key: 'OriginatorConversationID' },
        { Key: 'InitiatedTime', Value: expect.stringMatching(/^\d{14}$/) },
        { Key: 'DebitAccountType', Value: 'MMF Account For Customer' },
        { Key: 'DebitPartyCharges', Value: '' },
        { Key: 'TransactionReason' },
        { Key: 'ReasonType', Value: 'Pay Bill Online' },
        { Key: 'TransactionStatus', Value: 'Completed' },
        { Key: 'FinalisedTime', Value: expect.stringMatching(/^\d{14}$/) },
        { Key: 'Amount', Value: '100' },
        { Key: 'ConversationID' },
        { Key: 'ReceiptNo', Value: receipt },
      ],
    },
    ReferenceData: { ReferenceItem: { Key: 'Occasion', Value: 'Check' } },
  })
  expect(sandbox.daraja.ledger()).toHaveLength(before)
})

it('finds a reversal by the id of its request, whether it is done, failed, expired or still to come', async () => {
  const { sandbox, receipt, reverse, status, outcome } = await paidShop()
  const ask = async (id: unknown) => {
    await status({ OriginalConversationID: id })
    const { parameters } = await outcome()
    return [parameters.TransactionStatus, parameters.ReceiptNo]
  }
  const { json: done } = await reverse({ TransactionID: receipt, Amount: 100 })
  await outcome()
  const { json: failed } = await reverse({ TransactionID: receipt, Amount: 100 })
  await outcome()
  sandbox.daraja.faults.order({ fault: 'queueTimeout' })
  const { json: expired } = await reverse({ TransactionID: receipt, Amount: 100 })
  await outcome()
  expect(await ask(done.OriginatorConversationID)).toEqual([
    'Completed',
    expect.stringMatching(/^[A-Z0-9]{10}$/),
  ])
  expect(await ask(failed.OriginatorConversationID)).toEqual(['Declined', undefined])
  expect(await ask(expired.OriginatorConversationID)).toEqual(['Expired', undefined])
})

it.each([
  ['a receipt that does not exist', { TransactionID: 'SKC82PACB8' }],
  ['an id that does not exist', { OriginalConversationID: 'none' }],
  ['the payment of another merchant', { PartyA: '600000' }],
])('%s is answered with SFC_IC0003', async (_name, fields) => {
  const { receipt, status, outcome } = await paidShop()
  await status('PartyA' in fields ? { TransactionID: receipt, ...fields } : fields)
  expect((await outcome()).Result).toMatchObject({ ResultCode: 'SFC_IC0003' })
})

it('refuses a question about nothing', async () => {
  const { status } = await paidShop()
  expect((await status({})).json).toMatchObject({ errorMessage: 'Bad Request - Invalid TransactionID' })
})

it.each([
  ['1', john],
  ['2', '174379'],
  [2, 174379],
])('takes the IdentifierType %j of the payer or of a till for a question about %s', async (type, party) => {
  const { receipt, status, outcome } = await paidShop()
  await status({ TransactionID: receipt, IdentifierType: type, PartyA: party })
  expect((await outcome()).parameters).toMatchObject({ TransactionStatus: 'Completed', ReceiptNo: receipt })
})

it.each([
  ['IdentifierType', '11'],
  ['PartyA', '254'],
  ['Remarks', ''],
])('refuses a wrong %s', async (field, value) => {
  const { receipt, status } = await paidShop()
  const { json } = await status({ TransactionID: receipt, [field]: value })
  expect(json.errorMessage).toBe(`Bad Request - Invalid ${field}`)
})

it('the payment of another person, or of a number that begins alike, is not told', async () => {
  const { receipt, status, outcome } = await paidShop()
  for (const PartyA of ['254711000001', '17437']) {
    await status({ TransactionID: receipt, PartyA })
    expect((await outcome()).Result).toMatchObject({ ResultCode: 'SFC_IC0003' })
  }
})

it('a question and a balance want a remark of one letter, a payout and a reversal of two', async () => {
  const { receipt, status, balance, reverse, b2c } = await paidShop()
  const remark = { TransactionID: receipt, Amount: 100, Remarks: 'x' }
  const payout = await b2c({ ...remark, OriginatorConversationID: 'payout-1' })
  const answers = [await status(remark), await balance(remark), await reverse(remark), payout]
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 400, 400])
})
