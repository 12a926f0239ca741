import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import type { SandboxOptions } from '../src/index.js'
import { john, merchantServer, sandboxFor } from './support.js'
import { initiatorOf } from './support-initiator.js'

/** A sandbox, and an application that answers validations. */
async function till(answer: object | string | undefined = { ResultCode: '0' }, options: SandboxOptions = {}) {
  const sandbox = await sandboxFor(options)
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
  const shop = await merchantServer({ status: 200, text })
  const app = initiatorOf(sandbox, shop.url)
  const came = () =>
    shop.received.map(({ path, text }): Record<string, string> => ({ path, ...(JSON.parse(text) as object) }))
  const advance = () => sandbox.clock.advance(10_000)
  return { sandbox, phone: sandbox.daraja.phone(john), came, advance, ...app }
}

it('a payment is validated, made and confirmed, and echoes what validation said', async () => {
  const { register, phone, came, advance, sandbox } = await till({
    ResultCode: '0',
    ThirdPartyTransID: 'mine-1',
  })
  await register({})
  const before = phone.balanceCents
  const receipt = await phone.pay({ amount: 5, account: 'ORDER-9' })
  await advance()
  const payment = {
    TransID: receipt,
    TransAmount: '5.00',
    BillRefNumber: 'ORDER-9',
    TransactionType: 'Pay Bill',
  }
  expect(came()).toMatchObject([
    { path: '/validation', ...payment, OrgAccountBalance: '', ThirdPartyTransID: '' },
    { path: '/confirmation', ...payment, OrgAccountBalance: '5.00', ThirdPartyTransID: 'mine-1' },
  ])
  expect(phone.balanceCents).toBe(before - 500)
  expect(phone.messages.at(-1)?.text).toContain(
    `${receipt} Confirmed. Ksh5.00 sent to Sandbox Shop for account ORDER-9`,
  )
  expect(sandbox.daraja.customerPayments()).toMatchObject([{ receipt, ending: 'completed' }])
})

it.each(['C2B00011', 'C2B00012', 'C2B00016'])('a rejection with %s moves nothing', async (ResultCode) => {
  const { register, phone, came, advance, sandbox } = await till({ ResultCode, ResultDesc: 'Rejected' })
  await register({})
  const before = phone.balanceCents
  await phone.pay({ amount: 5, account: 'X' })
  await advance()
  expect(came().map(({ path }) => path)).toEqual(['/validation'])
  expect(phone.balanceCents).toBe(before)
  expect(phone.messages.at(-1)?.text).toMatch(/^Failed/)
  expect(sandbox.daraja.customerPayments()).toMatchObject([{ ending: 'rejected' }])
})

it.each([
  ['Completed', 'completed'],
  ['Cancelled', 'rejected'],
])('without a valid answer, %s decides', async (ResponseType, ending) => {
  const { register, phone, advance, sandbox } = await till('<html>')
  await register({ ResponseType })
  await phone.pay({ amount: 5, account: 'X' })
  await advance()
  expect(sandbox.daraja.customerPayments()).toMatchObject([{ ending }])
})

it('an application that does not answer in time is not waited for', async () => {
  const { register, phone, advance, sandbox } = await till({}, { daraja: { validationTimeoutMs: 50 } })
  await register({ ValidationURL: `${sandbox.url}/_sandbox/phones/254711000001/prompt?waitMs=60000` })
  await phone.pay({ amount: 5, account: 'X' })
  await advance()
  expect(sandbox.daraja.customerPayments()).toMatchObject([{ ending: 'completed' }])
})

it('without external validation, and without URLs, payments are made all the same', async () => {
  const { register, phone, came, advance, sandbox } = await till(
    {},
    { daraja: { externalValidation: false } },
  )
  await phone.pay({ amount: 5, account: 'X' })
  await advance()
  await register({})
  await phone.pay({ amount: 6 })
  await advance()
  expect(came()).toMatchObject([{ path: '/confirmation', TransactionType: 'Buy Goods', BillRefNumber: '' }])
  expect(sandbox.daraja.balances()['merchant:174379']).toBe(1100)
})

it('v2 masks the number, v1 sends its hash', async () => {
  const { register, phone, came, advance } = await till()
  await register({})
  await phone.pay({ amount: 5, account: 'X' })
  await advance()
  await register({}, 'v1')
  await phone.pay({ amount: 6, account: 'X' })
  await advance()
  const hash = createHash('sha256').update(john).digest('hex')
  expect(came().map(({ MSISDN }) => MSISDN)).toEqual(['2547 ***** 149', '2547 ***** 149', hash, hash])
})

it('what the payer has not got is declined before anybody is asked', async () => {
  const { register, simulate, came, advance, sandbox } = await till()
  await register({})
  await simulate({ Amount: 250_000, Msisdn: 254722000002 })
  await advance()
  expect(came()).toEqual([])
  expect(sandbox.daraja.customerPayments()).toMatchObject([{ ending: 'declined' }])
})

it('registerOnce: a second registration is refused, as in production', async () => {
  const { register } = await till({}, { daraja: { registerOnce: true } })
  expect((await register({})).status).toBe(200)
  const { status, json } = await register({})
  expect([status, json.errorCode, json.errorMessage]).toEqual([
    500,
    '500.003.1001',
    'Urls are already registered',
  ])
})

it.each([
  ['ResponseType', 'completed'],
  ['ConfirmationURL', 'https://shop.example/mpesa/in'],
  ['ConfirmationURL', 'https://shop.example/M-Pesa'],
  ['ConfirmationURL', 'https://safaricom.example/in'],
  ['ValidationURL', 'https://shop.example/execute'],
  ['ValidationURL', 'https://shop.example/in?Query=1'],
  ['ShortCode', 'x'],
])('refuses to register a wrong %s', async (field, value) => {
  const { register } = await till()
  expect((await register({ [field]: value })).json.errorMessage).toBe(`Bad Request - Invalid ${field}`)
})

it('a till has no account number, a paybill must have one', async () => {
  const { simulate } = await till()
  const message = 'Bad Request - Invalid BillRefNumber'
  expect((await simulate({ BillRefNumber: '' })).json.errorMessage).toBe(message)
  expect((await simulate({ CommandID: 'CustomerBuyGoodsOnline' })).json.errorMessage).toBe(message)
  expect((await simulate({ CommandID: 'CustomerBuyGoodsOnline', BillRefNumber: null })).status).toBe(200)
})

it('a confirmation can be lost and duplicated to order; the money has moved once', async () => {
  const { register, phone, came, advance, sandbox } = await till()
  await register({})
  sandbox.daraja.faults.order({ fault: 'duplicateCallback', on: 'c2bSimulate' })
  await phone.pay({ amount: 5, account: 'X' })
  await advance()
  sandbox.daraja.faults.order({ fault: 'dropCallback', msisdn: john })
  await phone.pay({ amount: 6, account: 'X' })
  await advance()
  expect(came().filter(({ path }) => path === '/confirmation')).toHaveLength(2)
  expect(sandbox.daraja.balances()['merchant:174379']).toBe(1100)
})

it('a QR code is a picture that a phone of the sandbox pays by', async () => {
  const { qr, phone, register, came, advance } = await till()
  await register({})
  const { json } = await qr({ Amount: 5, RefNo: 'ORDER-9' })
  const picture = Buffer.from(String(json.QRCode), 'base64')
  expect(picture.subarray(1, 4).toString()).toBe('PNG')
  expect(picture.readUInt32BE(16)).toBe(300)
  await phone.scan('PB|174379|ORDER-9|5|Sandbox Shop')
  await advance()
  expect(came().at(-1)).toMatchObject({ BillRefNumber: 'ORDER-9', TransAmount: '5.00' })
  await expect(phone.scan('https://example.com')).rejects.toThrow(TypeError)
  expect((await qr({ TrxCode: 'XX' })).json.errorMessage).toBe('Bad Request - Invalid TrxCode')
})
