import { expect, it } from 'vitest'
import { clientOf, john, sandboxFor } from './support.js'

const pending = { ResultCode: '4999', ResultDesc: 'The transaction is still under processing' }

it('answers 4999 while the person has not, and then how it ended, as text', async () => {
  const sandbox = await sandboxFor()
  const client = clientOf(sandbox)
  const { MerchantRequestID, CheckoutRequestID } = (await client.push()).json
  const common = {
    ResponseCode: '0',
    ResponseDescription: 'The service request has been accepted successsfully',
    MerchantRequestID,
    CheckoutRequestID,
  }
  expect(await client.query(CheckoutRequestID)).toMatchObject({
    status: 200,
    json: { ...common, ...pending },
  })

  await sandbox.daraja.phone(john).enterPin('1234')
  const { status, json } = await client.query(CheckoutRequestID)
  expect(status).toBe(200)
  expect(json).toEqual({
    ...common,
    ResultCode: '0',
    ResultDesc: 'The service request is processed successfully.',
  })
})

it('refuses while pending as Safaricom did before, if that is asked for', async () => {
  const client = clientOf(await sandboxFor({ daraja: { pendingAnswer: '500.001.1001' } }))
  const { CheckoutRequestID } = (await client.push()).json
  expect(await client.query(CheckoutRequestID)).toMatchObject({
    status: 500,
    json: {
      requestId: CheckoutRequestID,
      errorCode: '500.001.1001',
      errorMessage: 'The transaction is being processed',
    },
  })
})

it.each([
  ['an unknown id', {}, 400, '400.002.02', 'Bad Request - Invalid CheckoutRequestID'],
  ['no id', { CheckoutRequestID: undefined }, 400, '400.002.02', 'Bad Request - Invalid CheckoutRequestID'],
  ['a wrong password', { Password: 'x' }, 500, '500.001.1001', 'Wrong credentials'],
  ['another merchant', { BusinessShortCode: '600000' }, 500, '500.001.1001', 'Merchant does not exist'],
])('refuses %s', async (_what, fields, status, errorCode, errorMessage) => {
  const client = clientOf(await sandboxFor())
  expect(await client.query('ws_CO_1', fields)).toMatchObject({ status, json: { errorCode, errorMessage } })
})

it('lets five queries through a minute, and answers the sixth with the fault of Apigee', async () => {
  const sandbox = await sandboxFor()
  const client = clientOf(sandbox)
  const { CheckoutRequestID } = (await client.push()).json
  for (let query = 0; query < 5; query++) expect((await client.query(CheckoutRequestID)).status).toBe(200)
  expect(await client.query(CheckoutRequestID)).toMatchObject({
    status: 429,
    json: { fault: { detail: { errorcode: 'policies.ratelimit.SpikeArrestViolation' } } },
  })
  await sandbox.clock.advance(60_000)
  expect((await client.query(CheckoutRequestID)).status).toBe(200)
})

it('lets any number through where no rate is set', async () => {
  const client = clientOf(await sandboxFor({ daraja: { spikeArrest: {} } }))
  const { CheckoutRequestID } = (await client.push()).json
  for (let query = 0; query < 20; query++) expect((await client.query(CheckoutRequestID)).status).toBe(200)
})

it('limits another operation, if asked to', async () => {
  const client = clientOf(
    await sandboxFor({ daraja: { spikeArrest: { stkPush: { requests: 1, perMs: 1000 } } } }),
  )
  expect((await client.push()).status).toBe(200)
  expect((await client.push()).status).toBe(429)
})
