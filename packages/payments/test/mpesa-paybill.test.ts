import { afterEach, expect, test } from 'vitest'
import { memoryPaymentStore, money, type Payment } from '../src/index.js'
import { createMpesa, type CustomerPayment, type ValidationVerdict } from '../src/mpesa.js'
import { order, QUICK, startShop, type ShopOptions } from './shop.js'

let shop: Awaited<ReturnType<typeof startShop>>
afterEach(() => shop.close())

const kes = (shillings: string) => money(shillings, 'KES')
/** What a merchant says to a customer who is about to pay. */
const only =
  (reference: string, minor: number) =>
  (payment: CustomerPayment): ValidationVerdict => {
    if (payment.reference !== reference) return { accept: false, because: 'account' }
    return payment.amount.minor === minor ? { accept: true } : { accept: false, because: 'amount' }
  }

/** A shop whose paybill is registered, with a worker. */
async function open({ mpesa, ...options }: ShopOptions = {}) {
  const validating = { validate: only('ORDER-9', 15_000), whenUnvalidated: 'reject' } as const
  shop = await startShop({ refunds: true, mpesa: { ...validating, ...mpesa }, ...options })
  await shop.mpesa.registerUrls({ whenUnanswered: 'cancel' })
  return shop.payments.worker({ pollMs: 5 })
}

async function until<T>(read: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await read()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const ended = (receipt: string) =>
  until(() => shop.daraja.customerPayments().find((each) => each.receipt === receipt && each.ending)?.ending)
const confirmation = () =>
  until(() =>
    shop.daraja.callbacks().find(({ url, state }) => url.includes('/confirmation/') && state === 'delivered'),
  )
/** The payments that `reference` has, once there is one that is `status`. */
const paymentOf = (reference: string, status: Payment['status']) =>
  until(async () => {
    const [record] = await shop.store.listByReference('mpesa', reference)
    const payment = record && (await shop.payments.get(record.id))
    return payment?.status === status && payment
  })
const post = (url: string, body: object) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': '196.201.214.200' },
    body: JSON.stringify(body),
  })

test('money that a customer sends by Pay Bill becomes a payment, once Daraja confirms it', async () => {
  // At once: the next question would be asked in a minute.
  const worker = await open({ mpesa: { timing: { ...QUICK, checkDelaysMs: [60_000] } } })
  const receipt = await shop.phone.pay({ amount: 150, account: 'ORDER-9' })
  const payment = await paymentOf('ORDER-9', 'succeeded')
  await worker.drained()
  expect(payment).toMatchObject({
    amount: kes('150'),
    captured: kes('150'),
    provider: 'mpesa',
    description: 'Pay Bill',
    metadata: { msisdn: expect.stringMatching(/^2547 \*+ 001$/) as string },
    attempts: [{ status: 'succeeded', receipt }],
  })
  expect(shop.told).toEqual([`${payment.id}:paid`])
})

test('validation refuses in words: a wrong account, and a wrong amount', async () => {
  await open()
  for (const wish of [
    { amount: 150, account: 'ORDER-8' },
    { amount: 149, account: 'ORDER-9' },
  ]) {
    expect(await ended(await shop.phone.pay(wish))).toBe('rejected')
  }
  const said = shop.daraja.callbacks().map(({ attempts }) => JSON.parse(attempts[0]!.answer ?? '') as object)
  expect(said).toEqual([
    { ResultCode: 'C2B00012', ResultDesc: 'Rejected' },
    { ResultCode: 'C2B00013', ResultDesc: 'Rejected' },
  ])
  expect(await shop.payments.inbox.list()).toEqual([])
})

test.each(['reject', 'accept'] as const)('a validation that fails means %s', async (whenUnvalidated) => {
  const validate = () => Promise.reject(new Error('the database is down'))
  await open({ mpesa: { validate, whenUnvalidated } })
  const ending = await ended(await shop.phone.pay({ amount: 150, account: 'ORDER-9' }))
  expect(ending).toBe(whenUnvalidated === 'accept' ? 'completed' : 'rejected')
})

test('a validation without a word for its own failure is refused at once', async () => {
  shop = await startShop()
  const options = { environment: 'sandbox', shortcode: 174379, passkey: 'x' } as const
  const keys = { consumerKey: 'x', consumerSecret: 'x', validate: () => ({ accept: true }) as const }
  expect(() => createMpesa({ ...options, ...keys })).toThrow(/^createMpesa: say with whenUnvalidated/)
})

test('a confirmation that comes twice, in any order with its answer, is one payment', async () => {
  const worker = await open({ sandbox: { timeScale: 20, daraja: { spikeArrest: {} } } })
  shop.daraja.faults.order({ fault: 'duplicateCallback', on: 'c2bSimulate', copies: 3 })
  shop.daraja.faults.order({ fault: 'duplicateCallback', on: 'transactionStatus', copies: 3 })
  await shop.phone.pay({ amount: 150, account: 'ORDER-9' })
  const { id } = await paymentOf('ORDER-9', 'succeeded')
  await until(() => shop.daraja.callbacks().every(({ state }) => state === 'delivered'))
  await worker.drained()
  expect(shop.told).toEqual([`${id}:paid`])
  expect((await shop.payments.get(id))!.captured).toEqual(kes('150'))
})

test('whose answer is lost, it is asked about again', async () => {
  await open()
  shop.daraja.faults.order({ fault: 'dropCallback', on: 'transactionStatus' })
  await shop.phone.pay({ amount: 150, account: 'ORDER-9' })
  await paymentOf('ORDER-9', 'succeeded')
})

test('without an initiator nobody can be asked: a person decides', async () => {
  await open({ refunds: false, mpesa: { timing: { ...QUICK, confirmWithinMs: 200 } } })
  await shop.phone.pay({ amount: 150, account: 'ORDER-9' })
  const { id, reviewReason } = await paymentOf('ORDER-9', 'review')
  expect(reviewReason).toBe('unconfirmed')
  await shop.payments.resolve(id, { status: 'succeeded', actor: 'amina' })
  const paid = await paymentOf('ORDER-9', 'succeeded')
  expect(paid.captured).toEqual(kes('150'))
})

test('such a payment is given back as any other', async () => {
  await open()
  await shop.phone.pay({ amount: 150, account: 'ORDER-9' })
  const { id } = await paymentOf('ORDER-9', 'succeeded')
  await shop.payments.refund(id, { idempotencyKey: 'back' })
  await until(async () => (await shop.payments.get(id))!.refunded.minor === 15_000)
})

test('a confirmation of a prompt’s money is no second payment: the receipt tells', async () => {
  const worker = await open()
  const { id } = await shop.payments.create(order('150', { reference: 'ORDER-9' }))
  await shop.payments.start(id)
  await shop.phone.prompt()
  await shop.phone.enterPin('1234')
  const { attempts } = await shop.until(id, 'succeeded')
  await until(async () => (await shop.payments.get(id))!.attempts[0]!.receipt)
  const receipt = (await shop.payments.get(id))!.attempts[0]!.receipt!
  await confirmed({ receipt, reference: 'ORDER-9' })
  await worker.drained()
  expect(await shop.store.listByReference('mpesa', 'ORDER-9')).toHaveLength(1)
  expect(attempts).toHaveLength(1)
  expect(shop.told).toEqual([`${id}:paid`])
})

test('a confirmation waits for a prompt that is under way, and brings the receipt that its callback lost', async () => {
  const worker = await open({ payments: { retry: { baseMs: 10, capMs: 50, maxAttempts: 200 } } })
  shop.daraja.faults.order({ fault: 'dropCallback', on: 'stkPush' })
  const { id } = await shop.payments.create(order('150', { reference: 'ORDER-9' }))
  await shop.payments.start(id)
  await shop.phone.prompt()
  await shop.phone.enterPin('1234')
  const receipt = await until(() => shop.daraja.transactions()[0]!.result?.receipt)
  await confirmed({ receipt, reference: 'ORDER-9' })
  await shop.until(id, 'succeeded')
  await until(async () => (await shop.payments.get(id))!.attempts[0]!.receipt === receipt)
  await worker.drained()
  expect(shop.told).toEqual([`${id}:paid`])
  expect(await shop.store.listByReference('mpesa', 'ORDER-9')).toHaveLength(1)
})

test('a confirmation waits for a prompt that fails, and is a payment of its own then', async () => {
  await open({ payments: { retry: { baseMs: 10, capMs: 50, maxAttempts: 200 } } })
  const { id } = await shop.payments.create(order('150', { reference: 'ORDER-9' }))
  await shop.payments.start(id)
  await shop.phone.prompt()
  await shop.phone.pay({ amount: 150, account: 'ORDER-9' })
  await confirmation()
  await shop.phone.cancel()
  await shop.until(id, 'failed')
  const [prompt, bill] = await until(async () => {
    const records = await shop.store.listByReference('mpesa', 'ORDER-9')
    return records[1]?.status === 'succeeded' && records
  })
  expect(prompt!.id).toBe(id)
  expect(shop.told).toEqual([`${id}:failed:1`, `${bill!.id}:paid`])
})

test.each([
  ['the callback first', ['callback', 'confirmation']],
  ['the confirmation first', ['confirmation', 'callback']],
  ['both at once', ['both']],
] as const)(
  'the money of a prompt that was given up counts once, though its callback comes after all: %s',
  async (_, sequence) => {
    const { worker, id, receipt } = await paidAndGivenUp()

    const news = {
      confirmation: () => confirmed({ receipt, reference: 'ORDER-9' }),
      callback: () => calledBack(receipt),
      both: () => Promise.all([news.callback(), news.confirmation()]),
    }
    for (const name of sequence) {
      await news[name]()
      await until(async () => (await totals()).captured > 0)
      await worker.drained()
    }
    const { statuses, captured, ids } = await totals()
    expect(captured).toBe(15_000)
    if (sequence[0] === 'callback') expect(statuses).toEqual(['succeeded'])
    if (sequence[0] === 'confirmation') expect(statuses).toEqual(['expired', 'succeeded'])
    expect(shop.told).toEqual([`${id}:expired:1`, `${ids[statuses.indexOf('succeeded')]}:paid`])
  },
)

test('a callback that comes while its confirmation is being looked at is not overtaken by it', async () => {
  const store = memoryPaymentStore()
  let meanwhile = async () => {}
  const { worker, id, receipt } = await paidAndGivenUp({
    payments: {
      store: {
        ...store,
        async listByReference(...asked) {
          const found = await store.listByReference(...asked)
          await meanwhile()
          return found
        },
      },
      retry: { baseMs: 10, capMs: 50, maxAttempts: 200 },
    },
  })
  meanwhile = async () => {
    meanwhile = async () => {}
    await calledBack(receipt)
    await shop.until(id, 'succeeded')
  }
  await confirmed({ receipt, reference: 'ORDER-9' })
  await shop.until(id, 'succeeded')
  await worker.drained()
  expect(await totals()).toEqual({ ids: [id], statuses: ['succeeded'], captured: 15_000 })
})

/** A prompt that was paid, of which nobody told us: its answer and its callback were lost, and we have given it up. */
async function paidAndGivenUp(options: ShopOptions = {}) {
  const worker = await open(options)
  for (const fault of ['loseAnswer', 'dropCallback'] as const)
    shop.daraja.faults.order({ fault, on: 'stkPush' })
  const { id } = await shop.payments.create(order('150', { reference: 'ORDER-9' }))
  await shop.payments.start(id)
  await shop.phone.prompt()
  await shop.phone.enterPin('1234')
  const receipt = await until(() => shop.daraja.transactions()[0]!.result?.receipt)
  await shop.until(id, 'expired')
  return { worker, id, receipt }
}

/** What there is of the order, and what it took. */
async function totals() {
  const records = await shop.store.listByReference('mpesa', 'ORDER-9')
  return {
    ids: records.map(({ id }) => id),
    statuses: records.map(({ status }) => status),
    captured: records.reduce((sum, { captured }) => sum + captured, 0),
  }
}

/** Sends the callback of the first prompt, as Daraja would have. */
async function calledBack(receipt: string) {
  const { callbackUrl, merchantRequestId, checkoutRequestId } = shop.daraja.transactions()[0]!
  const Item = [
    { Name: 'Amount', Value: 150 },
    { Name: 'MpesaReceiptNumber', Value: receipt },
  ]
  const stkCallback = {
    ...{ MerchantRequestID: merchantRequestId, CheckoutRequestID: checkoutRequestId },
    ...{ ResultCode: 0, ResultDesc: 'Paid', CallbackMetadata: { Item } },
  }
  return (await post(callbackUrl, { Body: { stkCallback } })).status
}

/** Sends a confirmation as Safaricom would, to the URL that was registered. */
async function confirmed(
  { receipt, reference, amount = '150.00' }: { receipt: string; reference: string; amount?: string },
  url = registered(),
) {
  const body = {
    ...{ TransactionType: 'Pay Bill', TransID: receipt, TransTime: '20261126120000', TransAmount: amount },
    ...{
      BusinessShortCode: '174379',
      BillRefNumber: reference,
      InvoiceNumber: '',
      OrgAccountBalance: '9.00',
    },
    ...{ ThirdPartyTransID: '', MSISDN: '2547 ***** 001', FirstName: 'JANE', MiddleName: '', LastName: '' },
  }
  return (await post(url, body)).status
}

/** The confirmation URL, which nobody but Safaricom was told. */
function registered(): string {
  const request = shop.daraja.requests().find(({ operation }) => operation === 'c2bRegister')!
  return (JSON.parse(request.body) as { ConfirmationURL: string }).ConfirmationURL
}

const RECEIPT = 'UKQ1234567'

test('a forged confirmation with a wrong token is turned away', async () => {
  const worker = await open()
  const wrong = registered().replace(/.$/, (last) => (last === '0' ? '1' : '0'))
  expect(await confirmed({ receipt: RECEIPT, reference: 'ORDER-9' }, wrong)).toBe(404)
  const asStk = registered().replace('/confirmation/', '/stk/')
  expect(await confirmed({ receipt: RECEIPT, reference: 'ORDER-9' }, asStk.replace(/0-/, '1-'))).toBe(404)
  await worker.drained()
  expect(await shop.payments.inbox.list()).toEqual([])
})

test('a confirmation with the right token from a wrong address is turned away, whatever X-Forwarded-For says', async () => {
  const worker = await open({ mpesa: { callbackSources: ['196.201.214.200'] } })
  expect(await confirmed({ receipt: RECEIPT, reference: 'ORDER-9' })).toBe(403)
  await worker.drained()
  expect(await shop.payments.inbox.list()).toEqual([])
  expect(shop.told).toEqual([])
})

test('a confirmation with the right token of money that never moved is never paid: Daraja is asked', async () => {
  await open({ mpesa: { timing: { ...QUICK, confirmWithinMs: 300 } } })
  expect(await confirmed({ receipt: RECEIPT, reference: 'ORDER-9' })).toBe(200)
  const { captured } = await paymentOf('ORDER-9', 'review')
  expect(captured).toEqual(kes('0'))
  expect(shop.told.filter((key) => key.endsWith(':paid'))).toEqual([])
})

test('a confirmation that says more than was paid is never counted', async () => {
  await open({ mpesa: { validate: () => ({ accept: true }), timing: { ...QUICK, confirmWithinMs: 60_000 } } })
  shop.daraja.faults.order({ fault: 'dropCallback', on: 'c2bSimulate' })
  const receipt = await shop.phone.pay({ amount: 1, account: 'ORDER-9' })
  await ended(receipt)
  expect(await confirmed({ receipt, reference: 'ORDER-9' })).toBe(200)
  const { captured, reviewReason } = await paymentOf('ORDER-9', 'review')
  expect({ captured, reviewReason }).toEqual({ captured: kes('0'), reviewReason: 'mismatch' })
})

test('a confirmation that is replayed changes nothing, with another amount neither', async () => {
  const worker = await open()
  await shop.phone.pay({ amount: 150, account: 'ORDER-9' })
  const { id, attempts } = await paymentOf('ORDER-9', 'succeeded')
  const { body, url } = await confirmation()
  for (let n = 0; n < 3; n++) expect((await post(url, body as object)).status).toBe(200)
  const receipt = attempts[0]!.receipt!
  expect(await confirmed({ receipt, reference: 'ORDER-9', amount: '15000.00' })).toBe(200)
  expect(await confirmed({ receipt, reference: 'ORDER-7' })).toBe(200)
  await worker.drained()
  expect(await shop.payments.get(id)).toMatchObject({ status: 'succeeded', captured: kes('150') })
  expect(await shop.store.listByReference('mpesa', 'ORDER-7')).toEqual([])
  expect(shop.told).toEqual([`${id}:paid`])
})

test('a forged answer to the question about a payment needs a token of its own', async () => {
  await open({ mpesa: { timing: { ...QUICK, confirmWithinMs: 300 } } })
  await confirmed({ receipt: RECEIPT, reference: 'ORDER-9' })
  const asked = await until(() =>
    shop.daraja.requests().find(({ operation }) => operation === 'transactionStatus'),
  )
  const { ResultURL } = JSON.parse(asked.body) as { ResultURL: string }
  const parameters = [
    { Key: 'TransactionStatus', Value: 'Completed' },
    { Key: 'ReceiptNo', Value: RECEIPT },
    { Key: 'Amount', Value: '150' },
  ]
  const Result = {
    ResultType: 0,
    ResultCode: 0,
    ResultDesc: 'ok',
    ResultParameters: { ResultParameter: parameters },
  }
  const ids = { OriginatorConversationID: '1', ConversationID: 'AG_1', TransactionID: RECEIPT }
  const forged = ResultURL.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
  expect((await post(forged, { Result: { ...Result, ...ids } })).status).toBe(404)
  const { captured } = await paymentOf('ORDER-9', 'review')
  expect(captured).toEqual(kes('0'))
})

test('a confirmation that cannot be read is kept for people to look at', async () => {
  await open()
  expect((await post(registered(), { hello: 'you' })).status).toBe(200)
  const [letter] = await until(async () => {
    const letters = await shop.payments.deadLetters.list()
    return letters.length > 0 && letters
  })
  expect(letter!.error).toContain('TransID')
})

test('the URLs of Pay Bill hold no word that Daraja refuses, and are the same after a restart', async () => {
  await open()
  const first = registered()
  await shop.mpesa.registerUrls({ whenUnanswered: 'complete' })
  const [again] = shop.daraja
    .requests()
    .filter(({ operation }) => operation === 'c2bRegister')
    .slice(-1)
  expect(again!.body).toContain(first)
  expect(first).not.toMatch(/mpesa|safaricom|exe|cmd|sql|query/i)
})
