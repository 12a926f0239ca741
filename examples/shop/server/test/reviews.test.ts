import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Router } from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSandbox } from '@ementech/sandbox'
import { createApp } from '../src/app.js'
import type { Env } from '../src/env.js'
import { shopSecurity } from '../src/security.js'
import { seedProducts } from '../src/seed.js'
import type { viewOrderForAdmin } from '../src/services/order-view.js'
import type { Strays } from '../src/services/strays.js'
import { openShop } from '../src/shop.js'
import { databases } from './support.js'

type Seen = Awaited<ReturnType<typeof viewOrderForAdmin>>

interface StoredPayment {
  _id: string
  history: { evidence: string; note?: string }[]
  [field: string]: unknown
}

interface Answer {
  status: number
  order: Seen
  strays: Awaited<ReturnType<Strays['list']>>
  code?: string
  detail?: string
  errors?: { path: string; message: string }[]
}

const database = databases()
const seconds = 1000
let shop: Awaited<ReturnType<typeof openForBusiness>>
beforeAll(async () => {
  shop = await openForBusiness()
})
afterAll(() => shop.close())

describe('a payment that a person has looked up', () => {
  it('and that came: the order is paid, its goods are sold, a mail says so, and the money can be given back', async () => {
    const { id, number, payer, receipt, before } = await misreported()
    const parked = await shop.read(id)
    const [review] = parked.reviews
    expect(parked).toMatchObject({ status: 'review', stock: 'reserved', paidWith: null })
    expect(parked.reviews).toHaveLength(1)
    expect(review).toMatchObject({ reason: 'mismatch', method: 'mpesa', amount: { minor: 350_00 } })

    const wish = { paymentId: review!.paymentId, status: 'succeeded' }
    const wrong = await shop.settle(id, { ...wish, receipt: 'UKQ12' })
    expect(wrong).toMatchObject({ status: 400, errors: [{ path: 'body.receipt' }] })
    expect(wrong.errors![0]!.message).toMatch(/is no M-Pesa receipt: ten letters and digits/)
    expect(await shop.settle(id, wish)).toMatchObject({ status: 400, code: 'RECEIPT_MISSING' })
    expect((await shop.read(id)).reviews).toEqual([review])

    const presses = [1, 2, 3].map(() => shop.settle(id, { ...wish, receipt: ` ${receipt.toLowerCase()} ` }))
    const answers = await Promise.all(presses)
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409])
    expect(answers.find(({ status }) => status === 409)).toMatchObject({
      code: 'REVIEW_SETTLED',
      detail: expect.stringMatching(/nothing to be checked here/) as string,
    })
    await shop.worker.drained()
    const paid = await shop.read(id)
    expect(paid).toMatchObject({ status: 'paid', stock: 'sold', paidWith: { receipt }, reviews: [] })
    expect(await shop.mails(number)).toEqual([`Receipt for order ${number}`])
    expect(await shop.decidedBy(wish.paymentId)).toBe(`by ${shop.adminId}`)

    await shop.refund(id)
    await shop.pass()
    expect(await shop.read(id)).toMatchObject({ status: 'refunded', refunds: [{ status: 'succeeded' }] })
    expect(payer.balanceCents).toBe(before)
  })

  it('and that did not come: the order can be paid anew, and its goods are free where it is not', async () => {
    const { id } = await misreported({ pays: false })
    const held = await shop.stock()
    const wish = { paymentId: (await shop.read(id)).reviews[0]!.paymentId, status: 'failed' }
    expect((await shop.settle(id, wish)).status).toBe(202)
    await shop.worker.drained()
    expect(await shop.read(id)).toMatchObject({ status: 'payment_failed', stock: 'reserved', reviews: [] })
    expect(await shop.settle(id, wish)).toMatchObject({ status: 409, code: 'REVIEW_SETTLED' })

    await shop.releaseUnpaid()
    expect((await shop.read(id)).stock).toBe('released')
    expect(await shop.stock()).toBe(held + 1)
    await shop.sandbox.clock.advance(121 * seconds)
    const payer = await shop.prompt(id)
    await payer.enterPin('1234')
    await shop.pass()
    expect(await shop.read(id)).toMatchObject({ status: 'paid', stock: 'sold' })
  })

  it('by card: no receipt is asked for', async () => {
    const { id, paymentId } = await shop.cardPageOpen()
    await shop.park(paymentId, 'unresolved')
    expect((await shop.read(id)).reviews).toMatchObject([{ paymentId, method: 'card', reason: 'unresolved' }])
    expect((await shop.settle(id, { paymentId, status: 'succeeded' })).status).toBe(202)
    await shop.worker.drained()
    expect(await shop.read(id)).toMatchObject({ status: 'paid', stock: 'sold', reviews: [] })
  })

  it('and that the provider itself has confirmed: it came, whatever a person says, and can be given back', async () => {
    const { id, paymentId } = await shop.paidOrder()
    await shop.park(paymentId, 'late_after_cancel')
    const { reviews } = await shop.read(id)
    expect(reviews).toMatchObject([{ paymentId, reason: 'late_after_cancel', isConfirmed: true }])
    const { receipt } = reviews[0]!
    const denied = await shop.settle(id, { paymentId, status: 'failed' })
    expect(denied).toMatchObject({ status: 409, code: 'MONEY_IS_THERE' })
    expect((await shop.settle(id, { paymentId, status: 'succeeded', receipt })).status).toBe(202)
    await shop.worker.drained()
    expect(await shop.read(id)).toMatchObject({
      status: 'paid',
      paidWith: { refundable: 350_00 },
      reviews: [],
    })
  })

  it('is settled by administrators alone, on its own order, and while there is something to settle', async () => {
    const { id, receipt } = await misreported()
    const wish = { paymentId: (await shop.read(id)).reviews[0]!.paymentId, status: 'succeeded', receipt }
    expect((await shop.settle(id, wish, shop.customer)).status).toBe(403)
    expect((await shop.settle(id, wish, '')).status).toBe(401)
    const other = await shop.paidOrder()
    expect(await shop.settle(other.id, wish)).toMatchObject({ status: 404, code: 'PAYMENT_NOT_FOUND' })
    const paidAlready = { ...wish, paymentId: other.paymentId }
    expect(await shop.settle(other.id, paidAlready)).toMatchObject({ status: 409, code: 'REVIEW_SETTLED' })
    expect((await shop.settle(id, { ...wish, status: 'canceled' })).status).toBe(400)
    expect((await shop.settle(id, { ...wish, refundId: 'none' })).status).toBe(409)
    expect((await shop.read(id)).status).toBe('review')
  })

  /** An order of KES 350 of whose payment M-Pesa tells another amount; perhaps the payer has paid it all the same. */
  async function misreported({ pays = true } = {}) {
    const { id, number } = await shop.place()
    const payer = await shop.prompt(id)
    const before = payer.balanceCents
    const { sandbox } = shop
    sandbox.daraja.faults.order({ fault: 'dropCallback', msisdn: payer.msisdn })
    if (pays) await payer.enterPin('1234')
    const push = sandbox.daraja.transactions().findLast(({ phone }) => phone === payer.msisdn)!
    await shop.tell(push, 1)
    await shop.worker.drained()
    return { id, number, payer, before, receipt: push.result?.receipt ?? '' }
  }
})

describe('a refund that a person has looked up', () => {
  it('and that went back: the order is refunded, and a mail says so', async () => {
    const { id, number, review } = await unclear()
    expect(review).toMatchObject({ method: 'mpesa', amount: { minor: 350_00 } })
    expect(review.refundId).toBeDefined()
    const answers = await Promise.all([1, 2].map(() => shop.settle(id, { ...review, status: 'succeeded' })))
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409])
    await shop.worker.drained()
    const order = await shop.read(id)
    expect(order).toMatchObject({ status: 'refunded', refunds: [{ status: 'succeeded' }], reviews: [] })
    expect(await shop.mails(number)).toEqual([`Receipt for order ${number}`, `Refund for order ${number}`])
  })

  it('and that did not: the order stays paid, and the money can be given back anew', async () => {
    const { id, number, review } = await unclear()
    expect((await shop.settle(id, { ...review, status: 'failed' })).status).toBe(202)
    await shop.worker.drained()
    const order = await shop.read(id)
    expect(order).toMatchObject({
      status: 'paid',
      paidWith: { refundable: 350_00 },
      refunds: [{ status: 'failed' }],
      reviews: [],
    })
    expect(await shop.settle(id, { ...review, status: 'succeeded' })).toMatchObject({ status: 409 })
    await shop.refund(id)
    await shop.pass()
    expect((await shop.read(id)).status).toBe('refunded')
    expect(await shop.mails(number)).toHaveLength(2)
  })

  /** Of a paid order; M-Pesa says that the payment was given back already, by whom it does not say. */
  async function unclear() {
    const { id, number } = await shop.paidOrder()
    shop.sandbox.daraja.faults.order({ fault: 'forceResult', on: 'reversal', resultCode: 'R000001' })
    await shop.refund(id)
    await shop.pass()
    const { reviews, refunds } = await shop.read(id)
    expect(refunds).toMatchObject([{ status: 'review' }])
    const { paymentId, refundId, method, amount } = reviews[0]!
    return { id, number, review: { paymentId, refundId, method, amount } }
  }
})

describe('money that names no order, and that a person has looked up', () => {
  it('is in sight while it is to be checked; what came can be given back, and what did not is gone', async () => {
    const { paidWith } = await shop.read((await shop.paidOrder()).id)
    const receipt = paidWith!.receipt!
    // Another amount than that receipt is of.
    await shop.confirm({ receipt, account: 'NOBODY', amount: '351.00' })
    const [stray] = await shop.strays()
    expect(stray).toMatchObject({
      ...{ account: 'NOBODY', refundable: 0 },
      reviews: [{ paymentId: stray!.id, reason: 'mismatch', method: 'mpesa' }],
    })
    expect(await shop.settleStray(stray!.id, { status: 'succeeded' })).toMatchObject({
      ...{ status: 400, code: 'RECEIPT_MISSING' },
    })
    const unknown = stray!.id.replace(/.{4}$/, '0000')
    expect((await shop.settleStray(unknown, { status: 'failed' })).status).toBe(404)
    const came = { status: 'succeeded', receipt }
    expect((await shop.settleStray(stray!.id, came, shop.customer)).status).toBe(403)
    expect((await shop.settleStray(stray!.id, came)).status).toBe(202)
    expect(await shop.settleStray(stray!.id, came)).toMatchObject({ status: 409, code: 'REVIEW_SETTLED' })
    await shop.worker.drained()
    expect(await shop.strays()).toMatchObject([{ id: stray!.id, refundable: 351_00, reviews: [] }])

    const other = (await shop.read((await shop.paidOrder()).id)).paidWith!.receipt!
    await shop.confirm({ receipt: other, account: 'NOBODY2', amount: '1.00' })
    const [second] = await shop.strays()
    expect(second).toMatchObject({ account: 'NOBODY2', reviews: [{ reason: 'mismatch' }] })
    expect((await shop.settleStray(second!.id, { status: 'failed' })).status).toBe(202)
    await shop.worker.drained()
    expect(await shop.strays()).toMatchObject([{ id: stray!.id }])
  })
})

/** The shop's server over HTTP with its worker, and the sandbox's M-Pesa, whose time stands still. */
async function openForBusiness() {
  const sandbox = await startSandbox({ timeScale: 0, daraja: { spikeArrest: {} } })
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const silent = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Console
  const secret = randomUUID() + randomUUID()
  const env = {
    ...sandbox.env,
    DB_NAME: database.create().name,
    MONGODB_URI: database.uri(),
    MPESA_CALLBACK_URL: `${url}/webhooks`,
    MPESA_CALLBACK_SECRET: secret,
    EMAIL_SERVICE: 'console',
    APP_URL: 'http://shop.example',
    ALLOWED_ORIGINS: ['http://shop.example'],
    RATE_LIMIT_WINDOW_MS: 900_000,
    RATE_LIMIT_MAX_REQUESTS: 100_000,
    RATE_LIMIT_AUTH_WINDOW_MS: 900_000,
    RATE_LIMIT_AUTH_MAX: 1_000,
    JWT_ISSUER: 'http://shop.example',
    JWT_AUDIENCE: 'shop',
    JWT_ALGORITHM: 'HS256',
    ...{ JWT_ACCESS_SECRET: secret, JWT_ACCESS_EXPIRY: 900 },
    ...{ JWT_REFRESH_SECRET: secret, JWT_REFRESH_EXPIRY: 86_400 },
  } as unknown as Env
  const opened = await openShop(env, silent)
  const { db, accounts, bills, payments, checkout, Product } = opened
  await seedProducts(Product)
  const stored = db.connection.collection<StoredPayment>('payments')
  const worker = payments.worker({ pollMs: 20 })
  const security = await shopSecurity({
    ...{ env, accounts, redis: undefined, logger: silent },
    connection: db.connection,
  })
  server.on(
    'request',
    createApp({
      ...{ env, shop: opened, security, online: {} as never, hangUp() {}, health: Router() },
      webDir: import.meta.dirname,
    }),
  )

  const password = 'a long enough password'
  await bills.register()
  await accounts.ensureAdmin({ email: 'amina@shop.example', password })
  const office = await signIn('/api/auth/login', { email: 'amina@shop.example' })
  const customer = await signIn('/api/auth/register', { email: 'wanjiku@example.com', name: 'Wanjiku' })
  let phones = 0

  return {
    ...{ sandbox, worker, prompt, read, place, refund, pass },
    customer: customer.accessToken,
    adminId: office.user.id,

    async paidOrder() {
      const order = await place()
      await (await prompt(order.id)).enterPin('1234')
      await pass()
      const { status, paidWith } = await read(order.id)
      expect(status).toBe('paid')
      return { ...order, paymentId: paidWith!.id }
    },

    async cardPageOpen() {
      const { id } = await place()
      const { order } = await send(`/api/orders/${id}/pay`, { method: 'card' }, customer.accessToken)
      return { id, paymentId: order.payment!.id }
    },

    settle: (orderId: string, decision: object, token = office.accessToken) =>
      send(`/api/admin/orders/${orderId}/reviews`, decision, token),

    strays: async () => (await send('/api/admin/payments/strays', undefined, office.accessToken)).strays,

    settleStray: (id: string, decision: object, token = office.accessToken) =>
      send(`/api/admin/payments/strays/${id}/reviews`, decision, token),

    /** What Safaricom tells of money that came by "Pay Bill". */
    async confirm({ receipt, account, amount }: { receipt: string; account: string; amount: string }) {
      const { body } = sandbox.daraja.requests().find(({ operation }) => operation === 'c2bRegister')!
      const told = {
        ...{ TransactionType: 'Pay Bill', TransID: receipt, TransTime: '20261126120000' },
        ...{ TransAmount: amount, BusinessShortCode: '174379', BillRefNumber: account },
        ...{ MSISDN: '2547 ***** 003', FirstName: 'JANE' },
      }
      const { ConfirmationURL } = JSON.parse(body) as { ConfirmationURL: string }
      expect((await fetch(ConfirmationURL, { method: 'POST', body: JSON.stringify(told) })).status).toBe(200)
      await worker.drained()
      await pass()
    },

    /** What M-Pesa's callback says of a push, with an amount of its own. */
    async tell(
      push: { callbackUrl: string; merchantRequestId: string; checkoutRequestId: string },
      amount: number,
    ) {
      const { callbackUrl, merchantRequestId, checkoutRequestId } = push
      const Item = [
        { Name: 'Amount', Value: amount },
        { Name: 'MpesaReceiptNumber', Value: 'UKQ1AB2CD3' },
      ]
      const ids = { MerchantRequestID: merchantRequestId, CheckoutRequestID: checkoutRequestId }
      const result = { ResultCode: 0, ResultDesc: 'ok', CallbackMetadata: { Item } }
      const body = JSON.stringify({ Body: { stkCallback: { ...ids, ...result } } })
      expect((await fetch(callbackUrl, { method: 'POST', body })).status).toBe(200)
    },

    /** As if its deadline had passed without an answer. */
    async park(_id: string, reviewReason: string) {
      const effect = { key: `${_id}:review:${reviewReason}:1`, type: 'review', attemptId: '1' }
      const now = new Date()
      await stored.updateOne(
        { _id },
        {
          $set: { status: 'review', reviewReason, dueAt: now },
          $push: { outbox: { ...effect, state: 'pending', tries: 0, nextRunAt: now } } as never,
          $inc: { version: 1 } as never,
        },
      )
      await worker.drained()
    },

    /** Subjects of the mails about an order. */
    async mails(number: string) {
      const found = db.connection
        .collection<{ subject: string }>('mails')
        .find({ subject: { $regex: number } })
      return (await found.toArray()).map(({ subject }) => subject).sort()
    },

    async decidedBy(_id: string) {
      const found = await stored.findOne({ _id })
      return found!.history.find(({ evidence }) => evidence === 'operator')?.note
    },

    stock: async () => (await Product.findOne({ slug: 'shanga' }))!.stock,
    // Whatever is older than what is yet to come.
    releaseUnpaid: () => checkout.releaseUnpaid(-60 * seconds),

    async close() {
      await payments.close()
      await security.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await db.close()
      await sandbox.close()
    },
  }

  /** Beads of KES 350. */
  async function place() {
    const product = (await Product.findOne({ slug: 'shanga' }))!
    const body = { items: [{ productId: product.id as string, quantity: 1 }] }
    const { order } = await send('/api/orders', body, customer.accessToken)
    return { id: order.id, number: order.number }
  }

  /** Pays with M-Pesa, as far as the prompt on a phone of its own. */
  async function prompt(orderId: string) {
    const payer = sandbox.daraja.phone(`2547120${String(++phones).padStart(5, '0')}`)
    const { status } = await send(
      `/api/orders/${orderId}/pay`,
      { method: 'mpesa', phone: payer.msisdn },
      customer.accessToken,
    )
    expect(status).toBe(202)
    await payer.prompt()
    return payer
  }

  /** Takes the payment back, whole. */
  async function refund(orderId: string) {
    const body = { note: 'A bead was missing' }
    expect((await send(`/api/admin/orders/${orderId}/refunds`, body, office.accessToken)).status).toBe(202)
  }

  /** What M-Pesa has to tell arrives, and is dealt with. */
  async function pass() {
    await sandbox.clock.advance(10 * seconds)
    await worker.drained()
  }

  async function read(orderId: string): Promise<Seen> {
    return (await send(`/api/admin/orders/${orderId}`, undefined, office.accessToken)).order
  }

  async function send(path: string, body: object | undefined, token: string): Promise<Answer> {
    const answer = await fetch(url + path, {
      method: body ? 'POST' : 'GET',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { ...((await answer.json()) as Answer), status: answer.status }
  }

  async function signIn(path: string, who: object) {
    const answer = await send(path, { ...who, password }, '')
    return answer as unknown as { accessToken: string; user: { id: string } }
  }
}
