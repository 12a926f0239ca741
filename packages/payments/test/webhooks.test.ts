import { request } from 'node:http'
import { gzipSync } from 'node:zlib'
import express from 'express'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { memoryInbox, type Inbox, type Logger } from '../src/index.js'
import { listen, order, SECRET, startShop, type ShopOptions } from './shop.js'

let shop: Awaited<ReturnType<typeof startShop>>
// The sandbox's clock stands still: the only callbacks are those of the tests.
const open = async (options?: ShopOptions) =>
  (shop = await startShop({ sandbox: { timeScale: 0, daraja: { spikeArrest: {} } }, ...options }))
afterEach(() => shop.close())

/** A payment on its way, its callback URL, and callbacks for it. */
async function onItsWay() {
  const { payments, daraja } = shop
  const { id } = await payments.create(order())
  const { attempts } = await payments.start(id)
  const { callbackUrl } = daraja.transactions().at(-1)!
  const callback = (fields: object = {}, amount: unknown = 150) => ({
    Body: {
      stkCallback: {
        MerchantRequestID: '1',
        CheckoutRequestID: attempts[0]!.providerRef,
        ResultCode: 0,
        ResultDesc: 'ok',
        CallbackMetadata: {
          Item: [
            { Name: 'Amount', Value: amount },
            { Name: 'MpesaReceiptNumber', Value: 'UKO1AAAAAA' },
          ],
        },
        ...fields,
      },
    },
  })
  return { id, callbackUrl, callback }
}

function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const data = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  return fetch(url, {
    method: 'POST',
    body: data as string,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

/** An inbox that counts, and fails when told to. */
function watched(inbox: Inbox = memoryInbox()) {
  const seen = { inserts: 0, broken: false, hung: false }
  const watchedInbox: Inbox = {
    ...inbox,
    async insert(entry) {
      if (seen.hung) return new Promise(() => {})
      if (seen.broken) throw new Error('the database is down')
      seen.inserts++
      return inbox.insert(entry)
    },
  }
  return { seen, inbox: watchedInbox }
}

test('what cannot be stored is answered with 503 and Retry-After, and stored when it comes again', async () => {
  const { seen, inbox } = watched()
  await open({ payments: { inbox, storeTimeoutMs: 50 } })
  const { id, callbackUrl, callback } = await onItsWay()
  await shop.phone.prompt()
  await shop.phone.cancel()
  const cancelled = callback({ ResultCode: 1032, CallbackMetadata: undefined })
  for (const fault of ['broken', 'hung'] as const) {
    seen[fault] = true
    const answer = await post(callbackUrl, cancelled)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('10')
    expect(await answer.json()).toMatchObject({ status: 503, code: 'PAYMENTS_STORE_UNAVAILABLE' })
    seen[fault] = false
  }
  expect((await post(callbackUrl, cancelled)).status).toBe(200)
  shop.payments.worker({ pollMs: 5 })
  await shop.until(id, 'failed')
})

test('mode 14: a callback made with an older secret is still accepted after rotation, one with a strange secret is not', async () => {
  const { seen, inbox } = watched()
  const next = 'the-next-secret-of-the-tests-with-more-than-32-characters'
  await open({ payments: { inbox }, mpesa: { callbackSecret: [next, SECRET] } })
  const { id, callbackUrl, callback } = await onItsWay()
  const { callbackUrls } = await import('../src/mpesa/callback-url.js')
  const old = callbackUrls(`${shop.url}/callbacks`, [SECRET]).urlFor(id, '1')
  const strange = callbackUrls(`${shop.url}/callbacks`, [`${SECRET}!`]).urlFor(id, '1')
  expect(old).not.toBe(callbackUrl)
  expect((await post(strange, callback())).status).toBe(404)
  expect(seen.inserts).toBe(0)
  expect((await post(callbackUrl, callback())).status).toBe(200)
  expect((await post(old, callback({ ResultCode: 1032 }))).status).toBe(200)
  const stored = await inbox.list({ limit: 10 })
  expect(stored.map(({ entry }) => entry.verifiedBy).toSorted()).toEqual([
    'callbackSecret#1',
    'callbackSecret#2',
  ])
})

test('mode 15: a body parser above the callbacks is an error that names the mistake; kept raw bytes are welcome', async () => {
  const errors: string[] = []
  const logger: Logger = { debug() {}, info() {}, warn() {}, error: (message) => void errors.push(message) }
  await open({ payments: { logger } })
  const { callbackUrl, callback } = await onItsWay()
  const serve = async (parser: express.RequestHandler) => {
    const app = express().use(parser).use('/callbacks', shop.payments.webhooks)
    app.use(((error: { code: string; status: number; message: string }, _req, res, _next) => {
      res.status(error.status).json({ code: error.code, message: error.message })
    }) as express.ErrorRequestHandler)
    const { server, url } = await listen(app)
    const answer = await post(callbackUrl.replace(shop.url, url), callback())
    server.close()
    return answer
  }
  const wrong = await serve(express.json())
  expect(wrong.status).toBe(500)
  expect(await wrong.json()).toMatchObject({
    code: 'PAYMENTS_BODY_ALREADY_PARSED',
    message: expect.stringMatching(/above express\.json/),
  })
  expect(errors).toContain('callback failed')
  const kept = await serve(
    express.json({ verify: (req, _res, buffer) => void Object.assign(req, { rawBody: buffer }) }),
  )
  expect(kept.status).toBe(200)
})

test('mode 16: large, compressed and mislabelled bodies are taken up to the limit, above it 413', async () => {
  await open({ payments: { maxBodyBytes: 400_000 } })
  const { callbackUrl, callback } = await onItsWay()
  const large = callback({ ResultDesc: 'x'.repeat(300_000) })
  const tooLarge = callback({ ResultDesc: 'x'.repeat(500_000) })
  expect((await post(callbackUrl, large)).status).toBe(200)
  expect((await post(callbackUrl, large, { 'content-type': 'text/plain' })).status).toBe(200)
  expect(
    (await post(callbackUrl, gzipSync(JSON.stringify(large)), { 'content-encoding': 'gzip' })).status,
  ).toBe(200)
  expect((await post(callbackUrl, tooLarge)).status).toBe(413)
  const bomb = gzipSync(JSON.stringify(tooLarge))
  expect(bomb.length).toBeLessThan(10_000)
  expect((await post(callbackUrl, bomb, { 'content-encoding': 'gzip' })).status).toBe(413)
  expect((await post(callbackUrl, 'no gzip', { 'content-encoding': 'gzip' })).status).toBe(400)
  expect((await post(callbackUrl, 'x', { 'content-encoding': 'br' })).status).toBe(415)
  expect(await chunked(callbackUrl, 'x'.repeat(500_000))).toBe(413)
  // What says itself that it is too large is not waited for.
  const declared = { 'content-length': '400001' }
  expect(await chunked(callbackUrl, 'x', { end: false, headers: declared })).toBe(413)
})

test('a body that does not arrive in time is answered with 408', async () => {
  await open({ payments: { bodyTimeoutMs: 20 } })
  const { callbackUrl } = await onItsWay()
  expect(await chunked(callbackUrl, '{"Body"', { end: false })).toBe(408)
})

test('mode 20: another amount than asked for goes to review and is never told as paid', async () => {
  await open()
  const { id, callbackUrl, callback } = await onItsWay()
  const worker = shop.payments.worker({ pollMs: 5 })
  await post(callbackUrl, callback({}, 1))
  const parked = await shop.until(id, 'review')
  expect(parked).toMatchObject({ reviewReason: 'mismatch', flags: { mismatch: true } })
  await shop.phone.prompt()
  await shop.phone.enterPin('1234')
  await post(callbackUrl, callback())
  await worker.drained()
  expect((await shop.payments.get(id))?.status).toBe('review')
  expect(shop.told).toEqual([`${id}:review:mismatch:1`])
  const settled = await shop.payments.resolve(id, { status: 'succeeded', actor: 'amina' })
  expect(settled.status).toBe('succeeded')
  await expect(shop.payments.resolve(id, { status: 'failed', actor: 'amina' })).rejects.toMatchObject({
    code: 'PAYMENTS_NOT_IN_REVIEW',
  })
})

test('mode 20: an authentic callback for a payment that is not stored becomes a dead letter, and its reference is nobody else’s', async () => {
  await open()
  const { callback } = await onItsWay()
  const { callbackUrls } = await import('../src/mpesa/callback-url.js')
  const urls = callbackUrls(`${shop.url}/callbacks`, [SECRET])
  const worker = shop.payments.worker({ pollMs: 5 })
  expect((await post(urls.urlFor('pay_lost', '1'), callback())).status).toBe(200)
  await worker.drained()
  const letters = await shop.payments.deadLetters.list()
  expect(letters).toMatchObject([
    { kind: 'callback', paymentId: 'pay_lost', error: expect.stringMatching(/not stored/) },
  ])
  expect(shop.told).toEqual([])
})

test('a success reported for one payment cannot be used for another', async () => {
  await open()
  const first = await onItsWay()
  const stolen = first.callback()
  await shop.phone.prompt()
  await shop.phone.enterPin('1234')
  const { payments, daraja } = shop
  daraja.faults.order({ fault: 'loseAnswer', on: 'stkPush' })
  const { id } = await payments.create(order('150', { payer: { phone: '0110000003' } }))
  const lost = await payments.start(id)
  expect(lost).toMatchObject({ status: 'submitting', attempts: [{ providerRef: null }] })
  const worker = payments.worker({ pollMs: 5 })
  await post(daraja.transactions().at(-1)!.callbackUrl, stolen)
  await worker.drained()
  expect(await payments.get(id)).toMatchObject({ status: 'review', reviewReason: 'reference' })
  expect(shop.told).not.toContain(`${id}:paid`)
})

test('mode 25: whatever is sent without the right token: 404, nothing stored, nothing changed', async () => {
  const { seen, inbox } = watched()
  await open({ payments: { inbox } })
  const { id, callbackUrl, callback } = await onItsWay()
  const before = await shop.store.get(id)
  const token = callbackUrl.split('/').at(-1)!
  const flipped = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0')
  const tokens = fc.oneof(
    fc.constantFrom(
      '__proto__',
      'constructor',
      '1-',
      `2${token.slice(1)}`,
      flipped,
      token.toUpperCase(),
      `${token}0`,
    ),
    fc.string({ minLength: 1 }).map(encodeURIComponent),
    fc
      .tuple(fc.nat(9), fc.uint8Array({ minLength: 32, maxLength: 32 }))
      .map(([n, bytes]) => `${n}-${Buffer.from(bytes).toString('hex')}`),
  )
  const bodies = fc.oneof(fc.constant(JSON.stringify(callback())), fc.json(), fc.string())
  await fc.assert(
    fc.asyncProperty(tokens, bodies, async (token, body) => {
      fc.pre(token !== '.' && token !== '..')
      const answer = await post(`${shop.url}/callbacks/stk/${id}/${token}`, body)
      expect([400, 404]).toContain(answer.status)
    }),
    { numRuns: 300 },
  )
  expect(seen.inserts).toBe(0)
  expect(await shop.store.get(id)).toEqual(before)
})

test('mode 25: whatever is sent with the right token is never a crash; what is not understood is kept as a dead letter', async () => {
  await open()
  const { id, callbackUrl, callback } = await onItsWay()
  const worker = shop.payments.worker({ pollMs: 5 })
  expect((await post(callbackUrl, '')).status).toBe(400)
  const hostile = JSON.stringify(callback()).replace(
    '"ResultCode":0',
    '"__proto__":{"ResultCode":0},"constructor":1',
  )
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.json(), fc.string({ minLength: 1 }), fc.constant(hostile)), async (body) => {
      expect((await post(callbackUrl, body)).status).toBe(200)
    }),
    { numRuns: 100 },
  )
  await worker.drained()
  expect((await shop.payments.get(id))?.status).toBe('requires_action')
  const letters = await shop.payments.deadLetters.list()
  expect(letters.length).toBeGreaterThan(50)
  // No repetition mends it.
  expect(new Set(letters.map(({ attempts }) => attempts))).toEqual(new Set([1]))
  expect(shop.told).toEqual([])
})

test('addresses that are not listed are refused, however right the token is', async () => {
  const { seen, inbox } = watched()
  await open({ payments: { inbox }, mpesa: { callbackSources: ['196.201.214.200'] } })
  const { callbackUrl, callback } = await onItsWay()
  expect((await post(callbackUrl, callback(), { 'x-forwarded-for': '196.201.214.200' })).status).toBe(403)
  expect(seen.inserts).toBe(0)
  shop.app.set('trust proxy', 'loopback')
  expect((await post(callbackUrl, callback(), { 'x-forwarded-for': '1.2.3.4' })).status).toBe(403)
  expect(
    (await post(callbackUrl, callback(), { 'x-forwarded-for': '1.2.3.4, 196.201.214.200' })).status,
  ).toBe(200)
})

/** A request without a length, and perhaps without an end. Resolves with the status. */
function chunked(url: string, body: string, { end = true, headers = {} } = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const req = request(url, { method: 'POST', headers }, (res) => {
      resolve(res.statusCode!)
      req.destroy()
    })
    req.on('error', (error) => (req.destroyed ? undefined : reject(error)))
    req.write(body)
    if (end) req.end()
  })
}
