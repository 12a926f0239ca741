import { afterEach, expect, test, vi } from 'vitest'
import { money } from '../src/index.js'
import { PHONE, startShop } from './shop.js'

let shop: Awaited<ReturnType<typeof startShop>>
afterEach(() => shop.close())

const ORDER = {
  ...{ provider: 'mpesa', amount: money('150', 'KES'), payer: { phone: PHONE } },
  ...{ reference: 'ORDER-1', description: 'Two mangoes' },
}

/** A payment whose prompt is on the phone, its callback URL, and a forger of callbacks. */
async function prompted(options: Parameters<typeof startShop>[0] = {}) {
  shop = await startShop(options)
  shop.payments.worker({ pollMs: 10 })
  const { id } = await shop.payments.create({ ...ORDER, idempotencyKey: 'order-1' })
  await shop.payments.start(id)
  const { callbackUrl, checkoutRequestId } = shop.daraja.transactions()[0]!
  const forge = async (url = callbackUrl, fields: { amount?: number; checkoutRequestId?: string } = {}) => {
    const Item = [
      { Name: 'Amount', Value: fields.amount ?? 150 },
      { Name: 'MpesaReceiptNumber', Value: 'UKQ1234567' },
    ]
    const stkCallback = {
      ...{ MerchantRequestID: '1', CheckoutRequestID: fields.checkoutRequestId ?? checkoutRequestId },
      ...{ ResultCode: 0, ResultDesc: 'ok', CallbackMetadata: { Item } },
    }
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': '196.201.214.200' }
    const body = JSON.stringify({ Body: { stkCallback } })
    return (await fetch(url, { method: 'POST', headers, body })).status
  }
  const status = async () => (await shop.payments.get(id))!.status
  return { id, callbackUrl, forge, status }
}

test('a callback with a wrong token changes nothing', async () => {
  const { callbackUrl, forge, status } = await prompted()
  const wrong = callbackUrl.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
  expect(await forge(wrong)).toBe(404)
  expect(await status()).toBe('requires_action')
  expect(shop.told).toEqual([])
})

test('the right body and token from a wrong address change nothing, whatever X-Forwarded-For says', async () => {
  const { forge, status } = await prompted({ mpesa: { callbackSources: ['196.201.214.200'] } })
  expect(await forge()).toBe(403)
  expect(await status()).toBe('requires_action')
  expect(shop.told).toEqual([])
})

test('a right token with "paid", though nobody has paid, pays nothing: Daraja is asked', async () => {
  const { id, forge } = await prompted()
  expect(await forge()).toBe(200)
  const { status } = await shop.until(id, 'failed', 'expired', 'review')
  expect(status).not.toBe('succeeded')
  expect(shop.told.filter((key) => key.includes('paid'))).toEqual([])
})

test.each([
  ['another amount', { amount: 15_000 }],
  ['somebody else’s prompt', { checkoutRequestId: 'ws_CO_1' }],
])('a callback about %s pays nothing', async (_, fields) => {
  const { id, callbackUrl, forge } = await prompted()
  expect(await forge(callbackUrl, fields)).toBe(200)
  await shop.until(id, 'review', 'failed', 'expired')
  expect(shop.told.filter((key) => key.includes('paid'))).toEqual([])
})

test('a replayed callback pays once', async () => {
  const { id, callbackUrl } = await prompted()
  await shop.phone.enterPin('1234')
  await vi.waitUntil(() => shop.daraja.callbacks().length > 0, 100_000)
  const { body } = shop.daraja.callbacks()[0]!
  for (let n = 0; n < 3; n++) {
    const response = await fetch(callbackUrl, { method: 'POST', body: JSON.stringify(body) })
    expect(response.status).toBe(200)
  }
  await shop.until(id, 'succeeded')
  expect(shop.told).toHaveLength(1)
  expect((await shop.payments.get(id))!.captured.minor).toBe(15_000)
})
