import { afterEach, describe, expect, test } from 'vitest'
import { money, type Payment } from '../src/index.js'
import { callbackUrls } from '../src/mpesa/callback-url.js'
import { order, QUICK, SECRET, startShop, type ShopOptions } from './shop.js'

let shop: Awaited<ReturnType<typeof startShop>>
afterEach(() => shop.close())

const kes = (shillings: string) => money(shillings, 'KES')
const calls = (operation: string) =>
  shop.daraja.requests().filter((request) => request.operation === operation)
/** The payer's account got the money back so often. */
const reversals = () => shop.daraja.ledger().filter(({ reverses }) => reverses !== undefined)

/** A payment of KES 150 that was paid, with a worker that goes on. */
async function paid(options: ShopOptions = {}) {
  shop = await startShop({ refunds: true, ...options })
  const worker = shop.payments.worker({ pollMs: 5 })
  const { id } = await shop.payments.create(order())
  await shop.payments.start(id)
  await shop.phone.prompt()
  await shop.phone.enterPin('1234')
  await shop.until(id, 'succeeded')
  await until(id, ({ attempts }) => attempts[0]!.receipt !== undefined)
  await worker.drained()
  return { id, worker }
}

async function until(id: string, holds: (payment: Payment) => boolean) {
  for (;;) {
    const payment = await shop.payments.get(id)
    if (payment && holds(payment)) return payment
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const isOver = ({ refunds }: Payment) => ['succeeded', 'failed', 'review'].includes(refunds[0]!.status)

describe('an M-Pesa payment', () => {
  test('is given back: asked for once, told by the result at a URL of its own', async () => {
    const { id, worker } = await paid()
    const asked = await shop.payments.refund(id, { idempotencyKey: 'a', actor: 'amina' })
    expect(asked).toMatchObject({
      refundPending: kes('150'),
      refunds: [{ status: 'pending', actor: 'amina' }],
    })
    const done = await until(id, isOver)
    await worker.drained()
    expect(done).toMatchObject({
      status: 'succeeded',
      refunded: kes('150'),
      refundPending: kes('0'),
      refunds: [{ status: 'succeeded', receipt: shop.daraja.ledger().at(-1)!.reference }],
    })
    expect(shop.told).toEqual([`${id}:paid`, `${id}:refunded:${done.refunds[0]!.id}`])
    expect(reversals()).toHaveLength(1)
    await expect(shop.payments.refund(id, { idempotencyKey: 'b' })).rejects.toMatchObject({
      code: 'PAYMENTS_REFUND_TOO_MUCH',
    })
  })

  test('whose result is lost is asked about by its conversation', async () => {
    const { id } = await paid()
    shop.daraja.faults.order({ fault: 'dropCallback', on: 'reversal' })
    await shop.payments.refund(id, { idempotencyKey: 'a' })
    expect((await until(id, isOver)).refunded).toEqual(kes('150'))
    expect(calls('reversal')).toHaveLength(1)
    expect(calls('transactionStatus').length).toBeGreaterThan(0)
  })

  test('mode 17: a call whose answer is lost is never sent again; its result completes it', async () => {
    const { id } = await paid()
    shop.daraja.faults.order({ fault: 'loseAnswer', on: 'reversal' })
    const lost = await shop.payments.refund(id, { idempotencyKey: 'a' })
    expect(lost).toMatchObject({
      refundPending: kes('150'),
      refunds: [{ status: 'submitting', providerRef: null }],
    })
    await shop.payments.refund(id, { idempotencyKey: 'a' })
    expect((await until(id, isOver)).refunded).toEqual(kes('150'))
    expect(calls('reversal')).toHaveLength(1)
    expect(reversals()).toHaveLength(1)
  })

  test('mode 17: neither answer nor result ever comes: a person must look, and it is not sent again', async () => {
    const { id, worker } = await paid({ mpesa: { timing: { ...QUICK, reviewAfterMs: 300 } } })
    shop.daraja.faults.order({ fault: 'loseAnswer', on: 'reversal' })
    shop.daraja.faults.order({ fault: 'dropCallback', on: 'reversal' })
    await shop.payments.refund(id, { idempotencyKey: 'a' })
    const left = await until(id, isOver)
    expect(left).toMatchObject({ refundPending: kes('150'), refunds: [{ status: 'review' }] })
    await worker.drained()
    expect(shop.told.at(-1)).toBe(`${id}:review:refund:${left.refunds[0]!.id}`)
    expect(calls('reversal')).toHaveLength(1)

    const refundId = left.refunds[0]!.id
    const settled = await shop.payments.resolve(id, { refundId, status: 'succeeded', actor: 'amina' })
    expect(settled).toMatchObject({ status: 'succeeded', refunded: kes('150') })
    await worker.drained()
    expect(shop.told.at(-1)).toBe(`${id}:refunded:${refundId}`)
    await expect(
      shop.payments.resolve(id, { refundId, status: 'failed', actor: 'amina' }),
    ).rejects.toMatchObject({ code: 'PAYMENTS_NOT_IN_REVIEW' })
  })

  test('that was reversed on the portal before: looked into, no failure that somebody would pay again', async () => {
    const { id, worker } = await paid()
    const { attempts } = (await shop.payments.get(id))!
    const urls = { resultUrl: 'http://127.0.0.1:9/r', timeoutUrl: 'http://127.0.0.1:9/t' }
    const portal = { transactionId: attempts[0]!.receipt!, amount: kes('150'), remarks: 'By hand', ...urls }
    await shop.mpesa.reverse(portal)
    while (reversals().length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await shop.payments.refund(id, { idempotencyKey: 'a' })
    const left = await until(id, isOver)
    expect(left.refunds).toMatchObject([{ status: 'review', code: 'R000001' }])
    while (calls('transactionStatus').length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await worker.drained()
    expect((await shop.payments.get(id))!.refunds).toMatchObject([{ status: 'review', code: 'R000001' }])
    expect(reversals()).toHaveLength(1)
  })

  test('what M-Pesa refuses has failed with its code; a time-out in the queue is no failure', async () => {
    const { id, worker } = await paid()
    shop.daraja.faults.order({ fault: 'forceResult', on: 'reversal', resultCode: 1 })
    await shop.payments.refund(id, { idempotencyKey: 'a' })
    expect(await until(id, isOver)).toMatchObject({
      refunded: kes('0'),
      refundPending: kes('0'),
      refunds: [{ status: 'failed', code: '1' }],
    })
    shop.daraja.faults.order({ fault: 'falseTimeout', on: 'reversal' })
    await shop.payments.refund(id, { idempotencyKey: 'b' })
    await until(id, ({ refunded }) => refunded.minor === 150_00)
    await worker.drained()
    expect(await shop.payments.deadLetters.list()).toEqual([])
    expect(reversals()).toHaveLength(1)
  })

  test('whose refund provably did not arrive is asked for again', async () => {
    const { id } = await paid()
    shop.daraja.faults.order({ fault: 'spikeArrest', on: 'reversal' })
    const waiting = await shop.payments.refund(id, { idempotencyKey: 'a' })
    expect(waiting.refunds).toMatchObject([{ status: 'created' }])
    expect((await until(id, isOver)).refunded).toEqual(kes('150'))
    expect(reversals()).toHaveLength(1)
  })
})

describe('results at the door', () => {
  const post = (path: string, body: object) =>
    fetch(`${shop.url}/callbacks${path}`, { method: 'POST', body: JSON.stringify(body) })
  const pathOf = (...args: Parameters<ReturnType<typeof callbackUrls>['urlFor']>) =>
    callbackUrls('http://127.0.0.1:1', [SECRET])
      .urlFor(...args)
      .slice('http://127.0.0.1:1'.length)
  const result = (ResultCode: number, OriginatorConversationID: string, more: object = {}) => {
    return {
      Result: { ResultType: 0, ResultCode, OriginatorConversationID, ConversationID: 'AG_1', ...more },
    }
  }

  test('a wrong token, or the token of another kind, is nobody’s', async () => {
    const { id } = await paid()
    const { refunds } = await shop.payments.refund(id, { idempotencyKey: 'a' })
    const refundId = refunds[0]!.id
    const right = pathOf(id, refundId, 'status')
    expect(
      (await post(`${right.slice(0, -1)}0`.replace(/.$/, right.endsWith('0') ? '1' : '0'), {})).status,
    ).toBe(404)
    expect(
      (await post(pathOf(id, '1').replace('/stk/', '/reversal/').replace('/1-', `/${refundId}-`), {})).status,
    ).toBe(404)
    for (const kind of ['reversal', 'status', 'look', 'timeout'] as const) {
      expect(pathOf(id, refundId, kind)).not.toMatch(/m-?pesa|safaricom|exe|cmd|sql|query/i)
    }
  })

  test('another conversation, or another amount, is not believed', async () => {
    const { id, worker } = await paid()
    shop.daraja.faults.order({ fault: 'dropCallback', on: 'reversal', times: 5 })
    shop.daraja.faults.order({ fault: 'dropCallback', on: 'transactionStatus', times: 100 })
    const { refunds } = await shop.payments.refund(id, { idempotencyKey: 'a' })
    const { id: refundId, providerRef } = refunds[0]!
    expect((await post(pathOf(id, refundId, 'reversal'), result(0, 'another'))).status).toBe(200)
    await worker.drained()
    expect((await shop.payments.get(id))!.refunds).toMatchObject([{ status: 'pending' }])
    const more = { ResultParameters: { ResultParameter: { Key: 'Amount', Value: 1 } } }
    await post(pathOf(id, refundId, 'reversal'), result(0, providerRef!, more))
    await until(id, isOver)
    expect((await shop.payments.get(id))!.refunds).toMatchObject([{ status: 'review', code: 'mismatch' }])
  })

  test('results in any order, several times: the refund ends where M-Pesa is', async () => {
    const { id, worker } = await paid()
    const { refunds } = await shop.payments.refund(id, { idempotencyKey: 'a' })
    const { id: refundId, providerRef } = refunds[0]!
    await until(id, isOver)
    const old = result(0, 'q', {
      ResultParameters: { ResultParameter: [{ Key: 'TransactionStatus', Value: 'Initiated' }] },
    })
    for (const body of [result(0, providerRef!), result(0, providerRef!), old]) {
      await post(pathOf(id, refundId, body === old ? 'status' : 'reversal'), body)
    }
    await worker.drained()
    expect(await shop.payments.get(id)).toMatchObject({
      refunded: kes('150'),
      refunds: [{ status: 'succeeded' }],
    })
    expect(shop.told).toEqual([`${id}:paid`, `${id}:refunded:${refundId}`])
  })
})

test('without a receipt nothing can be reversed, and the message says why', async () => {
  shop = await startShop({ refunds: true })
  shop.payments.worker({ pollMs: 5 })
  shop.daraja.faults.order({ fault: 'dropCallback', on: 'stkPush' })
  const { id } = await shop.payments.create(order())
  await shop.payments.start(id)
  await shop.phone.prompt()
  await shop.phone.enterPin('1234')
  await shop.until(id, 'succeeded')
  await expect(shop.payments.refund(id, { idempotencyKey: 'a' })).rejects.toMatchObject({
    code: 'PAYMENTS_NOT_REFUNDABLE',
    message: expect.stringContaining('receipt') as string,
  })
})
