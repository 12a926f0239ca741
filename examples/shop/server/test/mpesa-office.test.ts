import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createPayments, memoryInbox, memoryPaymentStore, type Payments } from '@ementech/payments'
import { createMpesa, mpesaCallbacks, mpesaCallbackUrls } from '@ementech/payments/mpesa'
import { startSandbox } from '@ementech/sandbox'
import { questionModel } from '../src/models/question.js'
import type { Orders } from '../src/services/orders.js'
import { createQuestions } from '../src/services/questions.js'
import { createRefunds } from '../src/services/refunds.js'
import { databases } from './support.js'

const db = databases()
const secret = 'a-secret-of-the-tests-with-more-than-32-characters'
const phone = '0711000001'

describe('what the office asks M-Pesa', () => {
  it('is the balance: asked, waiting, then what is in each account', async () => {
    const { questions, answered } = await office()
    const asked = await questions.askBalance(press('a'))
    expect(asked).toMatchObject({ about: 'balance', state: 'waiting' })
    const { answer } = await answered(asked.id)
    expect((answer as { accounts: object[] }).accounts).toContainEqual({
      name: 'Utility Account',
      available: { minor: 350_00, currency: 'KES' },
    })
  })

  it('is what became of a payment, by its receipt', async () => {
    const { questions, answered, receipt } = await office()
    const asked = await questions.askTransaction(receipt, press('a'))
    const { answer } = await answered(asked.id)
    expect(answer).toMatchObject({
      outcome: 'succeeded',
      status: 'Completed',
      amount: { minor: 350_00, currency: 'KES' },
      from: { number: '254711000001' },
      to: { number: '174379' },
    })
  })

  it('is asked once, however often the button is pressed', async () => {
    const { questions, calls } = await office()
    const asked = await Promise.all([press('a'), press('a'), press('a')].map(questions.askBalance))
    expect(new Set(asked.map(({ id }) => id)).size).toBe(1)
    expect(calls('accountBalance')).toBe(1)
  })

  it('is answered in words where M-Pesa cannot, or could not be asked', async () => {
    const { questions, daraja, answered } = await office()
    const unknown = await questions.askTransaction('UKQ9999999', press('a'))
    expect((await answered(unknown.id)).problem).toMatch(/knows no such receipt/)
    daraja.faults.order({ fault: 'forceResult', on: 'accountBalance', resultCode: 21 })
    const refused = await questions.askBalance(press('b'))
    expect((await answered(refused.id)).problem).toMatch(/API role.*\(21\)/)
    daraja.faults.order({ fault: 'queueTimeout', on: 'accountBalance' })
    const late = await questions.askBalance(press('c'))
    expect((await answered(late.id)).problem).toMatch(/too busy/)
    daraja.faults.order({ fault: 'spikeArrest', on: 'accountBalance' })
    const unasked = await questions.askBalance(press('d'))
    expect(unasked).toMatchObject({
      state: 'failed',
      problem: expect.stringMatching(/could not be asked/) as string,
    })
  })

  it('waits where the answer of Daraja is lost, takes the result, and says so when none comes', async () => {
    const { questions, daraja, answered, Question } = await office()
    daraja.faults.order({ fault: 'loseAnswer', on: 'accountBalance' })
    const lost = await questions.askBalance(press('a'))
    expect(lost.state).toBe('waiting')
    expect((await answered(lost.id)).state).toBe('answered')
    daraja.faults.order({ fault: 'dropCallback', on: 'accountBalance' })
    const { id } = await questions.askBalance(press('b'))
    await Question.updateOne({ _id: id }, { askedAt: new Date(Date.now() - 121_000) })
    expect((await questions.list()).find((one) => one.id === id)).toMatchObject({ state: 'late' })
  })

  it('is not asked where there is no initiator', async () => {
    const { questions } = await office({ canAsk: false })
    await expect(questions.askBalance(press('a'))).rejects.toMatchObject({ code: 'MPESA_NOT_ASKABLE' })
  })
})

describe('a forged answer', () => {
  const result = (ConversationID: string, parameters: [string, string][] = []) => ({
    Result: {
      ...{
        ResultType: 0,
        ResultCode: 0,
        ResultDesc: 'forged',
        OriginatorConversationID: '1',
        ConversationID,
      },
      ResultParameters: { ResultParameter: parameters.map(([Key, Value]) => ({ Key, Value })) },
    },
  })
  const post = async (url: string, body: object) => {
    const headers = { 'x-forwarded-for': '196.201.214.200' }
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).status
  }
  const balance = (amount: string): [string, string][] => [
    ['AccountBalance', `Utility Account|KES|${amount}|${amount}|0.00|0.00`],
  ]

  it('with a wrong token, of another question, or from a wrong address changes nothing', async () => {
    const { questions, daraja, urls, Question } = await office()
    daraja.faults.order({ fault: 'dropCallback', on: 'accountBalance', times: 9 })
    const { id } = await questions.askBalance(press('a'))
    const { conversationId } = (await Question.findById(id))!
    const url = urls.for('result', id)
    const wrong = url.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    expect(await post(wrong, result(conversationId!, balance('1.00')))).toBe(404)
    expect(await post(urls.for('timeout', id).replace('/timeout/', '/result/'), result('x'))).toBe(404)
    expect(await post(url, result('AG_of_another', balance('1.00')))).toBe(200)
    expect((await Question.findById(id))!.state).toBe('waiting')

    const guarded = await office({ sources: ['196.201.214.200'] })
    const other = await guarded.questions.askBalance(press('a'))
    expect(await post(guarded.urls.for('result', other.id), result('x', balance('1.00')))).toBe(403)
    expect((await guarded.Question.findById(other.id))!.state).toBe('waiting')
  })

  it('about another payment changes nothing, and neither does one that is replayed', async () => {
    const { questions, daraja, urls, Question, receipt } = await office()
    daraja.faults.order({ fault: 'dropCallback', on: 'transactionStatus', times: 9 })
    const { id } = await questions.askTransaction(receipt, press('a'))
    const { conversationId } = (await Question.findById(id))!
    const about = (ReceiptNo: string, Amount: string) =>
      result(conversationId!, [
        ['TransactionStatus', 'Completed'],
        ['ReceiptNo', ReceiptNo],
        ['Amount', Amount],
      ])
    expect(await post(urls.for('result', id), about('UKQ9999999', '350'))).toBe(200)
    expect((await Question.findById(id))!.state).toBe('waiting')
    expect(await post(urls.for('result', id), about(receipt, '350'))).toBe(200)
    expect(await post(urls.for('result', id), about(receipt, '9999'))).toBe(200)
    expect(await post(urls.for('timeout', id), {})).toBe(200)
    expect((await Question.findById(id))!).toMatchObject({
      state: 'answered',
      answer: { amount: { minor: 350_00 } },
    })
  })
})

describe('a refund to the phone that paid', () => {
  it('is one, whether pressed twice or by two people who see the same', async () => {
    const { refunds, paid, calls, payouts } = await office()
    const part = { minor: 100_00, method: 'b2c', seen: 0, note: 'A bead was missing' } as const
    const keys = ['amina', 'amina', 'juma'].map(press)
    await Promise.all(keys.map((asking) => refunds.refund('order', { ...part, ...asking })))
    expect(calls('b2c')).toBe(1)
    await paid(({ refunded }) => refunded.minor === 100_00)
    expect(payouts()).toEqual([100_00])
    const other = refunds.refund('order', { ...part, minor: 50_00, ...press('juma') })
    await expect(other).rejects.toMatchObject({ status: 409, code: 'REFUND_CHANGED' })
    await refunds.refund('order', { ...part, seen: 1, ...press('juma') })
    await paid(({ refunded }) => refunded.minor === 200_00)
    const tooMuch = refunds.refund('order', { ...part, minor: 151_00, seen: 2, ...press('juma') })
    await expect(tooMuch).rejects.toMatchObject({ code: 'PAYMENTS_REFUND_TOO_MUCH' })
    expect(payouts()).toEqual([100_00, 100_00])
  })

  it('whose answer is lost is on its way, and not sent again; the result completes it', async () => {
    const { refunds, paid, daraja, calls, payouts } = await office()
    daraja.faults.order({ fault: 'loseAnswer', on: 'b2c' })
    const whole = { method: 'b2c', seen: 0, note: 'The goods were gone', ...press('amina') } as const
    await refunds.refund('order', whole)
    await refunds.refund('order', whole)
    await paid(({ refunded }) => refunded.minor === 350_00)
    expect(calls('b2c')).toBe(1)
    expect(payouts()).toEqual([350_00])
  })
})

const press = (key: string) => ({ actor: key, idempotencyKey: `press-of-${key}` })

interface OfficeOptions {
  canAsk?: boolean
  sources?: readonly string[]
}

/** An order of KES 350, paid by M-Pesa, and what the office has for it; Daraja is the sandbox's. */
async function office({ canAsk = true, sources }: OfficeOptions = {}) {
  const sandbox = await startSandbox({ timeScale: 20, daraja: { spikeArrest: {} } })
  onTestFinished(() => sandbox.close())
  const app = express()
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close().closeAllConnections())
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`

  const { env, daraja } = sandbox
  const mpesa = createMpesa({
    environment: 'sandbox',
    baseUrl: env.MPESA_BASE_URL,
    consumerKey: env.MPESA_CONSUMER_KEY,
    consumerSecret: env.MPESA_CONSUMER_SECRET,
    shortcode: env.MPESA_SHORTCODE,
    passkey: env.MPESA_PASSKEY,
    initiator: {
      name: env.MPESA_INITIATOR_NAME,
      password: env.MPESA_INITIATOR_PASSWORD,
      certificate: env.MPESA_CERTIFICATE,
    },
    callbackUrl: base,
    callbackSecret: secret,
  })
  const payments: Payments = createPayments({
    store: memoryPaymentStore(),
    inbox: memoryInbox(),
    providers: { mpesa },
    on: { paid: () => {} },
  })
  onTestFinished(() => payments.close())
  payments.worker({ pollMs: 5 })
  const connection = db.create()
  const Question = questionModel(connection)
  const urls = mpesaCallbackUrls({ url: base, secret })
  const questions = createQuestions({ Question, mpesa, urls, canAsk, logger: { warn() {} } })
  const answers = mpesaCallbacks({
    urls,
    on: { result: questions.answer, timeout: questions.timedOut },
    sources: sources ?? 'any',
  })
  app.use('/webhooks', answers, payments.webhooks)

  const { id } = await payments.create({
    ...{ provider: 'mpesa', reference: 'ORDER-1', description: 'Shanga', idempotencyKey: 'order-1' },
    ...{ amount: { minor: 350_00, currency: 'KES' }, payer: { phone } },
  })
  await payments.start(id)
  await daraja.phone(phone).prompt()
  await daraja.phone(phone).enterPin('1234')
  const paid = async (holds: (payment: NonNullable<Awaited<ReturnType<Payments['get']>>>) => boolean) => {
    for (;;) {
      const payment = (await payments.get(id))!
      if (holds(payment)) return payment
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  const { attempts } = await paid(({ attempts }) => attempts.at(-1)?.receipt !== undefined)
  await paid(({ status }) => status === 'succeeded')

  const order = { id: 'order', paidBy: id, overpaidBy: [] as string[] }
  const orders = { findAny: async () => order } as unknown as Orders
  return {
    ...{ questions, Question, urls, daraja, paid },
    refunds: createRefunds({ orders, payments }),
    receipt: attempts.at(-1)!.receipt!,
    calls: (operation: string) =>
      daraja.requests().filter((request) => request.operation === operation).length,
    /** What was sent to phones, in cents. */
    payouts: () =>
      daraja
        .ledger()
        .filter(({ reason }) => reason === 'Business Payment to Customer via API')
        .flatMap(({ lines }) => lines.filter(({ cents }) => cents > 0).map(({ cents }) => cents)),
    async answered(questionId: string) {
      for (;;) {
        const question = (await questions.list()).find((one) => one.id === questionId)!
        if (question.state !== 'waiting') return question
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
  }
}
