import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createMpesa,
  mpesaCode,
  parseResult,
  parseReversalResult,
  parseTimeout,
  parseTransactionStatusResult,
  securityCredentialOf,
} from '../src/mpesa.js'
import { clientOptions, daraja, ENV, listener, REVERSE } from './mpesa-support.js'

describe('a reversal', () => {
  test('gives the money back, and its result says so', async () => {
    const { mpesa, daraja: sandbox, result, pay, sent } = await daraja()
    const transactionId = await pay()
    const accepted = await mpesa.reverse({ ...REVERSE, transactionId, occasion: 'Ann’s & Bob’s' })
    expect(sent()).toMatchObject({
      CommandID: 'TransactionReversal',
      TransactionID: transactionId,
      Amount: 150,
      ReceiverParty: '174379',
      RecieverIdentifierType: '11',
      Remarks: 'Order cancelled',
      Occasion: 'Anns Bobs',
    })
    const { path, text } = (await result())!
    expect(path).toBe('/result')
    expect(parseReversalResult(text)).toMatchObject({
      ...accepted,
      outcome: 'succeeded',
      code: '0',
      transactionId: sandbox.ledger().at(-1)!.reference,
      originalTransactionId: transactionId,
      amount: REVERSE.amount,
      charge: { minor: 0 },
      completedAt: expect.any(Date),
      creditParty: { number: '254711000001', name: 'Amina Wanjiru' },
      debitParty: { number: '174379' },
      accounts: [{ name: 'Utility Account', current: { minor: 0 }, available: { minor: 0 } }],
    })
  })

  test.each([
    ['twice', 'R000001'],
    ['of nothing', 'R000002'],
    ['with a wrong password', '2001'],
  ])('%s fails with %s, and says what to do', async (how, code) => {
    const initiator = { name: 'testapi', securityCredential: 'd3Jvbmc=' }
    const wrong = how === 'with a wrong password'
    const { mpesa, result, pay } = await daraja(wrong ? { initiator } : {})
    const transactionId = how === 'of nothing' ? 'SKC82PACB8' : await pay()
    if (how === 'twice') await mpesa.reverse({ ...REVERSE, transactionId })
    await result()
    await mpesa.reverse({ ...REVERSE, transactionId })
    const read = parseReversalResult((await result())!.text)
    expect(read).toMatchObject({ outcome: 'failed', code, transactionId: null, amount: null })
    expect(read.explained.advice).not.toBe('')
  })

  test('is sent once, even if the answer is lost; asking by receipt then tells', async () => {
    const { mpesa, daraja: sandbox, result, pay } = await daraja()
    const transactionId = await pay()
    sandbox.faults.order({ fault: 'loseAnswer', on: 'reversal' })
    await expect(mpesa.reverse({ ...REVERSE, transactionId })).rejects.toMatchObject({ outcome: 'unknown' })
    expect(sandbox.requests().filter(({ operation }) => operation === 'reversal')).toHaveLength(1)
    const { originatorConversationId } = parseReversalResult((await result())!.text)
    await mpesa.transactionStatus({ originatorConversationId })
    expect(parseTransactionStatusResult((await result())!.text)).toMatchObject({
      outcome: 'succeeded',
      reasonType: 'Transaction Reversal via API',
      original: { originatorConversationId },
    })
  })

  test('that times out in the queue has no outcome', async () => {
    const { mpesa, daraja: sandbox, result, pay } = await daraja()
    const transactionId = await pay()
    sandbox.faults.order({ fault: 'falseTimeout' })
    const accepted = await mpesa.reverse({ ...REVERSE, transactionId })
    const { path, text } = (await result())!
    expect(path).toBe('/timeout')
    expect(parseTimeout(text)).toEqual(accepted)
    expect(parseReversalResult(text).outcome).toBe('pending')
    expect(parseTimeout('{}')).toEqual({ conversationId: null, originatorConversationId: null })
  })

  test('is refused before the call when it cannot be right', async () => {
    const { mpesa, daraja: sandbox } = await daraja()
    const transactionId = 'SKC82PACB8'
    const part = { minor: 150, currency: 'KES' }
    await expect(mpesa.reverse({ ...REVERSE, transactionId, amount: part })).rejects.toThrow(
      'whole shillings',
    )
    await expect(mpesa.reverse({ ...REVERSE, transactionId: '' })).rejects.toMatchObject({
      outcome: 'not_executed',
    })
    await expect(
      mpesa.reverse({ ...REVERSE, transactionId, resultUrl: 'https://shop.example/query' }),
    ).rejects.toThrow('"query"')
    expect(sandbox.requests()).toEqual([])
    const { initiator: _, ...bare } = clientOptions(ENV)
    await expect(createMpesa(bare).reverse({ ...REVERSE, transactionId })).rejects.toThrow('give initiator')
  })

  test('that is refused at once says so; an acknowledgement that is none leaves the outcome open', async () => {
    const answers = [
      ['{"ResponseCode":"1","ResponseDescription":"Rejected"}', 'PAYMENTS_MPESA_REFUSED', 'not_executed'],
      ['{"ResponseCode":"0"}', 'PAYMENTS_MPESA_UNEXPECTED', 'unknown'],
      ['{}', 'PAYMENTS_MPESA_UNEXPECTED', 'unknown'],
    ] as const
    for (const [answer, code, outcome] of answers) {
      const server = await listener((req, res) =>
        res.end(req.url!.startsWith('/oauth') ? '{"access_token":"t","expires_in":"3599"}' : answer),
      )
      const urls = { resultUrl: 'https://shop.example/r', timeoutUrl: 'https://shop.example/t' }
      const mpesa = createMpesa({ ...clientOptions({ ...ENV, MPESA_BASE_URL: server.url }), ...urls })
      await expect(mpesa.reverse({ ...REVERSE, transactionId: 'SKC82PACB8' })).rejects.toMatchObject({
        code,
        outcome,
      })
    }
  })
})

describe('transactionStatus', () => {
  test('tells of a payment by its receipt', async () => {
    const { mpesa, result, pay } = await daraja()
    const transactionId = await pay()
    await mpesa.transactionStatus({ transactionId })
    expect(parseTransactionStatusResult((await result())!.text)).toMatchObject({
      outcome: 'succeeded',
      transactionStatus: 'Completed',
      receipt: transactionId,
      amount: REVERSE.amount,
      reasonType: 'Pay Bill Online',
      initiatedAt: expect.any(Date),
      debitParty: { number: '254711000001' },
      creditParty: { number: '174379' },
    })
  })

  test('knows nothing when the question itself failed', async () => {
    const { mpesa, result } = await daraja()
    await mpesa.transactionStatus({ transactionId: 'SKC82PACB8' })
    expect(parseTransactionStatusResult((await result())!.text)).toMatchObject({
      outcome: 'unknown',
      explained: { code: 'SFC_IC0003', class: 'config' },
    })
  })

  test.each([{}, { transactionId: 'SKC82PACB8', originatorConversationId: 'a-b' }])(
    'asks about one thing, not %o',
    async (wish) => {
      const { mpesa } = await daraja()
      await expect(mpesa.transactionStatus(wish as never)).rejects.toThrow(TypeError)
    },
  )
})

describe('the security credential', () => {
  test('is diagnosed at construction: missing, unreadable, of another kind, expired', async () => {
    const options = clientOptions(ENV)
    const { sandbox } = await daraja()
    const { initiator } = clientOptions(sandbox.env)
    const build = (changes: object) => () =>
      createMpesa({ ...options, initiator: { ...initiator, ...changes } as never })
    const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const pem = key.export({ type: 'pkcs8', format: 'pem' }) as string
    expect(build({ name: '' })).toThrow('initiator.name is missing')
    expect(build({ password: undefined })).toThrow('initiator.password is missing')
    expect(build({ certificate: undefined })).toThrow('initiator.certificate is missing')
    expect(build({ certificate: pem })).toThrow('cannot be read')
    expect(build({ certificate: ELLIPTIC })).toThrow('no RSA key')
    expect(build({ securityCredential: 'abc' })).toThrow('not both')
    expect(build({ pasword: 'x' })).toThrow('did you mean "password"')
    const late = { ...options, initiator, clock: () => Date.UTC(2150, 0) }
    expect(() => createMpesa(late)).toThrow(/expired on .* 2126 .*allowExpiredCertificate/)
    expect(() =>
      createMpesa({ ...late, initiator: { ...initiator, allowExpiredCertificate: true } }),
    ).not.toThrow()
  })

  test('never quotes what it was given', async () => {
    const secret = 'Hunter2-Hunter2'
    const { sandbox } = await daraja()
    const initiator = { name: 'api', password: secret, certificate: secret }
    const build = () => createMpesa({ ...clientOptions(sandbox.env), initiator })
    expect(build).toThrow(TypeError)
    expect(build).not.toThrow(secret)
  })

  test('is another one each time, of 344 characters', async () => {
    const { sandbox } = await daraja()
    const [one, other] = [0, 1].map(() => securityCredentialOf('secret', sandbox.env.MPESA_CERTIFICATE))
    expect(one).toHaveLength(344)
    expect(one).not.toBe(other)
  })
})

describe('results', () => {
  const envelope = (fields: object) => ({
    Result: {
      ResultType: 0,
      ResultCode: 0,
      ConversationID: 'AG_1',
      OriginatorConversationID: 'o-1',
      ...fields,
    },
  })

  test.each([
    ['numbers', 0],
    ['texts', '0'],
  ])('have codes as %s', (_, code) => {
    const read = parseResult(envelope({ ResultCode: code, ResultType: code, TransactionID: 'SKE52PAWR9' }))
    expect(read).toMatchObject({ code: '0', isInterim: false, transactionId: 'SKE52PAWR9' })
  })

  test('have one parameter as an object, many as a list, names twice and values missing', () => {
    const read = (ResultParameter: unknown) =>
      Object.fromEntries(parseResult(envelope({ ResultParameters: { ResultParameter } })).parameters)
    expect(read({ Key: 'BOCompletedTime', Value: 20200109125710 })).toEqual({
      BOCompletedTime: ['20200109125710'],
    })
    expect(read([{ Key: 'A', Value: 1 }, { Key: 'A', Value: '2' }, { Key: 'B' }, {}, null])).toEqual({
      A: ['1', '2'],
      B: [],
    })
    expect(read(undefined)).toEqual({})
  })

  test('that are interim are pending; codes that nobody knows are unknown, never failures', () => {
    expect(parseReversalResult(envelope({ ResultType: '1', ResultCode: '1' })).outcome).toBe('pending')
    expect(parseReversalResult(envelope({ ResultCode: 'NEW_9' }))).toMatchObject({
      outcome: 'unknown',
      code: 'NEW_9',
      explained: { code: 'NEW_9', class: 'unknown' },
    })
    const status = { Key: 'TransactionStatus', Value: 'Frozen' }
    const body = envelope({ ResultParameters: { ResultParameter: status } })
    expect(parseTransactionStatusResult(body)).toMatchObject({
      outcome: 'unknown',
      transactionStatus: 'Frozen',
    })
  })

  test.each([
    ['not JSON', '{'],
    ['nothing', undefined],
    ['no id', { Result: { ResultCode: 0 } }],
    ['no code', { Result: { ConversationID: 'AG_1' } }],
  ])('refuse %s', (_, body) => {
    expect(() => parseResult(body)).toThrow(expect.objectContaining({ code: 'PAYMENTS_CALLBACK_MALFORMED' }))
  })

  test('are read or refused, whatever comes', () => {
    const hostile = fc.letrec((tie) => ({
      value: fc.oneof(
        fc.constantFrom(null, '', 0, NaN, '__proto__', 'Amount', 'TransactionStatus', '9'.repeat(20)),
        fc.string(),
        fc.double(),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(
          fc.constantFrom('Key', 'Value', 'ResultParameter', '__proto__', 'constructor'),
          tie('value'),
        ),
      ),
    })).value
    const known = fc.record({
      Key: fc.constantFrom('Amount', 'Charge', 'TransCompletedTime', 'DebitAccountBalance', 'DebitPartyName'),
      Value: hostile,
    })
    const result = fc.record(
      {
        ResultType: hostile,
        ResultCode: hostile,
        ConversationID: hostile,
        TransactionID: hostile,
        ResultParameters: fc.record({ ResultParameter: fc.oneof(hostile, known, fc.array(known)) }),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(
        fc.oneof(
          hostile,
          result.map((Result) => ({ Result })),
        ),
        (body) => {
          for (const parse of [parseReversalResult, parseTransactionStatusResult]) {
            try {
              const read = parse(body)
              expect(['succeeded', 'failed', 'pending', 'unknown']).toContain(read.outcome)
              expect(read.amount === null || Number.isSafeInteger(read.amount.minor)).toBe(true)
            } catch (error) {
              expect(error).toMatchObject({ code: 'PAYMENTS_CALLBACK_MALFORMED' })
            }
          }
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('have amounts and dates in all the ways in which M-Pesa writes them', () => {
    const read = (...pairs: [string, unknown][]) =>
      parseReversalResult(
        envelope({ ResultParameters: { ResultParameter: pairs.map(([Key, Value]) => ({ Key, Value })) } }),
      )
    for (const amount of [
      190,
      '190',
      '190.00',
      '{Amount={CurrencyCode=KES, MinimumAmount=19000, BasicAmount=190.00}}',
    ]) {
      expect(read(['Amount', amount]).amount).toEqual({ minor: 19_000, currency: 'KES' })
    }
    for (const date of [20211114132711, '20211114132711', '14.11.2021 13:27:11']) {
      expect(read(['TransCompletedTime', date]).completedAt).toEqual(new Date('2021-11-14T10:27:11Z'))
    }
    expect(read(['Amount', 'much'], ['TransCompletedTime', 'soon'])).toMatchObject({
      amount: null,
      completedAt: null,
    })
  })

  test('have codes that mean different things in different products', () => {
    expect(mpesaCode('stk', 2001).class).toBe('user')
    expect(mpesaCode('reversal', 2001).class).toBe('config')
    expect(mpesaCode('b2c', 'SFC_IC0003').class).toBe('user')
    expect(mpesaCode('accountBalance', '__proto__').class).toBe('unknown')
    for (const product of ['stk', 'b2c', 'reversal'] as const) {
      const { payerMessage } = mpesaCode(product, 1)
      expect(payerMessage.en).not.toBe(payerMessage.sw)
    }
  })
})

/** A certificate with an elliptic key. */
const ELLIPTIC = `-----BEGIN CERTIFICATE-----
MIIBcjCCARegAwIBAgIUBsOEpY9MWER8H8fnStKDDmQdqPYwCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCZWMwIBcNMjYxMTI2MTEwMzIxWhgPMjEyNjExMDIxMTAzMjFa
MA0xCzAJBgNVBAMMAmVjMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsXQD4gKC
zUCAN4pB/8JZtXazuYdSGplv1MOOlgd6uUSiEUOerEVBo/+hjd3UG2oJClpli263
Yn7gSSqshRANj6NTMFEwHQYDVR0OBBYEFAdYuy9lv6ZOrIO4gfYqgUjmQRsTMB8G
A1UdIwQYMBaAFAdYuy9lv6ZOrIO4gfYqgUjmQRsTMA8GA1UdEwEB/wQFMAMBAf8w
CgYIKoZIzj0EAwIDSQAwRgIhAIhsd+/ZzdDK4NLpNRS+VwY1FkfIRuIS+RX6jBiG
i0OOAiEAuzjqxgObmied+D5hVg1jUXlc3pw6MqCE/AraHaeMOJY=
-----END CERTIFICATE-----
`
