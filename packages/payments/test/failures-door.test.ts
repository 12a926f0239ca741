import { request, type OutgoingHttpHeaders } from 'node:http'
import { deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import Stripe from 'stripe'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cardOrder, SECRETS, startStripeShop } from './stripe/stripe-shop.js'

/** What strangers, proxies and Stripe itself may send to the endpoint. */
let shop: Awaited<ReturnType<typeof startStripeShop>>
beforeEach(async () => {
  shop = await startStripeShop({ payments: { maxBodyBytes: 400_000 } })
})
afterEach(() => shop.close())

/** One request as it is: headers may repeat, and without a length the body is chunked. Resolves with the status. */
function send(headers: OutgoingHttpHeaders, body: Uint8Array | string, method = 'POST', url = shop.url) {
  return new Promise<number>((resolve, reject) => {
    const sent = request(url, { method, headers }, (res) => {
      res.resume().once('end', () => resolve(res.statusCode!))
    })
    sent.once('error', reject)
    // In two parts, so that Node cannot know the length before it sends.
    sent.write(body.slice(0, 1))
    sent.end(body.slice(1))
  })
}

function sign(payload: string) {
  return Stripe.webhooks.generateTestHeaderString({ payload, secret: SECRETS[0] })
}

test('mode 16: an event of 300 KB, chunked, compressed, of any content type or none, is taken as it is', async () => {
  const { id } = await shop.payments.create(cardOrder())
  const { attempts } = await shop.payments.start(id)
  const intent = shop.fake.pay(attempts[0]!.providerRef!)
  const large = { ...intent, description: 'x'.repeat(300_000) }
  const payload = () => JSON.stringify(shop.fake.event('payment_intent.succeeded', large))
  for (const type of [
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'no/such; ü=1',
  ]) {
    const body = payload()
    expect(await send({ 'stripe-signature': sign(body), 'content-type': type }, body)).toBe(200)
  }
  const untyped = payload()
  expect(await send({ 'stripe-signature': sign(untyped) }, untyped)).toBe(200)
  const packed = payload()
  const gzip = { 'stripe-signature': sign(packed), 'content-encoding': 'gzip' }
  expect(await send(gzip, gzipSync(packed))).toBe(200)
  const deflated = payload()
  const deflate = { 'stripe-signature': sign(deflated), 'content-encoding': 'deflate' }
  expect(await send(deflate, deflateSync(deflated))).toBe(200)
  const measured = payload()
  const length = { 'stripe-signature': sign(measured), 'content-length': Buffer.byteLength(measured) }
  expect(await send(length, measured)).toBe(200)
  expect(shop.inserted).toHaveLength(8)

  const tooLarge = JSON.stringify({ id: 'evt_1', type: 'x', filler: 'x'.repeat(500_000) })
  expect(await send({ 'stripe-signature': sign(tooLarge) }, tooLarge)).toBe(413)
  expect(await send({ ...gzip, 'stripe-signature': sign(tooLarge) }, gzipSync(tooLarge))).toBe(413)
  expect(shop.inserted).toHaveLength(8)
  const worker = shop.payments.worker({ pollMs: 2 })
  await worker.drained()
  expect(shop.told).toEqual([`${id}:paid`])
})

test('mode 25: no request without a right signature is stored, is answered with 2xx or 5xx, or ends the server', async () => {
  const { id } = await shop.payments.create(cardOrder())
  const { attempts } = await shop.payments.start(id)
  const before = await shop.store.get(id)
  const genuine = JSON.stringify(
    shop.fake.event('payment_intent.succeeded', shop.fake.pay(attempts[0]!.providerRef!)),
  )
  const signature = sign(genuine)
  const [time, v1] = signature.split(',') as [string, string]
  const value = fc
    .oneof(
      fc.string({ unit: 'binary-ascii' }),
      fc.constantFrom(
        `${time},v1=`,
        `${time},${v1}0`,
        v1,
        time,
        `t=,${v1}`,
        `${v1},${v1}`,
        `t=__proto__,${v1}`,
      ),
      fc.constant(signature.replace(/v1=(.)/, (_, digit: string) => `v1=${digit === '0' ? '1' : '0'}`)),
    )
    .map((text) => text.replace(/[^\t\x20-\x7e]/g, '?'))
  // HTTP joins headers of one name: two that are wrong alone may be right together.
  const isRight = (headers: string[]) => {
    const parts = headers.flatMap((header) => header.split(',').map((part) => part.trim()))
    return parts.includes(time) && parts.includes(v1)
  }
  const name = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', 'toString', 'x-forwarded-for', 'expect-ct', 'content-type'),
    fc.stringMatching(/^x-[a-z]{1,8}$/),
  )
  const headers = fc
    .tuple(fc.option(fc.oneof(value, fc.array(value, { maxLength: 4 }))), fc.array(fc.tuple(name, value)))
    .filter(([header]) => !isRight([header ?? []].flat()))
    .map(([header, others]) => {
      const all = Object.fromEntries(others) as OutgoingHttpHeaders
      return header === null ? all : { ...all, 'stripe-signature': header }
    })
  const body = fc.oneof(
    fc.constantFrom('', genuine, '{"__proto__":{"id":"evt_1","type":"x"}}', '[]', 'null', '\ufeff{}'),
    fc.json(),
    fc.uint8Array({ maxLength: 4_000 }),
  )
  const path = fc.oneof(
    fc.constant(shop.url),
    fc.constantFrom('/__proto__', '/%2e%2e/', '/%', '//', '?__proto__[id]=1').map((more) => shop.url + more),
  )
  const method = fc.constantFrom('POST', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE')
  await fc.assert(
    fc.asyncProperty(headers, body, method, path, async (headers, body, method, url) => {
      const status = await send(headers, body, method, url)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
    }),
    { numRuns: 500 },
  )
  expect(shop.inserted).toEqual([])
  expect(await shop.store.get(id)).toEqual(before)
  expect(await send({ 'stripe-signature': sign(genuine) }, genuine)).toBe(200)
})
