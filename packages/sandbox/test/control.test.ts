import { expect, it } from 'vitest'
import { clientOf, john, merchantServer, sandboxFor } from './support.js'

it('does over HTTP what a test does in code', async () => {
  const sandbox = await sandboxFor()
  const shop = await merchantServer()
  const { push, control } = clientOf(sandbox)
  await control('POST', '/faults', { fault: 'duplicateCallback' })
  await push({ CallBackURL: shop.url, Amount: 30 })

  expect((await control('GET', '/phones/0708374149/prompt')).json).toMatchObject({
    amount: 30,
    business: 'Sandbox Shop',
  })
  const { status, json } = await control('POST', `/phones/${john}/pin`, { pin: '1234' })
  expect(status).toBe(200)
  expect(json).toMatchObject({
    msisdn: john,
    balanceCents: 250_000_00 - 30_00,
    prompt: null,
    isOn: true,
    isLocked: false,
  })

  const before = sandbox.clock.now()
  expect((await control('POST', '/clock/advance', { ms: 2000 })).json).toEqual({ nowMs: before + 2000 })
  expect(shop.received).toHaveLength(2)
  expect((await control('GET', '/callbacks')).json).toEqual(sandbox.daraja.callbacks())
  expect((await control('GET', '/transactions')).json).toEqual(sandbox.daraja.transactions())
  expect((await control('GET', '/requests')).json).toEqual(sandbox.daraja.requests())
  expect((await control('GET', '/ledger')).json).toEqual({
    balances: sandbox.daraja.balances(),
    entries: sandbox.daraja.ledger(),
  })
  expect((await control('GET', '/env')).json).toEqual(sandbox.env)
})

it('refuses and cancels prompts, switches phones, deposits and unlocks', async () => {
  const sandbox = await sandboxFor()
  const { push, control } = clientOf(sandbox)
  const act = (action: string, body?: object) => control('POST', `/phones/${john}/${action}`, body)
  await push()
  expect((await act('cancel')).json.prompt).toBeNull()
  expect((await act('off')).json.isOn).toBe(false)
  expect((await act('on')).json.isOn).toBe(true)
  for (const Amount of [1, 2, 3]) {
    await push({ Amount })
    await act('pin', { pin: '0000' })
  }
  expect(sandbox.daraja.phone(john).view().isLocked).toBe(true)
  expect((await act('unlock')).json.isLocked).toBe(false)
  expect((await act('deposit', { cents: 150 })).json.balanceCents).toBe(250_001_50)
})

it('waits for a prompt as long as it is told to', async () => {
  const { push, control } = clientOf(await sandboxFor())
  const coming = control('GET', `/phones/${john}/prompt?waitMs=20000`)
  await push({ Amount: 5 })
  expect((await coming).json.amount).toBe(5)
  expect(await control('GET', '/phones/0711000001/prompt?waitMs=1')).toMatchObject({
    status: 404,
    json: { code: 'SANDBOX_NO_PROMPT' },
  })
})

it('lists, orders and withdraws faults', async () => {
  const { control } = clientOf(await sandboxFor())
  const ordered = await control('POST', '/faults', { fault: 'slowAnswer', ms: 5, on: 'oauth', times: 2 })
  expect(ordered).toMatchObject({ status: 201, json: { id: 1, fault: 'slowAnswer', times: 2 } })
  expect((await control('GET', '/faults')).json).toMatchObject({
    standing: [{ id: 1 }],
    known: { dropCallback: { does: 'the callback is never sent' } },
  })
  expect((await control('DELETE', '/faults/1')).status).toBe(204)
  expect((await control('GET', '/faults')).json.standing).toEqual([])
})

it.each([
  ['POST', '/phones/0708374149/pin', { pin: '1234' }, 409, 'SANDBOX_NO_PROMPT'],
  ['POST', '/phones/0708374149/pin', { pin: 1234 }, 400, 'SANDBOX_REQUEST_INVALID'],
  ['POST', '/phones/0708374149/pin', undefined, 400, 'SANDBOX_REQUEST_INVALID'],
  ['POST', '/phones/0708374149/sing', {}, 404, 'SANDBOX_NOT_FOUND'],
  ['POST', '/phones/0708374149/toString', {}, 404, 'SANDBOX_NOT_FOUND'],
  ['GET', '/phones/911', undefined, 400, 'SANDBOX_PHONE_INVALID'],
  ['POST', '/clock/advance', { ms: -1 }, 400, 'SANDBOX_REQUEST_INVALID'],
  ['POST', '/faults', { fault: 'rain' }, 400, 'SANDBOX_REQUEST_INVALID'],
  ['POST', '/faults', undefined, 400, 'SANDBOX_REQUEST_INVALID'],
  ['GET', '/nothing', undefined, 404, 'SANDBOX_NOT_FOUND'],
])('answers %s %s with %j by a problem', async (method, path, body, status, code) => {
  const answer = await clientOf(await sandboxFor()).control(method, path, body)
  expect(answer.status).toBe(status)
  expect(answer.json).toMatchObject({ type: 'about:blank', status, code, detail: expect.any(String) })
})

it('answers nobody who comes by way of another site', async () => {
  const { control } = clientOf(await sandboxFor())
  const forbidden = { status: 403, json: { code: 'SANDBOX_REQUEST_INVALID' } }
  expect(await control('GET', '/env', undefined, { origin: 'https://evil.example' })).toMatchObject(forbidden)
  expect(await control('POST', '/phones/0708374149/off', {}, { origin: 'http://127.0.0.1:1' })).toMatchObject(
    forbidden,
  )
})

it('tells a listener that something has changed', async () => {
  const sandbox = await sandboxFor()
  const response = await fetch(`${sandbox.url}/_sandbox/events`)
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader.read()).value).toBe('event: change\ndata: {}\n\n')
  await sandbox.daraja.phone(john).deposit(100)
  expect((await reader.read()).value).toBe('event: change\ndata: {}\n\n')
  await reader.cancel()
})

it('customers pay, merchants get money and the initiator is unlocked, over HTTP', async () => {
  const sandbox = await sandboxFor()
  const { control } = clientOf(sandbox)
  expect((await control('POST', '/phones/0708374149/pay', { amount: 5, account: 'ORDER-9' })).status).toBe(
    200,
  )
  expect((await control('POST', '/phones/0708374149/scan', { text: 'BG|174379||6|Shop' })).status).toBe(200)
  expect((await control('POST', '/phones/0708374149/pay', { amount: 0.5 })).status).toBe(400)
  expect((await control('POST', '/phones/0708374149/scan', { text: 'hello' })).status).toBe(400)
  expect((await control('POST', '/merchants/174379/fund', { cents: 700 })).status).toBe(200)
  await sandbox.clock.advance(5_000)
  expect(sandbox.daraja.balances()['merchant:174379']).toBe(1_800)
  expect((await control('GET', '/customer-payments')).json).toMatchObject([
    { amount: 5, account: 'ORDER-9', ending: 'completed' },
    { amount: 6, account: '', isTill: true },
  ])
  expect((await control('GET', '/jobs')).json).toEqual([])
  expect((await control('POST', '/initiator/unlock')).status).toBe(204)
})
