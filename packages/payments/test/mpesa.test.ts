import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startSandbox } from '@ementech/sandbox'
import axios from 'axios'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import {
  createMpesa,
  money,
  normalizePhone,
  parseStkCallback,
  stkResult,
  type AccessToken,
  type MpesaOptions,
} from '../src/mpesa.js'
import { callbackUrls } from '../src/mpesa/callback-url.js'
import { fromTimestamp, toTimestamp } from '../src/mpesa/timestamp.js'
import { PHONE, SECRET } from './shop.js'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const KEYS = {
  consumerKey: 'key',
  consumerSecret: 'secret',
  shortcode: '174379',
  passkey: 'passkey',
  environment: 'sandbox' as const,
}
const PUSH = { amount: money('150', 'KES'), phone: PHONE, reference: 'ORDER-1', description: 'Two mangoes' }

async function sandboxClient(options: Partial<MpesaOptions> = {}) {
  const sandbox = await startSandbox({ timeScale: 0, daraja: { spikeArrest: {} } })
  closers.push(sandbox.close)
  const { env } = sandbox
  const mpesa = createMpesa({
    environment: 'sandbox',
    baseUrl: env.MPESA_BASE_URL,
    consumerKey: env.MPESA_CONSUMER_KEY,
    consumerSecret: env.MPESA_CONSUMER_SECRET,
    shortcode: env.MPESA_SHORTCODE,
    passkey: env.MPESA_PASSKEY,
    callbackUrl: 'http://127.0.0.1:9/callbacks',
    ...options,
  })
  return { sandbox, daraja: sandbox.daraja, mpesa }
}

type Answer = (req: IncomingMessage, res: ServerResponse) => void

/** Answers as recorded from Daraja, on the wire: for what the sandbox does not say. */
async function recorded(
  answer: Answer,
  oauth: Answer = (_, res) => res.end('{"access_token":"t1","expires_in":"3599"}'),
) {
  const requests: { url: string }[] = []
  const server = createServer((req, res) => {
    if (req.url!.startsWith('/oauth')) return oauth(req, res)
    requests.push({ url: req.url! })
    answer(req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close().closeAllConnections())
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = (options: Partial<MpesaOptions> = {}) =>
    createMpesa({ ...KEYS, baseUrl, callbackUrl: 'https://shop.example/hooks', ...options })
  return { requests, client }
}

describe('the client alone, against the sandbox', () => {
  test('sends a prompt, asks about it and reads its callback, with no server and no database', async () => {
    const { mpesa, daraja } = await sandboxClient()
    const { checkoutRequestId } = await mpesa.stkPush(PUSH)
    expect(await mpesa.stkQuery(checkoutRequestId)).toMatchObject({
      status: 'pending',
      result: { code: '4999' },
    })
    await daraja.phone(PHONE).enterPin('1234')
    expect(await mpesa.stkQuery(checkoutRequestId)).toMatchObject({ status: 'paid', result: { code: '0' } })
    const [callback] = daraja.callbacks()
    expect(mpesa.parseStkCallback(callback!.body)).toMatchObject({ checkoutRequestId, amount: PUSH.amount })
    expect(daraja.transactions()[0]).toMatchObject({
      amount: 150,
      accountReference: 'ORDER-1',
      phone: '254711000001',
    })
  })

  test('pays a till as Buy Goods', async () => {
    const { mpesa, daraja } = await sandboxClient({ till: '567890' })
    await mpesa.stkPush(PUSH).catch(() => {})
    const push = daraja.requests().find(({ path }) => path.includes('processrequest'))
    expect(JSON.parse(push!.body as string)).toMatchObject({
      TransactionType: 'CustomerBuyGoodsOnline',
      PartyB: 567890,
    })
  })

  test('mints one token for many calls at once, and shares it through a store', async () => {
    let kept: AccessToken | null = null
    const tokenStore = {
      get: async () => kept,
      set: async (token: AccessToken) => void (kept = token),
    }
    const { mpesa, daraja, sandbox } = await sandboxClient({ tokenStore })
    await Promise.all(Array.from({ length: 10 }, () => mpesa.stkQuery('ws_CO_1').catch(() => {})))
    const minted = () => daraja.requests().filter(({ path }) => path.includes('oauth')).length
    expect(minted()).toBe(1)
    const { env } = sandbox
    const other = createMpesa({
      ...KEYS,
      baseUrl: env.MPESA_BASE_URL,
      consumerKey: env.MPESA_CONSUMER_KEY,
      consumerSecret: env.MPESA_CONSUMER_SECRET,
      tokenStore,
    })
    await other.stkQuery('ws_CO_1').catch(() => {})
    expect(minted()).toBe(1)
    daraja.faults.order({ fault: 'invalidateToken', on: 'stkQuery' })
    await mpesa.stkQuery('ws_CO_1').catch(() => {})
    await mpesa.stkQuery('ws_CO_1').catch(() => {})
    expect(minted()).toBe(2)
  })

  test('says what is wrong with wrong keys', async () => {
    const { mpesa } = await sandboxClient({ consumerSecret: 'wrong' })
    await expect(mpesa.stkPush(PUSH)).rejects.toMatchObject({
      code: 'PAYMENTS_MPESA_CREDENTIALS',
      outcome: 'not_executed',
    })
  })

  test('takes an axios instance of yours', async () => {
    const urls: string[] = []
    const instance = axios.create()
    instance.interceptors.request.use((config) => (urls.push(config.url!), config))
    const { mpesa } = await sandboxClient({ axios: instance })
    await mpesa.stkPush(PUSH)
    expect(urls).toHaveLength(2)
  })
})

describe('what an answer proves', () => {
  const json = (body: object) => JSON.stringify(body)
  const error = (errorCode: string, errorMessage: string) =>
    json({ requestId: 'r-1', errorCode, errorMessage })
  const spike = json({
    fault: {
      faultstring: 'Spike arrest violation. Allowed rate : MessageRate{messagesPerPeriod=5}',
      detail: { errorcode: 'policies.ratelimit.SpikeArrestViolation' },
    },
  })
  test.each([
    [
      400,
      error('400.002.02', 'Bad Request - Invalid PhoneNumber'),
      'PAYMENTS_MPESA_INVALID_REQUEST',
      'not_executed',
    ],
    [400, '', 'PAYMENTS_MPESA_INVALID_REQUEST', 'not_executed'],
    [200, error('400.002.05', 'Invalid Request Payload'), 'PAYMENTS_MPESA_INVALID_REQUEST', 'not_executed'],
    [
      500,
      error(
        '500.001.1001',
        'Unable to lock subscriber, a transaction is already in process for the current subscriber',
      ),
      'PAYMENTS_MPESA_BUSY',
      'not_executed',
    ],
    [
      500,
      error('500.001.1001', '[MerchantValidate] - Wrong credentials'),
      'PAYMENTS_MPESA_CREDENTIALS',
      'not_executed',
    ],
    [500, error('500.001.1001', 'Internal error'), 'PAYMENTS_MPESA_UNEXPECTED', 'unknown'],
    [
      500,
      error('500.003.02', 'System is busy. Please try again in few minutes.'),
      'PAYMENTS_MPESA_BUSY',
      'unknown',
    ],
    [
      500,
      error('500.003.02', 'Error Occurred: Spike Arrest Violation'),
      'PAYMENTS_MPESA_RATE_LIMITED',
      'not_executed',
    ],
    [500, error('500.003.03', 'Quota Violation'), 'PAYMENTS_MPESA_RATE_LIMITED', 'not_executed'],
    [429, spike, 'PAYMENTS_MPESA_RATE_LIMITED', 'not_executed'],
    [500, spike, 'PAYMENTS_MPESA_RATE_LIMITED', 'not_executed'],
    [200, spike, 'PAYMENTS_MPESA_RATE_LIMITED', 'not_executed'],
    [
      403,
      '<html>Request unsuccessful. Incapsula incident ID: 1</html>',
      'PAYMENTS_MPESA_BLOCKED',
      'not_executed',
    ],
    [
      503,
      '<html>Request unsuccessful. Incapsula incident ID: 1</html>',
      'PAYMENTS_MPESA_BLOCKED',
      'not_executed',
    ],
    [
      200,
      '<html>Request unsuccessful. Incapsula incident ID: 1</html>',
      'PAYMENTS_MPESA_BLOCKED',
      'not_executed',
    ],
    [502, '<html>Bad Gateway</html>', 'PAYMENTS_MPESA_UNEXPECTED', 'unknown'],
    [200, '<html>Hello</html>', 'PAYMENTS_MPESA_UNEXPECTED', 'unknown'],
    [200, '', 'PAYMENTS_MPESA_UNEXPECTED', 'unknown'],
    [200, '[]', 'PAYMENTS_MPESA_UNEXPECTED', 'unknown'],
    [200, '{}', 'PAYMENTS_MPESA_UNEXPECTED', 'unknown'],
    [200, json({ ResponseCode: '0' }), 'PAYMENTS_MPESA_UNEXPECTED', 'unknown'],
    [
      200,
      json({ ResponseCode: '1', ResponseDescription: 'Rejected' }),
      'PAYMENTS_MPESA_REFUSED',
      'not_executed',
    ],
    [504, '', 'PAYMENTS_MPESA_UNEXPECTED', 'unknown'],
    [302, '', 'PAYMENTS_MPESA_UNEXPECTED', 'unknown'],
  ] as const)('%i %j: %s, %s', async (status, body, code, outcome) => {
    const { client, requests } = await recorded((_, res) => res.writeHead(status).end(body))
    await expect(client().stkPush(PUSH)).rejects.toMatchObject({ name: 'PaymentsError', code, outcome })
    expect(requests).toHaveLength(1)
  })

  test.each([
    [404, error('404.001.03', 'Invalid Access Token')],
    [400, error('400.003.01', 'Invalid Access Token')],
    [401, error('401.002.01', 'Error Occurred - Invalid Access Token - x')],
    [401, error('401.003.01', 'Error Occurred - Invalid Access Token')],
    [401, json({ errorCode: '401', errorMessage: 'Unauthorized - Invalid Access Token' })],
    [401, json({ fault: { faultstring: 'Invalid API call as no apiproduct match found' } })],
    [200, error('404.001.03', 'Invalid Access Token')],
  ])(
    '%i %s: a refused token is dropped and the call made once more, whatever the product calls it',
    async (status, body) => {
      let calls = 0
      const good = json({ ResponseCode: '0', CheckoutRequestID: 'ws_1' })
      const { client, requests } = await recorded((_, res) => {
        const first = ++calls === 1
        res.writeHead(first ? status : 200).end(first ? body : good)
      })
      expect(await client().stkPush(PUSH)).toMatchObject({ checkoutRequestId: 'ws_1' })
      expect(requests).toHaveLength(2)
    },
  )

  test('a token refused twice is an error, with advice', async () => {
    const { client, requests } = await recorded((_, res) =>
      res.writeHead(404).end(error('404.001.03', 'Invalid Access Token')),
    )
    await expect(client().stkPush(PUSH)).rejects.toMatchObject({
      code: 'PAYMENTS_MPESA_AUTH',
      outcome: 'not_executed',
      providerCode: '404.001.03',
      requestId: 'r-1',
    })
    expect(requests).toHaveLength(2)
  })

  test('a connection that breaks after the request was sent: unknown, and not sent again', async () => {
    const { client, requests } = await recorded((req) => req.socket.destroy())
    await expect(client().stkPush(PUSH)).rejects.toMatchObject({
      code: 'PAYMENTS_MPESA_UNREACHABLE',
      outcome: 'unknown',
    })
    expect(requests).toHaveLength(1)
  })

  test('no answer in time: unknown, and not sent again', async () => {
    const { client, requests } = await recorded(() => {})
    await expect(client({ timeoutMs: 80 }).stkPush(PUSH)).rejects.toMatchObject({
      code: 'PAYMENTS_MPESA_TIMEOUT',
      outcome: 'unknown',
      status: 504,
    })
    expect(requests).toHaveLength(1)
  })

  test('whatever goes wrong before there is a token: nothing was executed', async () => {
    for (const oauth of ['hang', 'break', '<html>', '{}', '{"access_token":""}']) {
      const { client, requests } = await recorded(
        () => {},
        (req, res) => {
          if (oauth === 'break') req.socket.destroy()
          else if (oauth !== 'hang') res.end(oauth)
        },
      )
      await expect(client({ timeoutMs: 80 }).stkPush(PUSH)).rejects.toMatchObject({ outcome: 'not_executed' })
      expect(requests).toEqual([])
    }
    const unreachable = createMpesa({
      ...KEYS,
      baseUrl: 'http://127.0.0.1:1',
      callbackUrl: 'https://shop.example',
    })
    await expect(unreachable.stkPush(PUSH)).rejects.toMatchObject({ outcome: 'not_executed' })
  })

  test.each(['"3599"', '3599', '"abc"', 'null'])('expires_in %s is understood', async (expiresIn) => {
    let [tokens, now] = [0, 1_000_000]
    const { client } = await recorded(
      (_, res) => res.end(json({ ResponseCode: '0', CheckoutRequestID: 'ws_1' })),
      (_, res) => res.end(`{"access_token":"t${++tokens}","expires_in":${expiresIn}}`),
    )
    const mpesa = client({ clock: () => now })
    await mpesa.stkPush(PUSH)
    await mpesa.stkPush(PUSH)
    expect(tokens).toBe(1)
    now += 3_590_000
    await mpesa.stkPush(PUSH)
    expect(tokens).toBe(2)
  })

  test('what is null in an answer is not there', async () => {
    const nothing = { requestId: null, errorCode: null, errorMessage: '', fault: null }
    const { client } = await recorded((req, res) =>
      res.end(
        json(
          req.url!.includes('query')
            ? { ...nothing, ResponseCode: '0', CheckoutRequestID: null, ResultCode: '1032' }
            : { ...nothing, ResponseCode: '0', CheckoutRequestID: 'ws_1', MerchantRequestID: null },
        ),
      ),
    )
    expect(await client().stkPush(PUSH)).toMatchObject({ checkoutRequestId: 'ws_1', merchantRequestId: '' })
    expect(await client().stkQuery('ws_1')).toMatchObject({ status: 'failed', result: { code: '1032' } })
  })

  test('an answer about another prompt is no answer', async () => {
    const { client } = await recorded((_, res) =>
      res.end(json({ ResponseCode: '0', ResultCode: '0', CheckoutRequestID: 'ws_2' })),
    )
    await expect(client().stkQuery('ws_1')).rejects.toMatchObject({ code: 'PAYMENTS_MPESA_UNEXPECTED' })
  })
})

describe('parseStkCallback', () => {
  const body = (item: unknown, fields: object = {}) => ({
    Body: {
      stkCallback: {
        MerchantRequestID: '1',
        CheckoutRequestID: 'ws_1',
        ResultCode: 0,
        ResultDesc: 'ok',
        CallbackMetadata: { Item: item },
        ...fields,
      },
    },
  })
  const items = [
    { Name: 'Amount', Value: 1.0 },
    { Name: 'MpesaReceiptNumber', Value: 'NLJ7RT61SV' },
    { Name: 'Balance' },
    { Name: 'TransactionDate', Value: 20191219102115 },
    { Name: 'PhoneNumber', Value: 254708374149 },
  ]
  const expected = {
    checkoutRequestId: 'ws_1',
    result: { code: '0', class: 'paid' },
    amount: { minor: 100, currency: 'KES' },
    receipt: 'NLJ7RT61SV',
    paidAt: new Date('2019-12-19T07:21:15Z'),
    phone: '254708374149',
  }

  test('finds values by name in any order, as numbers or strings, parsed, as text or as bytes', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(items, { minLength: 5 }),
        fc.boolean(),
        fc.constantFrom('object', 'text', 'bytes'),
        (list, strings, form) => {
          const item = strings
            ? list.map(({ Name, Value }) => (Value === undefined ? { Name } : { Name, Value: String(Value) }))
            : list
          const callback = body(item, { ResultCode: strings ? '0' : 0 })
          const text = JSON.stringify(callback)
          expect(
            parseStkCallback(form === 'object' ? callback : form === 'text' ? text : Buffer.from(text)),
          ).toMatchObject(expected)
        },
      ),
    )
  })

  test('a failure has no metadata, and its code passes through verbatim', () => {
    for (const code of [1032, '1032', 'SFC_IC0003', 'NEW_CODE_9']) {
      const read = parseStkCallback({
        Body: { stkCallback: { CheckoutRequestID: 'ws_1', ResultCode: code } },
      })
      expect(read).toMatchObject({
        result: { code: String(code) },
        amount: null,
        receipt: null,
        phone: null,
        paidAt: null,
      })
    }
    expect(parseStkCallback(body({ Name: 'Amount', Value: '2.50' }))).toMatchObject({
      amount: { minor: 250 },
    })
    expect(parseStkCallback(body([...items, { Name: 'Amount', Value: 1 }]))).toMatchObject(expected)
  })

  test.each([
    ['two amounts', body([...items, { Name: 'Amount', Value: 2 }])],
    ['an amount that is none', body([{ Name: 'Amount', Value: 'free' }])],
    ['a fraction of a cent', body([{ Name: 'Amount', Value: 1.001 }])],
    ['no result', body(items, { ResultCode: null })],
    ['no id', body(items, { CheckoutRequestID: '' })],
    ['an id that is an object', body(items, { CheckoutRequestID: { $ne: null } })],
    ['not JSON', '{'],
    ['nothing', undefined],
  ])('refuses %s', (_, callback) => {
    expect(() => parseStkCallback(callback)).toThrow(
      expect.objectContaining({ code: 'PAYMENTS_CALLBACK_MALFORMED' }),
    )
  })

  test('reads or refuses, and never does anything else', () => {
    const hostile = fc.letrec((tie) => ({
      value: fc.oneof(
        fc.constantFrom(null, '', 0, NaN, '__proto__', 'Amount', 254708374149),
        fc.string(),
        fc.double(),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(
          fc.constantFrom('Name', 'Value', 'Item', '__proto__', 'constructor', 'toString'),
          tie('value'),
        ),
      ),
    })).value
    const fields = fc.record(
      {
        CheckoutRequestID: hostile,
        ResultCode: hostile,
        CallbackMetadata: fc.record({ Item: hostile }),
        ResultDesc: hostile,
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(
        fc.oneof(
          hostile,
          fields.map((stkCallback) => ({ Body: { stkCallback } })),
        ),
        (callback) => {
          try {
            const read = parseStkCallback(callback)
            expect(typeof read.checkoutRequestId).toBe('string')
            expect(read.amount === null || Number.isSafeInteger(read.amount.minor)).toBe(true)
          } catch (error) {
            expect(error).toMatchObject({ code: 'PAYMENTS_CALLBACK_MALFORMED' })
          }
        },
      ),
      { numRuns: 2000 },
    )
    expect(({} as { Value?: unknown }).Value).toBeUndefined()
  })
})

describe('result codes', () => {
  test.each([
    [0, 'paid', false],
    ['4999', 'pending', false],
    [1, 'user', true],
    [17, 'limit', true],
    [1001, 'transient', true],
    [1032, 'user', true],
    [1037, 'user', true],
    [2001, 'user', true],
    [8006, 'user', false],
    ['SFC_IC0003', 'config', false],
    ['no such code', 'unknown', false],
    ['__proto__', 'unknown', false],
  ])('%s is %s', (code, kind, retryable) => {
    const { payerMessage, ...result } = stkResult(code)
    expect(result).toEqual({ code: String(code), class: kind, retryable })
    expect(payerMessage.en).not.toBe(payerMessage.sw)
  })
})

describe('phones and times', () => {
  test.each([
    '0711000001',
    '0711 000 001',
    '+254711000001',
    '254711000001',
    '711000001',
    '+254 (711) 000-001',
    254711000001,
  ])('%s is 254711000001', (phone) => expect(normalizePhone(phone)).toBe('254711000001'))
  test('numbers that begin with 01 are Safaricom’s too', () =>
    expect(normalizePhone('0110000003')).toBe('254110000003'))
  test.each(['', '0811000001', '07110000011', '+256711000001', '07x1000001', '00254711000001', '٠٧١١٠٠٠٠٠١'])(
    '%s is refused',
    (phone) => {
      expect(() => normalizePhone(phone)).toThrow(
        expect.objectContaining({ code: 'PAYMENTS_MPESA_PHONE', status: 400 }),
      )
      if (phone) expect(() => normalizePhone(phone)).not.toThrow(phone)
    },
  )

  test('timestamps are East Africa Time, there and back', () => {
    expect(toTimestamp(new Date('2026-11-24T21:30:05Z'))).toBe('20261125003005')
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }), (date) => {
        expect(fromTimestamp(toTimestamp(date))!.getTime()).toBe(Math.floor(date.getTime() / 1000) * 1000)
      }),
    )
    expect(fromTimestamp('20261399000000')).toBeNull()
    expect(fromTimestamp('soon')).toBeNull()
  })
})

describe('callback URLs', () => {
  test('belong to one attempt of one payment, and never contain a word that Daraja refuses', () => {
    const urls = callbackUrls('https://shop.example/hooks/', [SECRET])
    const seen = new Set<string>()
    for (let n = 1; n <= 500; n++) {
      const url = urls.urlFor('pay_0123456789abcdef', String(n))
      expect(url).not.toMatch(/m-?pesa|safaricom|exe|cmd|sql|query/i)
      const token = url.split('/').at(-1)!
      expect(urls.verify('pay_0123456789abcdef', token)).toEqual({
        attemptId: String(n),
        verifiedBy: 'callbackSecret#1',
      })
      expect(urls.verify('pay_other', token)).toBeNull()
      expect(urls.verify('pay_0123456789abcdef', token.replace(`${n}-`, `${n + 1}-`))).toBeNull()
      seen.add(token)
    }
    expect(seen.size).toBe(500)
  })

  test.each([
    ['http://shop.example/hooks', /https/],
    ['https://shop.example/MPesa', /"MPesa"/],
    ['https://m-pesa.shop.example/hooks', /"m-pesa"/],
    ['https://shop.example/sql/hooks', /"sql"/],
    ['https://shop.example/hooks?secret=1', /no \?/],
    ['shop.example', /not a URL/],
  ])('%s is refused at construction', (callbackUrl, message) => {
    expect(() => createMpesa({ ...KEYS, callbackUrl, callbackSecret: SECRET })).toThrow(message)
  })

  test('and so is everything else that cannot work', () => {
    for (const options of [
      { ...KEYS, passkey: '' },
      { ...KEYS, shortcode: '12' },
      { ...KEYS, environment: 'live' as never },
      { ...KEYS, baseUrl: 'http://daraja.example' },
      { ...KEYS, callbackUrl: 'https://shop.example', callbackSecret: 'short' },
      { ...KEYS, callbackUrl: 'https://shop.example', callbackSecret: [] },
      { ...KEYS, passKey: 'x' } as never,
    ]) {
      expect(() => createMpesa(options)).toThrow(TypeError)
    }
    expect(() => createMpesa({ ...KEYS, callbackSecrets: 'x' } as never)).toThrow(
      /did you mean "callbackSecret"/,
    )
  })
})
