import { describe, expect, it } from 'vitest'
import { clientOf, john, sandboxFor } from './support.js'

const path = '/mpesa/stkpush/v1/processrequest'

it('accepts a push with text in every field, in the words and formats of Safaricom', async () => {
  const sandbox = await sandboxFor({ startMs: Date.UTC(2026, 10, 24, 7, 46, 37, 2) })
  const { status, json } = await clientOf(sandbox).push()
  expect(status).toBe(200)
  expect(json).toEqual({
    MerchantRequestID: expect.stringMatching(
      /^[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\d{4,7}$/,
    ),
    // East Africa Time, and the millisecond without leading zeros.
    CheckoutRequestID: 'ws_CO_241120261046372708374149',
    ResponseCode: '0',
    ResponseDescription: 'Success. Request accepted for processing',
    CustomerMessage: 'Success. Request accepted for processing',
  })
})

it.each([
  [
    'numbers where there may be numbers',
    { Amount: 1, PartyA: 254708374149, PartyB: 174379, PhoneNumber: 254708374149 },
  ],
  ['text where there may be numbers', { BusinessShortCode: '174379', Amount: '1' }],
  ['a number that begins with 2541', { PhoneNumber: '254110345678' }],
  ['a reference of 15 characters', { AccountReference: 'ORDER-000000015' }],
  ['a callback on the loopback without TLS', { CallBackURL: 'http://localhost:3000/pay' }],
  ['a payment to a till', { TransactionType: 'CustomerBuyGoodsOnline', PartyB: '600123' }],
  ['the largest amount', { Amount: 250_000 }],
])('accepts %s', async (_what, fields) => {
  expect(await clientOf(await sandboxFor()).push(fields)).toMatchObject({
    status: 200,
    json: { ResponseCode: '0' },
  })
})

describe('refuses a field by its name on the wire:', () => {
  it.each([
    ['BusinessShortCode', 'abc'],
    ['BusinessShortCode', undefined],
    ['Password', undefined],
    ['Timestamp', '2026-11-24'],
    ['Timestamp', '20261324103000'],
    ['TransactionType', 'CustomerPaybillOnline'],
    ['Amount', 0],
    ['Amount', '10.50'],
    ['Amount', -5],
    ['Amount', true],
    ['PartyA', '0708374149'],
    ['PartyB', 'shop'],
    ['PhoneNumber', '0708374149'],
    ['PhoneNumber', '+254708374149'],
    ['PhoneNumber', '254808374149'],
    ['CallBackURL', 'http://shop.example/in'],
    ['CallBackURL', 'https://shop.example/in '],
    ['CallBackURL', 'ftp://shop.example/in'],
    ['CallBackURL', 'http://192.168.1.4/in'],
    ['AccountReference', ''],
  ])('%s %j', async (name, value) => {
    const { status, json } = await clientOf(await sandboxFor()).push({ PartyA: john, [name]: value })
    expect(status).toBe(400)
    expect(json).toEqual({
      requestId: expect.any(String),
      errorCode: '400.002.02',
      errorMessage: `Bad Request - Invalid ${name}`,
    })
  })

  it('but no word in the CallBackURL: the simulator of the portal sends mpesa itself', async () => {
    const CallBackURL = 'https://mydomain.com/mpesa-express-simulate/'
    expect((await clientOf(await sandboxFor()).push({ CallBackURL })).status).toBe(200)
  })

  it('a missing TransactionDesc, which Safaricom calls Remarks', async () => {
    const { json } = await clientOf(await sandboxFor()).push({ TransactionDesc: undefined })
    expect(json.errorMessage).toBe('Bad Request - Invalid Remarks')
  })
})

it('refuses a password that was made with another passkey or another timestamp', async () => {
  const client = clientOf(await sandboxFor())
  expect(await client.push({ Timestamp: '20261124103001' })).toMatchObject({
    status: 500,
    json: { errorCode: '500.001.1001', errorMessage: 'Wrong credentials' },
  })
})

it('does not know other merchants', async () => {
  const client = clientOf(await sandboxFor())
  expect(await client.push({ BusinessShortCode: 600000 })).toMatchObject({
    status: 500,
    json: { errorCode: '500.001.1001', errorMessage: 'Merchant does not exist' },
  })
})

it('takes a form for a request without fields, as Safaricom does', async () => {
  const client = clientOf(await sandboxFor())
  const answer = await client.post(path, 'BusinessShortCode=174379', {
    'content-type': 'application/x-www-form-urlencoded',
  })
  expect(answer.json.errorMessage).toBe('Bad Request - Invalid BusinessShortCode')
})

it.each(['{"Amount":', '[]', '"text"', ''])('refuses the body %j as no JSON object', async (body) => {
  const client = clientOf(await sandboxFor())
  expect(await client.post(path, body)).toMatchObject({ status: 400, json: { errorCode: '400.002.05' } })
})

it('answers other methods and other paths as the gateway does', async () => {
  const sandbox = await sandboxFor()
  const code = async (method: string, path: string) => {
    const response = await fetch(sandbox.url + path, { method })
    return [response.status, ((await response.json()) as { errorCode: string }).errorCode]
  }
  expect(await code('GET', path)).toEqual([404, '404.001.04'])
  expect(await code('PUT', path)).toEqual([405, '405.001'])
  expect(await code('POST', '/mpesa/stkpush/v2/processrequest')).toEqual([404, '404.001.01'])
})

it.each([
  '/mpesa/b2b/v1/paymentrequest',
  '/standingorder/v1/createStandingOrderExternal',
  '/pulltransactions/v1/query',
  '/v1/ussdpush/get-msisdn',
  '/v1/billmanager-invoice/optin',
  '/v1/KYC-validation/validateID',
  '/imsi/v2/checkATI',
  '/registration/lookup/v1/checkATI',
  '/sfcverify/v1/query/info',
  `/${path}`,
])('answers %s, which is not here, as Daraja does and not as a page', async (missing) => {
  const sandbox = await sandboxFor()
  const response = await fetch(sandbox.url + missing, { method: 'POST', body: '{}' })
  expect([response.status, await response.json()]).toMatchObject([404, { errorCode: '404.001.01' }])
})

it('locks the subscriber while a prompt is open, and nobody else', async () => {
  const sandbox = await sandboxFor()
  const client = clientOf(sandbox)
  await client.push()
  expect(await client.push()).toMatchObject({
    status: 500,
    json: {
      errorCode: '500.001.1001',
      errorMessage:
        'Unable to lock subscriber, a transaction is already in process for the current subscriber',
    },
  })
  expect((await client.push({ PhoneNumber: '254712345678' })).status).toBe(200)
  await sandbox.daraja.phone(john).cancel()
  expect((await client.push()).status).toBe(200)
})

it('accepts one of many pushes to the same phone at the same moment', async () => {
  const client = clientOf(await sandboxFor())
  await client.authorize()
  const answers = await Promise.all(Array.from({ length: 20 }, () => client.push()))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
})

it('gives no id twice, though its clock stands still', async () => {
  const sandbox = await sandboxFor()
  const client = clientOf(sandbox)
  const ids = new Set<unknown>()
  for (let round = 0; round < 5; round++) {
    ids.add((await client.push()).json.CheckoutRequestID)
    await sandbox.daraja.phone(john).cancel()
  }
  expect(ids.size).toBe(5)
})

it('answers a body that cannot be read', async () => {
  const client = clientOf(await sandboxFor())
  const answer = await client.post(path, 'x'.repeat(2_000_000))
  expect(answer).toMatchObject({ status: 400, json: { errorCode: '400.002.05' } })
})
