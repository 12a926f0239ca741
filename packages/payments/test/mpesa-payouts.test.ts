import { afterEach, describe, expect, test } from 'vitest'
import { money, type Payment } from '../src/index.js'
import { callbackUrls } from '../src/mpesa/callback-url.js'
import { order, PHONE, QUICK, SECRET, startShop, type ShopOptions } from './shop.js'

let shop: Awaited<ReturnType<typeof startShop>>
afterEach(() => shop.close())

const kes = (shillings: string) => money(shillings, 'KES')
const calls = (operation: string) =>
  shop.daraja.requests().filter((request) => request.operation === operation)
/** What was sent to the payer's phone, in cents. */
const payouts = () =>
  shop.daraja
    .ledger()
    .filter(({ reason }) => reason === 'Business Payment to Customer via API')
    .flatMap(({ lines }) => lines.filter(({ cents }) => cents > 0).map(({ cents }) => cents))

/** A payment of KES 150 that was paid, its receipt known (a query may tell of the success before the callback comes). */
async function paid(options: ShopOptions = {}) {
  shop = await startShop({ refunds: true, ...options })
  const worker = shop.payments.worker({ pollMs: 5 })
  const { id } = await shop.payments.create(order())
  await shop.payments.start(id)
  await shop.phone.prompt()
  await shop.phone.enterPin('1234')
  await until(id, ({ attempts }) => attempts.some(({ receipt }) => receipt))
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

const isOver = ({ refunds }: Payment) => ['succeeded', 'failed', 'review'].includes(refunds.at(-1)!.status)
const part = { method: 'b2c', amount: kes('100') } as const

describe('a refund by B2C', () => {
  test('sends a part to the payer’s phone, told by the result at a URL of its own, and the rest after it', async () => {
    const { id, worker } = await paid()
    const asked = await shop.payments.refund(id, { ...part, idempotencyKey: 'a' })
    expect(asked).toMatchObject({
      refundPending: kes('100'),
      refunds: [{ status: 'pending', method: 'b2c', providerRef: asked.refunds[0]!.id }],
    })
    const sent = JSON.parse(calls('b2c')[0]!.body) as Record<string, string>
    expect(sent).toMatchObject({ PartyB: `254${PHONE.slice(1)}`, CommandID: 'BusinessPayment' })
    expect(sent['ResultURL']).toMatch(/\/callbacks\/payout\//)
    expect(await until(id, isOver)).toMatchObject({
      refunded: kes('100'),
      refunds: [{ status: 'succeeded', receipt: shop.daraja.ledger().at(-1)!.reference }],
    })
    const tooMuch = shop.payments.refund(id, { method: 'b2c', amount: kes('51'), idempotencyKey: 'b' })
    await expect(tooMuch).rejects.toMatchObject({ code: 'PAYMENTS_REFUND_TOO_MUCH' })
    await shop.payments.refund(id, { method: 'b2c', idempotencyKey: 'c' })
    const { refunds } = await until(id, ({ refunded }) => refunded.minor === 150_00)
    await worker.drained()
    expect(payouts()).toEqual([100_00, 50_00])
    expect(shop.told).toEqual([`${id}:paid`, ...refunds.map((refund) => `${id}:refunded:${refund.id}`)])
  })

  test('needs no receipt: a payment whose callback was lost is given back', async () => {
    shop = await startShop({ refunds: true })
    shop.payments.worker({ pollMs: 5 })
    shop.daraja.faults.order({ fault: 'dropCallback', on: 'stkPush' })
    const { id } = await shop.payments.create(order())
    await shop.payments.start(id)
    await shop.phone.prompt()
    await shop.phone.enterPin('1234')
    await shop.until(id, 'succeeded')
    await shop.payments.refund(id, { method: 'b2c', idempotencyKey: 'a' })
    expect((await until(id, isOver)).refunded).toEqual(kes('150'))
  })

  test('takes the place of a reversal that M-Pesa refused, and never of one that is under way', async () => {
    const { id } = await paid()
    shop.daraja.faults.order({ fault: 'forceResult', on: 'reversal', resultCode: 'R000002' })
    await shop.payments.refund(id, { idempotencyKey: 'a' })
    const instead = () => shop.payments.refund(id, { method: 'b2c', idempotencyKey: 'b' })
    await expect(instead()).rejects.toMatchObject({ code: 'PAYMENTS_REFUND_TOO_MUCH' })
    expect((await until(id, isOver)).refunds).toMatchObject([{ status: 'failed', code: 'R000002' }])
    await instead()
    expect((await until(id, ({ refunded }) => refunded.minor > 0)).refunded).toEqual(kes('150'))
    expect(payouts()).toEqual([150_00])
  })

  test('is one refund when the button is pressed twice, and when two people send the rest at once', async () => {
    const { id } = await paid()
    const press = (idempotencyKey: string) =>
      shop.payments.refund(id, { method: 'b2c', idempotencyKey }).then(
        () => 'sent',
        (error: { code: string }) => error.code,
      )
    const answers = await Promise.all([press('a'), press('a'), press('b')])
    expect(answers.filter((answer) => answer === 'PAYMENTS_REFUND_TOO_MUCH').length).toBeGreaterThan(0)
    await until(id, isOver)
    expect(calls('b2c')).toHaveLength(1)
    expect(payouts()).toEqual([150_00])
  })

  test.each([
    ['v3', 'its result'],
    ['v1', 'its result'],
    ['v3', 'asking by our own id'],
  ] as const)(
    'with %s is never sent again when the answer is lost; %s completes it',
    async (b2cVersion, how) => {
      const { id } = await paid({ mpesa: { b2cVersion } })
      shop.daraja.faults.order({ fault: 'loseAnswer', on: 'b2c' })
      if (how !== 'its result') shop.daraja.faults.order({ fault: 'dropCallback', on: 'b2c' })
      const lost = await shop.payments.refund(id, { ...part, idempotencyKey: 'a' })
      expect(lost.refunds).toMatchObject([{ status: 'submitting', providerRef: null }])
      await shop.payments.refund(id, { ...part, idempotencyKey: 'a' })
      expect((await until(id, isOver)).refunds).toMatchObject([{ status: 'succeeded' }])
      expect(calls('b2c')).toHaveLength(1)
      expect(payouts()).toEqual([100_00])
    },
  )

  test('whose result is lost is asked about; one that timed out in the queue has failed only if it was not executed', async () => {
    const { id } = await paid()
    shop.daraja.faults.order({ fault: 'dropCallback', on: 'b2c' })
    await shop.payments.refund(id, { ...part, idempotencyKey: 'a' })
    expect((await until(id, isOver)).refunded).toEqual(kes('100'))
    shop.daraja.faults.order({ fault: 'queueTimeout', on: 'b2c' })
    await shop.payments.refund(id, { method: 'b2c', idempotencyKey: 'b' })
    const expired = await until(id, isOver)
    expect(expired.refunds.at(-1)).toMatchObject({ status: 'failed', code: 'Expired' })
    shop.daraja.faults.order({ fault: 'falseTimeout', on: 'b2c' })
    await shop.payments.refund(id, { method: 'b2c', idempotencyKey: 'c' })
    await until(id, ({ refunded }) => refunded.minor === 150_00)
    expect(payouts()).toEqual([100_00, 50_00])
  })

  test('has failed with M-Pesa’s code when it is refused, and may be made anew under a new key', async () => {
    const { id, worker } = await paid()
    shop.daraja.faults.order({ fault: 'forceResult', on: 'b2c', resultCode: 1 })
    await shop.payments.refund(id, { ...part, idempotencyKey: 'a' })
    const failed = await until(id, isOver)
    expect(failed).toMatchObject({ refundPending: kes('0'), refunds: [{ status: 'failed', code: '1' }] })
    await worker.drained()
    expect(shop.told.at(-1)).toBe(`${id}:refundFailed:${failed.refunds[0]!.id}`)
    await shop.payments.refund(id, { ...part, idempotencyKey: 'b' })
    expect((await until(id, isOver)).refunded).toEqual(kes('100'))
    expect(payouts()).toEqual([100_00])
  })

  test('that provably did not arrive is sent again under the same id', async () => {
    const { id } = await paid()
    shop.daraja.faults.order({ fault: 'spikeArrest', on: 'b2c' })
    const waiting = await shop.payments.refund(id, { ...part, idempotencyKey: 'a' })
    expect(waiting.refunds).toMatchObject([{ status: 'created' }])
    expect((await until(id, isOver)).refunded).toEqual(kes('100'))
    expect(payouts()).toEqual([100_00])
  })

  test('of which nothing is heard is left to a person, and is not sent again', async () => {
    const { id } = await paid({ mpesa: { b2cVersion: 'v1', timing: { ...QUICK, reviewAfterMs: 300 } } })
    shop.daraja.faults.order({ fault: 'loseAnswer', on: 'b2c' })
    shop.daraja.faults.order({ fault: 'dropCallback', on: 'b2c' })
    await shop.payments.refund(id, { ...part, idempotencyKey: 'a' })
    expect(await until(id, isOver)).toMatchObject({
      refundPending: kes('100'),
      refunds: [{ status: 'review' }],
    })
    expect(calls('b2c')).toHaveLength(1)
  })

  test('is refused before the call where nothing could be sent', async () => {
    const { id } = await paid()
    const little = shop.payments.refund(id, { method: 'b2c', amount: kes('9'), idempotencyKey: 'a' })
    await expect(little).rejects.toMatchObject({ code: 'PAYMENTS_MPESA_AMOUNT' })
    const unknown = shop.payments.refund(id, { method: 'cheque' as 'b2c', idempotencyKey: 'b' })
    await expect(unknown).rejects.toMatchObject({ code: 'PAYMENTS_REFUND_UNSUPPORTED' })
    expect(() => shop.mpesa.refunds!.prepare({ amount: kes('50'), payer: {}, method: 'b2c' })).toThrow(
      expect.objectContaining({ code: 'PAYMENTS_NOT_REFUNDABLE' }) as Error,
    )
    expect((await shop.payments.get(id))!.refunds).toEqual([])
    expect(calls('b2c')).toEqual([])
  })
})

describe('a forged result', () => {
  const result = (refund: { id: string }, { amount = 100, code = 0 } = {}) => ({
    Result: {
      ...{ ResultType: 0, ResultCode: code, ResultDesc: 'forged' },
      ...{ OriginatorConversationID: refund.id, ConversationID: 'AG_1', TransactionID: 'UKQ1234567' },
      ResultParameters: { ResultParameter: [{ Key: 'TransactionAmount', Value: amount }] },
    },
  })
  const post = (url: string, body: object) =>
    fetch(url, {
      method: 'POST',
      headers: { 'x-forwarded-for': '196.201.214.200' },
      body: JSON.stringify(body),
    }).then(({ status }) => status)

  /** A refund of which M-Pesa says nothing, and the URL at which its result is awaited. */
  async function awaited(options: ShopOptions = {}) {
    shop = await startShop({ refunds: true, ...options })
    const worker = shop.payments.worker({ pollMs: 5 })
    const { id } = await shop.payments.create(order())
    await shop.payments.start(id)
    await shop.phone.prompt()
    await shop.phone.enterPin('1234')
    await shop.until(id, 'succeeded')
    for (const on of ['b2c', 'transactionStatus'] as const)
      shop.daraja.faults.order({ fault: 'dropCallback', on, times: 1000 })
    const { refunds } = await shop.payments.refund(id, { ...part, idempotencyKey: 'a' })
    const refund = refunds[0]!
    const urls = callbackUrls(`${shop.url}/callbacks`, [SECRET])
    const url = (kind: 'payout' | 'reversal' | 'status' | 'sought') => urls.urlFor(id, refund.id, kind)
    const now = async () => {
      await worker.drained()
      return (await shop.payments.get(id))!
    }
    return { id, refund, url, now }
  }

  test('with a wrong token, or the token of another kind, changes nothing', async () => {
    const { refund, url, now } = await awaited()
    const wrong = url('payout').replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    expect(await post(wrong, result(refund))).toBe(404)
    const borrowed = `${url('payout').split('-')[0]!}-${'0'.repeat(64)}`
    expect(await post(borrowed, result(refund))).toBe(404)
    expect((await now()).refunds).toMatchObject([{ status: 'pending' }])
  })

  test('of another conversation changes nothing; one of another amount is left to a person', async () => {
    const { url, refund, now } = await awaited()
    expect(await post(url('payout'), result({ id: 'ref_of_another' }))).toBe(200)
    expect((await now()).refunds).toMatchObject([{ status: 'pending' }])
    expect(await post(url('payout'), result(refund, { amount: 1 }))).toBe(200)
    const { refunded, refunds } = await now()
    expect(refunded).toEqual(kes('0'))
    expect(refunds).toMatchObject([{ status: 'review', code: 'mismatch' }])
  })

  test('about the status, of another amount, is left to a person', async () => {
    const { url, now } = await awaited()
    const ResultParameter = [
      { Key: 'TransactionStatus', Value: 'Completed' },
      { Key: 'Amount', Value: '1' },
    ]
    const forged = {
      ResultType: 0,
      ResultCode: 0,
      ConversationID: 'q',
      ResultParameters: { ResultParameter },
    }
    expect(await post(url('status'), { Result: forged })).toBe(200)
    expect(await now()).toMatchObject({
      refunded: kes('0'),
      refunds: [{ status: 'review', code: 'mismatch' }],
    })
  })

  test('replayed gives nothing back twice, and a failure after it takes nothing away', async () => {
    const { id, url, refund, now } = await awaited()
    for (let n = 0; n < 3; n++) expect(await post(url('payout'), result(refund))).toBe(200)
    expect(await post(url('payout'), result(refund, { code: 1 }))).toBe(200)
    expect(await now()).toMatchObject({ refunded: kes('100'), refunds: [{ status: 'succeeded' }] })
    expect(shop.told).toEqual([`${id}:paid`, `${id}:refunded:${refund.id}`])
  })

  test('of failure, denied by a success: its amount is kept back, until Daraja itself is asked', async () => {
    const { id, url, refund, now } = await awaited()
    expect(await post(url('payout'), result(refund, { code: 1 }))).toBe(200)
    expect(await now()).toMatchObject({ refundPending: kes('0'), refunds: [{ status: 'failed', code: '1' }] })
    expect(await post(url('payout'), result(refund))).toBe(200)
    const denied = { status: 'review', code: 'contradiction' }
    expect(await now()).toMatchObject({ refundPending: kes('100'), refunds: [denied] })
    shop.daraja.faults.clear()
    expect((await until(id, ({ refunded }) => refunded.minor > 0)).refunded).toEqual(kes('100'))
    expect(payouts()).toEqual([100_00])
  })
})

test('results of a refund with the right token, from a wrong address, change nothing, whatever X-Forwarded-For says', async () => {
  shop = await startShop({ refunds: true, mpesa: { callbackSources: ['196.201.214.200'] } })
  const urls = callbackUrls(`${shop.url}/callbacks`, [SECRET])
  const headers = { 'x-forwarded-for': '196.201.214.200' }
  for (const kind of ['payout', 'reversal', 'status', 'sought', 'look'] as const) {
    const url = urls.urlFor('pay', `ref_${'0'.repeat(24)}`, kind)
    expect((await fetch(url, { method: 'POST', headers, body: '{}' })).status).toBe(403)
  }
  expect(await shop.payments.inbox.list()).toEqual([])
})
