import { expect, it } from 'vitest'
import { clientOf, sandboxFor } from './support.js'

it('gives a token of 28 characters, and says its life as text', async () => {
  const { authorize } = clientOf(await sandboxFor())
  const { status, json } = await authorize()
  expect(status).toBe(200)
  expect(json).toEqual({ access_token: expect.stringMatching(/^[A-Za-z0-9]{28}$/), expires_in: '3599' })
})

it('answers wrong keys with 400 and an empty body', async () => {
  const { authorize } = clientOf(await sandboxFor())
  const authorization = `Basic ${Buffer.from('someone:else').toString('base64')}`
  expect(await authorize({ authorization })).toMatchObject({ status: 400, text: '' })
})

it.each([
  ['no Authorization header', {}, 'client_credentials', '400.008.01', 'Invalid Authentication passed'],
  [
    'a bearer token',
    { authorization: 'Bearer x' },
    'client_credentials',
    '400.008.01',
    'Invalid Authentication passed',
  ],
  ['another grant type', undefined, 'password', '400.008.02', 'Invalid grant type passed'],
])('refuses %s', async (_what, headers, grant, errorCode, errorMessage) => {
  const { authorize } = clientOf(await sandboxFor())
  const { status, json } = await authorize(headers, grant)
  expect(status).toBe(400)
  expect(json).toEqual({ requestId: expect.any(String), errorCode, errorMessage })
})

it('ends the old token with each new one', async () => {
  const client = clientOf(await sandboxFor())
  await client.authorize()
  const old = client.token
  await client.authorize()
  client.useToken(old)
  expect(await client.push()).toMatchObject({
    status: 404,
    json: { errorCode: '404.001.03', errorMessage: 'Invalid Access Token' },
  })
})

it('lets the old token live on if that is asked for', async () => {
  const client = clientOf(await sandboxFor({ daraja: { newTokenRevokesOld: false } }))
  await client.authorize()
  const old = client.token
  await client.authorize()
  client.useToken(old)
  expect((await client.push()).status).toBe(200)
})

it('refuses a token after an hour, and not before', async () => {
  const sandbox = await sandboxFor()
  const client = clientOf(sandbox)
  await client.authorize()
  await sandbox.clock.advance(3_599_000)
  expect((await client.push()).status).toBe(200)
  await sandbox.clock.advance(1_000)
  expect((await client.push()).json.errorCode).toBe('404.001.03')
})

it('refuses a request without a token', async () => {
  const sandbox = await sandboxFor()
  const response = await fetch(`${sandbox.url}/mpesa/stkpush/v1/processrequest`, { method: 'POST' })
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({ errorCode: '404.001.04' })
})
