import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  askMoneyOutAfterMs,
  createMpesa,
  matchesMsisdn,
  money,
  nextMoneyOut,
  parseAccountBalanceResult,
  parseB2cResult,
  parseCustomerPayment,
  parseReceipt,
  parseTransactionStatusResult,
  PaymentsError,
  type MoneyOut,
  type MoneyOutNews,
} from '../src/mpesa.js'
import { clientOptions, daraja, ENV, listener } from './mpesa-support.js'
import { PHONE } from './shop.js'

const PAYOUT = {
  originatorConversationId: 'payout-1',
  amount: money('250', 'KES'),
  phone: PHONE,
  remarks: 'Refund of order 1',
}

async function funded(...args: Parameters<typeof daraja>) {
  const all = await daraja(...args)
  await all.daraja.fund('174379', 1_000_000)
  return all
}

describe('b2c', () => {
  test('sends money, and its result says so', async () => {
    const { mpesa, result, sent, daraja: sandbox } = await funded()
    const before = sandbox.phone(PHONE).balanceCents
    const accepted = await mpesa.b2c({ ...PAYOUT, purpose: 'promotion', occasion: 'Idd' })
    expect(accepted.originatorConversationId).toBe('payout-1')
    expect(sent()).toMatchObject({
      InitiatorName: 'testapi',
      CommandID: 'PromotionPayment',
      PartyA: '174379',
      PartyB: '254711000001',
      Occassion: 'Idd',
    })
    expect(parseB2cResult((await result())!.text)).toMatchObject({
      outcome: 'succeeded',
      originatorConversationId: 'payout-1',
      amount: PAYOUT.amount,
      receipt: sandbox.ledger().at(-1)!.reference,
      receiver: { number: '254711000001', name: 'Amina Wanjiru' },
      isRegistered: true,
      completedAt: new Date(Math.floor(sandbox.jobs()[0]!.result!.atMs / 1000) * 1000),
      utilityFunds: { minor: 975_000 },
    })
    expect(sandbox.phone(PHONE).balanceCents).toBe(before + 25_000)
  })

  test('the same id is paid once, though its answer was lost and it is sent again', async () => {
    const { mpesa, result, daraja: sandbox } = await funded()
    sandbox.faults.order({ fault: 'loseAnswer', on: 'b2c' })
    await expect(mpesa.b2c(PAYOUT)).rejects.toMatchObject({ outcome: 'unknown' })
    expect(sandbox.requests().filter(({ operation }) => operation === 'b2c')).toHaveLength(1)
    await expect(mpesa.b2c(PAYOUT)).rejects.toMatchObject({ code: 'PAYMENTS_MPESA_DUPLICATE' })
    await result()
    await mpesa.transactionStatus({ originatorConversationId: 'payout-1' })
    expect(parseTransactionStatusResult((await result())!.text)).toMatchObject({
      outcome: 'succeeded',
      amount: PAYOUT.amount,
      reasonType: 'Business Payment to Customer via API',
      creditParty: { number: '254711000001' },
      original: { originatorConversationId: 'payout-1' },
    })
    expect(sandbox.ledger().filter(({ text }) => text.startsWith('Payout'))).toHaveLength(1)
  })

  test('says when v3 is not open, and v1 works', async () => {
    const options = { daraja: { b2cV3: false } }
    const { mpesa } = await funded({}, options)
    await expect(mpesa.b2c(PAYOUT)).rejects.toMatchObject({
      code: 'PAYMENTS_MPESA_FORBIDDEN',
      outcome: 'not_executed',
      providerCode: '403.002.1001',
    })
    const older = await funded({ b2cVersion: 'v1' }, options)
    await older.mpesa.b2c(PAYOUT)
    expect(older.sent()).not.toHaveProperty('OriginatorConversationID')
    expect(parseB2cResult((await older.result())!.text).outcome).toBe('succeeded')
  })

  test.each([
    [{ amount: money('9', 'KES') }, 'PAYMENTS_MPESA_AMOUNT'],
    [{ amount: money('250001', 'KES') }, 'PAYMENTS_MPESA_AMOUNT'],
    [{ phone: '0811000001' }, 'PAYMENTS_MPESA_PHONE'],
    [{ originatorConversationId: 'a b' }, 'PAYMENTS_MPESA_INVALID_REQUEST'],
  ])('%o is refused before the call', async (changes, code) => {
    const { mpesa, daraja: sandbox } = await daraja()
    await expect(mpesa.b2c({ ...PAYOUT, ...changes })).rejects.toMatchObject({
      code,
      outcome: 'not_executed',
    })
    expect(sandbox.requests()).toEqual([])
  })

  test('an empty account is told as such', async () => {
    const { mpesa, result } = await daraja()
    await mpesa.b2c(PAYOUT)
    expect(parseB2cResult((await result())!.text)).toMatchObject({
      outcome: 'failed',
      explained: { code: '1', class: 'config', retryable: true },
      amount: null,
      receipt: null,
    })
  })
})

describe('accountBalance', () => {
  test('tells what is in each account', async () => {
    const { mpesa, result } = await funded()
    await mpesa.accountBalance()
    const { outcome, accounts } = parseAccountBalanceResult((await result())!.text)
    expect(outcome).toBe('succeeded')
    expect(accounts.map(({ name, available }) => [name, available.minor])).toEqual([
      ['Working Account', 0],
      ['Float Account', 0],
      ['Utility Account', 1_000_000],
      ['Charges Paid Account', 0],
      ['Organization Settlement Account', 0],
    ])
  })

  test('reads negative balances, and skips what is none', () => {
    const Value = 'Charges Paid Account|KES|-1540.00|-1540.00|0.00|0.00&Odd|KES&|'
    const Result = {
      ...{ ResultCode: '0', ConversationID: 'AG_1' },
      ResultParameters: { ResultParameter: { Key: 'AccountBalance', Value } },
    }
    expect(parseAccountBalanceResult({ Result }).accounts).toMatchObject([{ current: { minor: -154_000 } }])
  })
})

describe('C2B', () => {
  test('URLs are registered, a simulated customer pays, and the confirmation is read', async () => {
    const { mpesa, inbox, result } = await daraja()
    const urls = { confirmationUrl: `${inbox.url}/in`, validationUrl: `${inbox.url}/ask` }
    await mpesa.registerUrls({ ...urls, whenUnanswered: 'complete' })
    await mpesa.simulate({ amount: money('5', 'KES'), phone: PHONE, reference: 'ORDER-1' })
    const payment = parseCustomerPayment((await result())!.text)
    expect(payment).toMatchObject({
      amount: { minor: 500 },
      shortcode: '174379',
      reference: 'ORDER-1',
      type: 'Pay Bill',
      name: 'AMINA WANJIRU',
      balance: { minor: 500 },
      paidAt: expect.any(Date),
    })
    expect(parseReceipt(payment.receipt)).not.toBeNull()
    expect(matchesMsisdn(payment.msisdn, PHONE)).toBe(true)
    expect(matchesMsisdn(payment.msisdn, '0711000002')).toBe(false)
    await mpesa.registerUrls({ ...urls, whenUnanswered: 'cancel', version: 'v1' })
    await mpesa.simulate({ amount: money('6', 'KES'), phone: PHONE })
    const till = parseCustomerPayment((await result())!.text)
    expect(till).toMatchObject({
      type: 'Buy Goods',
      reference: '',
      msisdn: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(matchesMsisdn(till.msisdn, PHONE)).toBe(true)
  })

  test('says that URLs are registered already', async () => {
    const { mpesa } = await daraja({}, { daraja: { registerOnce: true } })
    const urls = { confirmationUrl: 'https://shop.example/in', validationUrl: 'https://shop.example/ask' }
    await mpesa.registerUrls({ ...urls, whenUnanswered: 'complete' })
    await expect(mpesa.registerUrls({ ...urls, whenUnanswered: 'complete' })).rejects.toMatchObject({
      code: 'PAYMENTS_MPESA_REGISTERED',
      outcome: 'not_executed',
    })
  })

  test('answers without a ResponseCode, as v1 has given them, are read by their words', async () => {
    let said = ''
    const server = await listener((req, res) =>
      res.end(req.url!.startsWith('/oauth') ? '{"access_token":"t","expires_in":"3599"}' : said),
    )
    const mpesa = createMpesa(clientOptions({ ...ENV, MPESA_BASE_URL: server.url }))
    const urls = { confirmationUrl: 'https://shop.example/in', validationUrl: 'https://shop.example/ask' }
    const register = (ResponseDescription: string, fields = {}) => {
      said = JSON.stringify({
        ConversationID: '',
        OriginatorCoversationID: '',
        ResponseDescription,
        ...fields,
      })
      return mpesa.registerUrls({ ...urls, whenUnanswered: 'complete' })
    }
    await register('success')
    await register('Success', { ResponseCode: '00000000' })
    said = '{"ResponseDescription":"Accept the service request successfully."}'
    await mpesa.simulate({ amount: money('5', 'KES'), phone: PHONE, reference: 'ORDER-1' })
    const already = register('Validation and Confirmation URLs are already registered')
    await expect(already).rejects.toMatchObject({
      code: 'PAYMENTS_MPESA_REGISTERED',
      outcome: 'not_executed',
    })
    await expect(register('Unsuccessful')).rejects.toMatchObject({
      code: 'PAYMENTS_MPESA_UNEXPECTED',
      outcome: 'unknown',
    })
  })

  test('nobody is simulated in production', async () => {
    const mpesa = createMpesa({ ...clientOptions(ENV), environment: 'production' })
    await expect(mpesa.simulate({ amount: money('5', 'KES'), phone: PHONE })).rejects.toThrow(TypeError)
  })

  test('payments are read or refused, whatever comes', () => {
    const names = [
      'TransID',
      'TransAmount',
      'TransTime',
      'MSISDN',
      'FirstName',
      'OrgAccountBalance',
      '__proto__',
    ]
    const value = fc.oneof(fc.string(), fc.double(), fc.constantFrom(null, '5.00', 5, {}, []))
    fc.assert(
      fc.property(fc.oneof(value, fc.dictionary(fc.constantFrom(...names), value)), (body) => {
        try {
          const read = parseCustomerPayment(body)
          expect(Number.isSafeInteger(read.amount.minor)).toBe(true)
        } catch (error) {
          expect(error).toMatchObject({ code: 'PAYMENTS_CALLBACK_MALFORMED' })
        }
      }),
      { numRuns: 1000 },
    )
    const payment = { TransID: 'RKL51ZDR4F', TransAmount: 5, MSISDN: '', FirstName: 'null' }
    expect(parseCustomerPayment(payment)).toMatchObject({ amount: { minor: 500 }, name: '', balance: null })
  })
})

describe('qrCode', () => {
  test('is a picture for paybill or till', async () => {
    const { mpesa, sent } = await daraja()
    const wish = { merchantName: 'Shop', reference: 'ORDER-1', amount: money('5', 'KES') }
    const { pngBase64 } = await mpesa.qrCode(wish)
    expect(Buffer.from(pngBase64, 'base64').subarray(1, 4).toString()).toBe('PNG')
    expect(sent()).toMatchObject({ TrxCode: 'PB', CPI: '174379', RefNo: 'ORDER-1', Amount: 5, Size: '300' })
    const till = await daraja({ till: '567890' })
    await till.mpesa.qrCode({ ...wish, sizePixels: 100 })
    expect(till.sent()).toMatchObject({ TrxCode: 'BG', CPI: '567890', Size: '100' })
  })
})

describe('identifiers', () => {
  test.each([
    ['NLJ7RT61SV', { year: 2019, month: 12, day: 19 }],
    ['SG632NMUAB', { year: 2024, month: 7, day: 6 }],
    ['OAK0000000', { year: 2020, month: 1, day: 20 }],
    ['tk60708bhz', { year: 2025, month: 11, day: 6 }],
  ])('%s was made on that day', (receipt, date) => expect(parseReceipt(receipt)).toEqual(date))
  test.each(['', 'NLJ7RT61S', 'NLJ7RT61SVX', 'NZJ7RT61SV', 'NL07RT61SV', 'UBV0000000', '1LJ7RT61SV'])(
    '%s is no receipt',
    (receipt) => expect(parseReceipt(receipt)).toBeNull(),
  )

  test('the hash of v1 is that of the wire', () => {
    const hash = '94c392c311d522da950619227b3361752a42042db7e1e699b26e628305c68a88'
    expect(matchesMsisdn(hash, '0705 912 645')).toBe(true)
    expect(matchesMsisdn(hash, '0705 912 646')).toBe(false)
    expect(matchesMsisdn('25470****645', '0705912645')).toBe(true)
    expect(matchesMsisdn('254705912645', '0705912645')).toBe(true)
    expect(matchesMsisdn('', '0705912645')).toBe(false)
  })
})

describe('money that went out', () => {
  const failed = (outcome: 'unknown' | 'not_executed', code = 'PAYMENTS_MPESA_TIMEOUT') =>
    ({ type: 'callFailed', error: new PaymentsError(code as never, 'x', { outcome }) }) as const
  const news = (outcome: string) =>
    ({ type: 'result', result: { outcome, code: '0', receipt: 'R' } }) as never
  const run = (...all: MoneyOutNews[]) => all.reduce<MoneyOut>(nextMoneyOut, { state: 'sent' }).state

  test('is done, failed or open, and a lost answer, a timeout or an unknown code is open', () => {
    expect(run(failed('unknown'))).toBe('sent')
    expect(run(failed('not_executed'))).toBe('not_sent')
    expect(run(failed('unknown', 'PAYMENTS_MPESA_DUPLICATE'))).toBe('accepted')
    expect(run({ type: 'accepted' }, { type: 'timeout' }, news('unknown'), news('pending'))).toBe('accepted')
    expect(run({ type: 'accepted' }, news('succeeded'))).toBe('done')
    expect(run({ type: 'accepted' }, news('failed'))).toBe('failed')
    expect(run(news('succeeded'), { type: 'accepted' }, failed('unknown'), { type: 'timeout' })).toBe('done')
    expect(run(news('succeeded'), news('failed'))).toBe('review')
  })

  test('never goes back to being sent again once it was heard to be done, in whatever order news comes', () => {
    const any = fc.constantFrom<MoneyOutNews>(
      { type: 'accepted' },
      { type: 'timeout' },
      failed('unknown'),
      failed('not_executed'),
      news('failed'),
      news('unknown'),
    )
    fc.assert(
      fc.property(fc.array(any), fc.array(any), (before, after) => {
        expect(['done', 'review']).toContain(run(...before, news('succeeded'), ...after))
      }),
    )
  })

  test('is asked about later and later', () => {
    const times = [1, 2, 3, 4, 5, 6, 7].map((n) => askMoneyOutAfterMs(n) / 60_000)
    expect(times).toEqual([2, 5, 10, 20, 40, 120, 180])
  })
})
