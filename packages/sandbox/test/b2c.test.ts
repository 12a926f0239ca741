import { expect, it } from 'vitest'
import { john } from './support.js'
import { paidShop } from './support-initiator.js'

const amina = '254711000001'

async function withMoney(options = {}) {
  const shop = await paidShop(options)
  await shop.sandbox.daraja.fund('174379', 1_000_000_00)
  return shop
}

it('sends money, tells the receiver, and echoes the id of the caller', async () => {
  const { sandbox, b2c, outcome } = await withMoney()
  const before = sandbox.daraja.phone(amina).balanceCents
  const { json } = await b2c({ OriginatorConversationID: 'payout-1', PartyB: amina, Amount: '250' })
  expect(json.OriginatorConversationID).toBe('payout-1')
  const { Result, parameters } = await outcome()
  expect(Result).toMatchObject({ ResultCode: 0, OriginatorConversationID: 'payout-1' })
  expect(parameters).toMatchObject({
    TransactionAmount: 250,
    ReceiverPartyPublicName: `${amina} - Amina Wanjiru`,
    TransactionCompletedDateTime: expect.stringMatching(/^\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d$/),
    B2CUtilityAccountAvailableFunds: 999_850,
    B2CRecipientIsRegisteredCustomer: 'Y',
  })
  expect(sandbox.daraja.phone(amina).balanceCents).toBe(before + 250_00)
  expect(sandbox.daraja.phone(amina).messages.at(-1)?.text).toContain(`You have received Ksh250.00`)
  expect(Object.values(sandbox.daraja.balances()).reduce((a, b) => a + b)).toBe(0)
})

it('v3 pays one id once, however often it is sent; v1 pays every time', async () => {
  const { sandbox, b2c } = await withMoney()
  const answers = await Promise.all([1, 2, 3].map(() => b2c({ OriginatorConversationID: 'payout-1' })))
  const codes = answers.map(({ status, json }) => `${status} ${String(json.errorCode ?? json.ResponseCode)}`)
  expect(codes.sort()).toEqual(['200 0', '500 500.002.1001', '500 500.002.1001'])
  await sandbox.clock.advance(10_000)
  await b2c({}, 'v1')
  await b2c({}, 'v1')
  await sandbox.clock.advance(10_000)
  expect(sandbox.daraja.ledger().filter(({ text }) => text.startsWith('Payout'))).toHaveLength(3)
})

it('b2cV3: false refuses v3, and v1 works', async () => {
  const { b2c, outcome } = await withMoney({ daraja: { b2cV3: false } })
  const refused = await b2c({ OriginatorConversationID: 'payout-1' })
  expect([refused.status, refused.json.errorCode]).toEqual([403, '403.002.1001'])
  await b2c({}, 'v1')
  expect((await outcome()).Result).toMatchObject({ ResultCode: 0 })
})

it.each([
  ['less than 10 shillings', { Amount: 9 }, 2],
  ['more than 250,000', { Amount: 250_001 }, 3],
  ['more than the receiver may hold', { Amount: 250_000, PartyB: john }, 0],
  ['more than there is', { Amount: 200_000 }, 1],
])('%s ends with its code', async (_name, fields, code) => {
  const { sandbox, b2c, outcome } = await paidShop()
  if (code !== 1) await sandbox.daraja.fund('174379', 1_000_000_00)
  await b2c({ OriginatorConversationID: 'a', ...fields })
  expect((await outcome()).Result.ResultCode).toBe(code)
})

it('a receiver who would hold too much is 8', async () => {
  const { sandbox, b2c, outcome } = await withMoney()
  await sandbox.daraja.phone(john).deposit(240_000_00)
  await b2c({ OriginatorConversationID: 'a', Amount: 250_000 })
  expect((await outcome()).Result.ResultCode).toBe(8)
})

it.each([
  ['OriginatorConversationID', ''],
  ['InitiatorName', ''],
  ['CommandID', 'Payment'],
  ['PartyB', '0722000000'],
  ['Remarks', ''],
])('refuses a wrong %s', async (field, value) => {
  const { b2c } = await paidShop()
  const { json } = await b2c({ OriginatorConversationID: 'a', [field]: value })
  expect(json.errorMessage).toBe(`Bad Request - Invalid ${field}`)
})

it('the account balance is that of the ledger', async () => {
  const { balance, outcome, client } = await withMoney()
  await balance({})
  const { Result, parameters } = await outcome()
  expect(Result).toMatchObject({ ResultType: '0', ResultCode: '0' })
  expect(parameters.AccountBalance).toBe(
    'Working Account|KES|0.00|0.00|0.00|0.00&Float Account|KES|0.00|0.00|0.00|0.00&' +
      'Utility Account|KES|1000100.00|1000100.00|0.00|0.00&Charges Paid Account|KES|0.00|0.00|0.00|0.00&' +
      'Organization Settlement Account|KES|0.00|0.00|0.00|0.00',
  )
  client.useToken('none')
  const refused = await balance({})
  expect([refused.status, refused.json.errorMessage]).toEqual([
    401,
    'Error Occurred - Invalid Access Token - none',
  ])
})
