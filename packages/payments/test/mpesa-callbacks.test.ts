import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  money,
  mpesaCallbacks,
  mpesaCallbackUrls,
  parseB2cResult,
  type MpesaCallbacksOptions,
} from '../src/mpesa.js'
import { daraja } from './mpesa-support.js'
import { PHONE, SECRET } from './shop.js'

const STK = {
  Body: { stkCallback: { CheckoutRequestID: 'ws_1', ResultCode: 1032, ResultDesc: 'Cancelled' } },
}
const PAYMENT = { TransID: 'RKL51ZDR4F', TransAmount: '5.00', BillRefNumber: 'ORDER-1' }

/** An application with the handler under `/hooks`, and what it logged. */
async function application(
  options: Partial<MpesaCallbacksOptions> = {},
  { trustProxy = false, secret = SECRET as string | string[] } = {},
) {
  const logged: unknown[] = []
  const log = (message: string, fields?: object) => void logged.push({ message, ...fields })
  const logger = { debug: log, info: log, warn: log, error: log }
  const app = express()
  app.set('trust proxy', trustProxy)
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close().closeAllConnections())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
  const urls = mpesaCallbackUrls({ url, secret })
  app.use('/hooks', mpesaCallbacks({ urls, on: {}, sources: 'any', logger, ...options }))
  app.use((_req, res) => void res.status(418).end())
  const post = async (to: string, body: unknown, headers: Record<string, string> = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(to, { method: 'POST', body: text, headers })
    const answer = await response.text()
    return { status: response.status, json: answer ? (JSON.parse(answer) as object) : null }
  }
  return { urls, url, post, logged }
}

describe('callbacks', () => {
  test('reach their handler, read, with what their URL was made for; then they are acknowledged', async () => {
    const heard: unknown[] = []
    const { urls, post } = await application({ on: { stk: (callback) => heard.push(callback) } })
    const answer = await post(urls.for('stk', 'ORDER-1'), STK)
    expect(answer).toEqual({ status: 200, json: { ResultCode: 0, ResultDesc: 'Accepted' } })
    expect(heard).toMatchObject([
      {
        reference: 'ORDER-1',
        id: expect.stringMatching(/^mpesa:stk:ORDER-1:/),
        body: { result: { code: '1032' } },
      },
    ])
  })

  test('are acknowledged only after they are stored and handled: 503 if that fails, and the id stays the same', async () => {
    const stored: string[] = []
    let broken = true
    const store = async ({ id }: { id: string }) => {
      if (broken) throw new Error('the disk is full')
      stored.push(id)
    }
    const { urls, post } = await application({ store, on: { timeout: () => stored.push('handled') } })
    const url = urls.for('timeout', 'refund-1')
    expect((await post(url, {})).status).toBe(503)
    expect(stored).toEqual([])
    broken = false
    expect((await post(url, {})).status).toBe(200)
    expect((await post(url, {})).status).toBe(200)
    expect(stored).toEqual([stored[0], 'handled', stored[0], 'handled'])
  })

  test('with a wrong token, for something else, or by another method are 404 and reach nobody', async () => {
    const heard: unknown[] = []
    const { urls, url, post, logged } = await application({ on: { stk: (callback) => heard.push(callback) } })
    const good = urls.for('stk', 'ORDER-1')
    const forged = [
      good.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      good.replace('ORDER-1', 'ORDER-2'),
      good.replace('/stk/', '/result/'),
      `${url}/stk/ORDER-1/${'0'.repeat(64)}`,
    ]
    for (const address of forged) expect((await post(address, STK)).status).toBe(404)
    expect((await fetch(good)).status).toBe(404)
    expect(heard).toEqual([])
    expect(logged).toHaveLength(5)
    expect(JSON.stringify(logged)).not.toContain('ws_1')
    expect((await post(`${url}/other`, {})).status).toBe(418)
  })

  test('from an address that is not listed are 403; a forged X-Forwarded-For does not help', async () => {
    const heard: unknown[] = []
    const on = { stk: () => heard.push(1) }
    const { urls, post, logged } = await application({ on, sources: ['196.201.214.200'] })
    const headers = { 'x-forwarded-for': '196.201.214.200' }
    expect((await post(urls.for('stk', 'a'), STK, headers)).status).toBe(403)
    expect(heard).toEqual([])
    expect(logged).toMatchObject([{ code: 'PAYMENTS_CALLBACK_SOURCE' }])
    const behind = await application({ on, sources: ['196.201.214.200'] }, { trustProxy: true })
    expect((await behind.post(behind.urls.for('stk', 'a'), STK, headers)).status).toBe(200)
    const standard = await application({ on, sources: undefined as never })
    expect((await standard.post(standard.urls.for('stk', 'a'), STK)).status).toBe(403)
  })

  test('that cannot be read are 400, and logged without their body', async () => {
    const { urls, post, logged } = await application({ on: {} })
    expect((await post(urls.for('stk', 'a'), '{"phone":"254711000001"')).status).toBe(400)
    expect((await post(urls.for('confirmation', 'a'), '254711000001 is no JSON')).status).toBe(400)
    expect(JSON.stringify(logged)).not.toContain('254711000001')
    expect((await post(urls.for('stk', 'a'), 'x'.repeat(200_000))).status).toBe(413)
  })

  test('keep their URLs while secrets are rotated', async () => {
    const other = 'another secret of more than thirty-two characters'
    const { urls, post, url } = await application({}, { secret: [other, SECRET] })
    const old = mpesaCallbackUrls({ url, secret: SECRET }).for('stk', 'a')
    expect(urls.verify(old)).toMatchObject({ kind: 'stk', reference: 'a', verifiedBy: 'callbackSecret#2' })
    expect((await post(old, STK)).status).toBe(200)
  })

  test('need no express', async () => {
    const urls = mpesaCallbackUrls({ url: 'http://127.0.0.1/deep/hooks', secret: SECRET })
    const handler = mpesaCallbacks({ urls, on: {}, sources: 'any' })
    const server = createServer((req, res) => handler(req, res))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const { pathname } = new URL(urls.for('timeout', 'a'))
    const send = (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: '{}' })
    expect((await send(pathname)).status).toBe(200)
    expect((await send('/deep/hooks')).status).toBe(404)
  })

  test('have URLs that Daraja takes', () => {
    expect(() => mpesaCallbackUrls({ url: 'https://shop.example/mpesa', secret: SECRET })).toThrow('"mpesa"')
    expect(() => mpesaCallbackUrls({ url: 'https://shop.example', secret: 'short' })).toThrow('32 characters')
    const urls = mpesaCallbackUrls({ url: 'https://shop.example/hooks', secret: SECRET })
    expect(() => urls.for('stk', 'sql-7')).toThrow('"sql"')
    expect(() => urls.for('stk', '../x')).toThrow(TypeError)
  })
})

describe('validation', () => {
  const verdicts = async (options: Partial<MpesaCallbacksOptions>) => {
    const { urls, post } = await application(options)
    return (await post(urls.for('validation', 'till'), PAYMENT)).json
  }

  test.each([
    [{ accept: true }, { ResultCode: '0', ResultDesc: 'Accepted' }],
    [
      { accept: true, thirdPartyTransId: 'mine-1' },
      { ResultCode: '0', ResultDesc: 'Accepted', ThirdPartyTransID: 'mine-1' },
    ],
    [
      { accept: false, because: 'account' },
      { ResultCode: 'C2B00012', ResultDesc: 'Rejected' },
    ],
    [
      { accept: false, because: 'other' },
      { ResultCode: 'C2B00016', ResultDesc: 'Rejected' },
    ],
  ] as const)('%o is answered as Daraja wants it', async (verdict, wire) => {
    expect(await verdicts({ on: { validation: () => verdict }, whenUnvalidated: 'accept' })).toEqual(wire)
  })

  test('has its declared default when the handler fails, or is not ready in time', async () => {
    const fails = { on: { validation: () => Promise.reject(new Error('the database is gone')) } }
    const hangs = { on: { validation: () => new Promise<never>(() => {}) }, validationTimeoutMs: 30 }
    for (const options of [fails, hangs]) {
      expect(await verdicts({ ...options, whenUnvalidated: 'accept' })).toMatchObject({ ResultCode: '0' })
      expect(await verdicts({ ...options, whenUnvalidated: 'reject' })).toMatchObject({
        ResultCode: 'C2B00016',
      })
    }
    await expect(application({ on: { validation: () => ({ accept: true }) } })).rejects.toThrow(
      'whenUnvalidated',
    )
  })
})

test('the whole of it: a payout and a customer’s payment, from call to callback', async () => {
  const heard: [string, unknown][] = []
  const { urls } = await application({
    on: {
      result: ({ reference, raw }) => heard.push([reference, parseB2cResult(raw).outcome]),
      validation: ({ body }) => ({ accept: body.reference === 'ORDER-1' }) as never,
      confirmation: ({ reference, body }) => heard.push([reference, body.amount.minor]),
    },
    whenUnvalidated: 'reject',
  })
  const {
    mpesa,
    sandbox,
    daraja: safaricom,
  } = await daraja({
    resultUrl: urls.for('result', 'refund-1'),
    timeoutUrl: urls.for('timeout', 'refund-1'),
  })
  await safaricom.fund('174379', 100_000)
  await mpesa.b2c({
    originatorConversationId: 'refund-1',
    amount: money('10', 'KES'),
    phone: PHONE,
    remarks: 'Ok',
  })
  await mpesa.registerUrls({
    confirmationUrl: urls.for('confirmation', 'till'),
    validationUrl: urls.for('validation', 'till'),
    whenUnanswered: 'cancel',
  })
  await mpesa.simulate({ amount: money('5', 'KES'), phone: PHONE, reference: 'ORDER-1' })
  await sandbox.clock.advance(60_000)
  expect(heard.sort()).toEqual([
    ['refund-1', 'succeeded'],
    ['till', 500],
  ])
})
