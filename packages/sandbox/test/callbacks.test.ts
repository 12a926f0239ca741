import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import type { FaultOrder } from '../src/index.js'
import { clientOf, john, merchantServer, sandboxFor } from './support.js'

const amina = '254711000001'

/** A sandbox and a shop; `pay` pushes to a phone and answers with the PIN. */
async function shopping(...faults: FaultOrder[]) {
  const sandbox = await sandboxFor({ faults })
  const shop = await merchantServer()
  const client = clientOf(sandbox)
  const pay = async (phone = john, amount = 1) => {
    const { json } = await client.push({
      PhoneNumber: phone,
      PartyA: phone,
      Amount: amount,
      CallBackURL: `${shop.url}/in/${phone}`,
    })
    await sandbox.daraja.phone(phone).enterPin('1234')
    return String(json.CheckoutRequestID)
  }
  return { sandbox, shop, client, pay, advance: sandbox.clock.advance }
}

it('a payment is told as Safaricom tells it, to the letter', async () => {
  const { sandbox, shop, pay, advance } = await shopping()
  const id = await pay(john, 12)
  await advance(2000)
  const [transaction] = sandbox.daraja.transactions()
  expect(shop.received[0]?.path).toBe(`/in/${john}`)
  expect(shop.received[0]?.text).toBe(
    `{"Body":{"stkCallback":{"MerchantRequestID":"${transaction?.merchantRequestId}","CheckoutRequestID":"${id}",` +
      `"ResultCode":0,"ResultDesc":"The service request is processed successfully.","CallbackMetadata":{"Item":[` +
      `{"Name":"Amount","Value":12.00},{"Name":"MpesaReceiptNumber","Value":"${transaction?.result?.receipt}"},` +
      `{"Name":"Balance"},{"Name":"TransactionDate","Value":${eastAfricanDate(transaction?.result?.atMs ?? 0)}},` +
      `{"Name":"PhoneNumber","Value":254708374149}]}}}}`,
  )
})

it('a failure has no CallbackMetadata', async () => {
  const { sandbox, shop, client, advance } = await shopping()
  await client.push({ CallBackURL: shop.url })
  await sandbox.daraja.phone(john).cancel()
  await advance(2000)
  const { stkCallback } = shop.received[0]?.body.Body ?? {}
  expect(Object.keys(stkCallback ?? {})).toEqual([
    'MerchantRequestID',
    'CheckoutRequestID',
    'ResultCode',
    'ResultDesc',
  ])
})

it('comes 300 ms after the end at the soonest, and 2 s at the latest', async () => {
  const { shop, pay, advance } = await shopping()
  await pay()
  await advance(299)
  expect(shop.received).toHaveLength(0)
  await advance(1701)
  expect(shop.received).toHaveLength(1)
})

it('is tried once, whatever the answer, and the answer is kept', async () => {
  const sandbox = await sandboxFor()
  const shop = await merchantServer({ status: 503, text: 'not now' })
  await clientOf(sandbox).push({ CallBackURL: shop.url })
  await sandbox.daraja.phone(john).enterPin('1234')
  await sandbox.clock.advance(600_000)
  expect(shop.received).toHaveLength(1)
  expect(sandbox.daraja.callbacks()).toEqual([
    expect.objectContaining({
      state: 'failed',
      attempts: [{ atMs: expect.any(Number), status: 503, answer: 'not now' }],
    }),
  ])
})

it('keeps why an application was not reached', async () => {
  const { sandbox, client, advance } = await shopping()
  await client.push({ CallBackURL: 'http://127.0.0.1:1/in' })
  await sandbox.daraja.phone(john).enterPin('1234')
  await advance(2000)
  const [callback] = sandbox.daraja.callbacks()
  expect(callback).toMatchObject({
    state: 'failed',
    attempts: [{ error: expect.stringMatching(/refused|bad port/i) }],
  })
})

it('follows no redirection', async () => {
  const { sandbox, shop, client, advance } = await shopping()
  const elsewhere = createServer((_req, res) => res.writeHead(302, { location: shop.url }).end())
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void elsewhere.close())
  await client.push({ CallBackURL: `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/` })
  await sandbox.daraja.phone(john).enterPin('1234')
  await advance(2000)
  expect(sandbox.daraja.callbacks()[0]).toMatchObject({ state: 'failed', attempts: [{ status: 302 }] })
  expect(shop.received).toHaveLength(0)
})

it('dropCallback: is never sent, though the money has moved and the query knows', async () => {
  const { sandbox, shop, client, pay, advance } = await shopping({ fault: 'dropCallback' })
  const id = await pay()
  await advance(600_000)
  expect(shop.received).toHaveLength(0)
  expect(sandbox.daraja.callbacks()[0]?.state).toBe('dropped')
  expect((await client.query(id)).json.ResultCode).toBe('0')
})

it('duplicateCallback: comes as often as ordered, the same each time', async () => {
  const { shop, pay, advance } = await shopping({ fault: 'duplicateCallback', copies: 2 })
  await pay()
  await advance(2000)
  expect(shop.received).toHaveLength(3)
  expect(new Set(shop.received.map(({ text }) => text)).size).toBe(1)
})

it('delayCallback: comes later', async () => {
  const { shop, pay, advance } = await shopping({ fault: 'delayCallback', ms: 30_000 })
  await pay()
  await advance(30_000)
  expect(shop.received).toHaveLength(0)
  await advance(2_000)
  expect(shop.received).toHaveLength(1)
})

it('lateCallback: comes after the prompt would have expired', async () => {
  const { shop, pay, advance } = await shopping({ fault: 'lateCallback' })
  await pay()
  await advance(89_999)
  expect(shop.received).toHaveLength(0)
  await advance(1)
  expect(shop.received[0]?.body.Body.stkCallback.ResultCode).toBe(0)
})

it('reorderCallback: comes after the next one', async () => {
  const { shop, pay, advance } = await shopping({ fault: 'reorderCallback' })
  const first = await pay(john)
  await advance(2_000)
  expect(shop.received).toHaveLength(0)
  const second = await pay(amina)
  await advance(2_000)
  expect(shop.received.map(({ body }) => body.Body.stkCallback.CheckoutRequestID)).toEqual([second, first])
})

it('reorderCallback: comes by itself after a minute if there is no next one', async () => {
  const { shop, pay, advance } = await shopping({ fault: 'reorderCallback' })
  await pay()
  await advance(62_000)
  expect(shop.received).toHaveLength(1)
})

it('forceResult: ends without a prompt, with any code; 0 pays', async () => {
  const { sandbox, shop, client, advance } = await shopping(
    { fault: 'forceResult', resultCode: 'SFC_IC0003' },
    { fault: 'forceResult', resultCode: 0 },
  )
  for (const expected of ['SFC_IC0003', 0]) {
    await client.push({ CallBackURL: shop.url })
    expect(sandbox.daraja.phone(john).view().prompt).toBeNull()
    await advance(3_000)
    expect(shop.received.at(-1)?.body.Body.stkCallback.ResultCode).toBe(expected)
  }
  expect(sandbox.daraja.balances()['merchant:174379']).toBe(100)
})

it('contradictQuery: the query says what the callback does not', async () => {
  const { client, pay } = await shopping({ fault: 'contradictQuery', resultCode: 1032 })
  const id = await pay()
  expect((await client.query(id)).json).toMatchObject({
    ResultCode: '1032',
    ResultDesc: 'Request cancelled by user',
  })
  expect((await client.query(id)).json.ResultCode).toBe('0')
})

it('an order for one phone waits for that phone, and an order for three times is used three times', async () => {
  const { sandbox, shop, pay, advance } = await shopping({
    fault: 'dropCallback',
    msisdn: '0711 000 001',
    times: 3,
  })
  await pay(john)
  await pay(amina)
  await advance(2_000)
  expect(shop.received.map(({ path }) => path)).toEqual([`/in/${john}`])
  expect(sandbox.daraja.faults.list()).toMatchObject([{ fault: 'dropCallback', times: 2, msisdn: amina }])
})

function eastAfricanDate(ms: number): string {
  return new Date(ms + 3 * 60 * 60 * 1000).toISOString().replace(/\D/g, '').slice(0, 14)
}
