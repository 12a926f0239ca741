import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { john, sandboxFor } from './support.js'
import { paidShop } from './support-initiator.js'

const done = 'The service request is processed successfully.'
const sum = (balances: Record<string, number>) => Object.values(balances).reduce((a, b) => a + b, 0)

it('gives the money back, tells the customer, and reports as the portal says', async () => {
  const { sandbox, receipt, reverse, results, outcome } = await paidShop()
  const before = sandbox.daraja.phone(john).balanceCents
  const { status, json } = await reverse({ TransactionID: receipt, Amount: '100' })
  expect([status, json]).toEqual([
    200,
    {
      OriginatorConversationID: expect.stringMatching(
        /^[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\d+$/,
      ),
      ConversationID: expect.stringMatching(/^AG_\d{8}_2010[0-9a-f]{16}$/),
      ResponseCode: '0',
      ResponseDescription: 'Accept the service request successfully.',
    },
  ])
  expect(sandbox.daraja.phone(john).balanceCents).toBe(before)
  const { Result, path } = await outcome()
  const { reference: mine } = sandbox.daraja.ledger().at(-1)!
  expect(path).toBe('/result')
  expect(Result).toEqual({
    ResultType: 0,
    ResultCode: 0,
    ResultDesc: done,
    OriginatorConversationID: json.OriginatorConversationID,
    ConversationID: json.ConversationID,
    TransactionID: mine,
    ResultParameters: {
      ResultParameter: [
        { Key: 'DebitAccountBalance', Value: 'Utility Account|KES|0.00|0.00|0.00|0.00' },
        { Key: 'Amount', Value: 100 },
        { Key: 'TransCompletedTime', Value: expect.any(Number) },
        { Key: 'OriginalTransactionID', Value: receipt },
        { Key: 'Charge', Value: 0 },
        { Key: 'CreditPartyPublicName', Value: '254708374149 - John Doe' },
        { Key: 'DebitPartyPublicName', Value: '174379 - Sandbox Shop' },
      ],
    },
    ReferenceData: {
      ReferenceItem: {
        Key: 'QueueTimeoutURL',
        Value: 'https://internalsandbox.safaricom.co.ke/mpesa/reversalresults/v1/submit',
      },
    },
  })
  expect(results()[0]?.text).toContain('{"Key":"Amount","Value":100.00}')
  expect(results()[0]?.text).toContain('{"Key":"Charge","Value":0.00}')
  expect(sandbox.daraja.phone(john).balanceCents).toBe(before + 10_000)
  expect(sandbox.daraja.phone(john).messages.at(-1)?.text).toContain(`Reversal of transaction ${receipt}`)
  expect(sum(sandbox.daraja.balances())).toBe(0)
})

it('reverses once: R000001 after that', async () => {
  const { sandbox, receipt, reverse, outcome } = await paidShop()
  await Promise.all([
    reverse({ TransactionID: receipt, Amount: 100 }),
    reverse({ TransactionID: receipt, Amount: 100 }),
  ])
  const { Result } = await outcome()
  const codes = sandbox.daraja.jobs().map(({ result }) => result?.code)
  expect(codes.sort()).toEqual([0, 'R000001'])
  expect([0, 'R000001']).toContain(Result.ResultCode)
  expect(sandbox.daraja.ledger().filter(({ reverses }) => reverses === receipt)).toHaveLength(1)
})

it.each([
  ['a receipt that does not exist', { TransactionID: 'SKC82PACB8' }],
  ['another amount', { Amount: 99 }],
  ['a payment to someone else', { ReceiverParty: '600000' }],
])('%s is R000002, without parameters and with an id of a date alone', async (_name, fields) => {
  const { receipt, reverse, outcome } = await paidShop({ startMs: Date.parse('2021-11-14T08:00:00Z') })
  await reverse({ TransactionID: receipt, Amount: 100, ...fields })
  const { Result } = await outcome()
  expect(Result).toMatchObject({ ResultCode: 'R000002', TransactionID: 'PKE0000000' })
  expect(Result).not.toHaveProperty('ResultParameters')
})

it('forceResult: ends with any code, and nothing moves', async () => {
  const { sandbox, receipt, reverse, outcome } = await paidShop()
  sandbox.daraja.faults.order({ fault: 'forceResult', on: 'reversal', resultCode: 1 })
  await reverse({ TransactionID: receipt, Amount: 100 })
  const { Result } = await outcome()
  expect(Result).toMatchObject({
    ResultCode: 1,
    ResultDesc: 'The balance is insufficient for the transaction.',
  })
  expect(sandbox.daraja.balances()['merchant:174379']).toBe(10_000)
})

it('is executed after a restart, if it was accepted before', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'daraja-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const first = await paidShop({ dir })
  await first.reverse({ TransactionID: first.receipt, Amount: 100 })
  await first.sandbox.close()
  const sandbox = await sandboxFor({ dir })
  await sandbox.clock.advance(10_000)
  expect(sandbox.daraja.jobs()).toMatchObject([{ operation: 'reversal', result: { code: 0 } }])
  expect(first.results()).toHaveLength(1)
  expect(sum(sandbox.daraja.balances())).toBe(0)
})

it('a wrong password is 2001, three in a row lock the initiator: 8006; a right one in time is forgiven', async () => {
  const { receipt, reverse, encrypted, outcome } = await paidShop()
  const attempt = async (fields: object) => {
    await reverse({ TransactionID: receipt, Amount: 1, ...fields })
    return (await outcome()).Result.ResultCode
  }
  const wrong = { SecurityCredential: encrypted('guess') }
  expect([await attempt(wrong), await attempt({ Initiator: 'somebody' })]).toEqual([2001, 2001])
  expect(await attempt({})).toBe('R000002')
  const unencrypted = { SecurityCredential: Buffer.from('Safaricom999!*!').toString('base64') }
  const plain = { SecurityCredential: 'Safaricom999!*!' }
  expect([await attempt(wrong), await attempt(plain), await attempt(unencrypted)]).toEqual([2001, 2001, 2001])
  expect(await attempt({})).toBe(8006)
})

it('a credential may have been broken into lines, as openssl and base64 write it', async () => {
  const { receipt, reverse, encrypted, outcome } = await paidShop()
  const lines = encrypted('Safaricom999!*!').replace(/.{64}/g, '$&\n')
  await reverse({ TransactionID: receipt, Amount: 100, SecurityCredential: `${lines}\n` })
  expect((await outcome()).Result.ResultCode).toBe(0)
})

it.each([
  ['Initiator', ''],
  ['SecurityCredential', ''],
  ['CommandID', 'Reversal'],
  ['TransactionID', 'short'],
  ['Amount', '0'],
  ['ReceiverParty', 'x'],
  ['RecieverIdentifierType', '4'],
  ['ResultURL', 'http://shop.example/result'],
  ['QueueTimeOutURL', 'https://shop.example/mpesa'],
  ['Remarks', 'x'],
])('refuses a wrong %s by its name on the wire', async (field, value) => {
  const { receipt, reverse } = await paidShop()
  const { status, json } = await reverse({ TransactionID: receipt, Amount: 100, [field]: value })
  expect([status, json.errorCode, json.errorMessage]).toEqual([
    400,
    '400.002.02',
    `Bad Request - Invalid ${field}`,
  ])
})

it('the right spelling of a misspelt field is refused', async () => {
  const { receipt, reverse } = await paidShop()
  const fields = { RecieverIdentifierType: undefined, ReceiverIdentifierType: '11' }
  const { json } = await reverse({ TransactionID: receipt, Amount: 100, ...fields })
  expect(json.errorMessage).toBe('Bad Request - Invalid RecieverIdentifierType')
})

it('an invalid token has the code of its product', async () => {
  const { reverse, status, client } = await paidShop()
  client.useToken('none')
  const answers = [await reverse({}), await status({})]
  expect(answers.map(({ status, json }) => [status, json.errorCode])).toEqual([
    [404, '404.001.03'],
    [400, '400.003.01'],
  ])
})

it('queueTimeout: nothing is executed, and the timeout URL is told', async () => {
  const { sandbox, receipt, reverse, outcome } = await paidShop()
  sandbox.daraja.faults.order({ fault: 'queueTimeout', on: 'reversal' })
  const { json } = await reverse({ TransactionID: receipt, Amount: 100 })
  const { path, Result } = await outcome()
  expect([path, Result.ConversationID]).toEqual(['/timeout', json.ConversationID])
  expect(sandbox.daraja.ledger().some(({ reverses }) => reverses)).toBe(false)
})

it('falseTimeout: it is executed, though the timeout URL is told', async () => {
  const { sandbox, receipt, reverse, outcome } = await paidShop()
  sandbox.daraja.faults.order({ fault: 'falseTimeout' })
  await reverse({ TransactionID: receipt, Amount: 100 })
  expect((await outcome()).path).toBe('/timeout')
  expect(sandbox.daraja.ledger().some(({ reverses }) => reverses === receipt)).toBe(true)
})

it('results are lost, duplicated and delayed to order, each operation by itself', async () => {
  const { sandbox, receipt, reverse, status, results } = await paidShop()
  const { faults } = sandbox.daraja
  faults.order({ fault: 'dropCallback', on: 'reversal' })
  faults.order({ fault: 'duplicateCallback', on: 'transactionStatus' })
  faults.order({ fault: 'delayCallback', on: 'transactionStatus', ms: 20_000 })
  await reverse({ TransactionID: receipt, Amount: 100 })
  await status({ TransactionID: receipt })
  await sandbox.clock.advance(20_000)
  expect(results()).toHaveLength(0)
  await sandbox.clock.advance(5_000)
  expect(results().map(({ path }) => path)).toEqual(['/result', '/result'])
  expect(results()[0]?.text).toBe(results()[1]?.text)
  expect(faults.list()).toEqual([])
})
