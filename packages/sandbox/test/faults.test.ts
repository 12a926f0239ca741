import { expect, it } from 'vitest'
import type { FaultOrder } from '../src/index.js'
import { clientOf, sandboxFor } from './support.js'

async function client(fault: FaultOrder) {
  const sandbox = await sandboxFor({ faults: [fault] })
  return { sandbox, ...clientOf(sandbox) }
}

it('firewallPage: a page of HTML with status 403, and nothing is executed', async () => {
  const { sandbox, authorize, push } = await client({ fault: 'firewallPage', on: 'stkPush' })
  expect((await authorize()).status).toBe(200)
  const answer = await push()
  expect(answer.status).toBe(403)
  expect(answer.text).toMatch(/^<html>[^]*Incapsula incident ID: \d+-\d+/)
  expect(sandbox.daraja.transactions()).toEqual([])
  expect((await push()).status).toBe(200)
})

it('spikeArrest: the fault of Apigee', async () => {
  const { push } = await client({ fault: 'spikeArrest', on: 'stkPush' })
  expect(await push()).toMatchObject({
    status: 429,
    json: { fault: { detail: { errorcode: 'policies.ratelimit.SpikeArrestViolation' } } },
  })
})

it('systemBusy: 500.003.02', async () => {
  const { push } = await client({ fault: 'systemBusy', on: 'stkPush' })
  expect(await push()).toMatchObject({ status: 500, json: { errorCode: '500.003.02' } })
})

it('invalidateToken: the token is dead, a new one lives', async () => {
  const { push, authorize } = await client({ fault: 'invalidateToken' })
  expect(await push()).toMatchObject({ status: 404, json: { errorCode: '404.001.03' } })
  expect((await push()).status).toBe(404)
  await authorize()
  expect((await push()).status).toBe(200)
})

it('loseAnswer: the connection closes, but the prompt is on the phone', async () => {
  const { sandbox, push } = await client({ fault: 'loseAnswer', on: 'stkPush' })
  await expect(push()).rejects.toThrow('fetch failed')
  expect((await sandbox.daraja.phone('254708374149').prompt()).amount).toBe(1)
})

it('loseAnswer: of one phone alone, if the order names one', async () => {
  const { push } = await client({ fault: 'loseAnswer', on: 'stkPush', msisdn: '0711000001' })
  expect((await push()).status).toBe(200)
  const others = { PhoneNumber: '254711000001', PartyA: '254711000001' }
  await expect(push(others)).rejects.toThrow('fetch failed')
  expect((await push({ PhoneNumber: '254722000002', PartyA: '254722000002' })).status).toBe(200)
})

it('slowAnswer: the prompt is there before the answer', async () => {
  const { sandbox, authorize, push } = await client({ fault: 'slowAnswer', on: 'stkPush', ms: 5000 })
  await authorize()
  let isAnswered = false
  const answer = push().then((value) => {
    isAnswered = true
    return value
  })
  await sandbox.daraja.phone('254708374149').prompt()
  await expect.poll(() => sandbox.daraja.requests().length).toBe(2)
  await sandbox.clock.advance(4999)
  expect(isAnswered).toBe(false)
  await sandbox.clock.advance(1)
  expect((await answer).status).toBe(200)
})

it.each([
  [{ fault: 'dropCalback' }, /Unknown fault "dropCalback"/],
  [{ fault: 'queueTimeout', msisdn: '254708374149' }, /unknown option "msisdn"/],
  [{ fault: 'dropCallback', times: 0 }, /"times" must be/],
  [{ fault: 'slowAnswer' }, /"ms" must be/],
  [{ fault: 'slowAnswer', ms: 1, on: 'stk' }, /"on" must be/],
  [{ fault: 'forceResult' }, /"resultCode" must be/],
  [{ fault: 'dropCallback', msisdn: '123' }, /"msisdn" must be/],
])('an order that makes no sense is refused: %j', async (order, message) => {
  await expect(sandboxFor({ faults: [order as FaultOrder] })).rejects.toThrow(message)
})

it('orders can be withdrawn', async () => {
  const { sandbox } = await client({ fault: 'dropCallback' })
  const { id } = sandbox.daraja.faults.order({ fault: 'lateCallback' })
  sandbox.daraja.faults.clear(id)
  expect(sandbox.daraja.faults.list()).toMatchObject([{ fault: 'dropCallback' }])
  sandbox.daraja.faults.clear()
  expect(sandbox.daraja.faults.list()).toEqual([])
})
