import { startMongo, type RunningMongo } from '@ementech/sandbox/mongo'
import fc from 'fast-check'
import { MongoClient } from 'mongodb'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  createPayments,
  fromMinor,
  memoryInbox,
  memoryPaymentStore,
  PaymentsError,
  type Inbox,
  type Payments,
  type PaymentStore,
  type Provider,
} from '../src/index.js'
import { maskPhones, maskText } from '../src/mask.js'
import { mongoInbox, mongoPaymentStore } from '../src/mongo.js'
import { QUICK } from './shop.js'

const PHONE = '254711000001'
const WHY = { reason: 'paid back by hand', actor: 'amina' }

let mongo: RunningMongo
let client: MongoClient
let count = 0
let payments: Payments
beforeAll(async () => {
  mongo = await startMongo({ uri: process.env['MONGODB_URI'] })
  client = await new MongoClient(mongo.uri).connect()
})
afterAll(async () => {
  await client.close()
  await mongo.close()
})
afterEach(() => payments?.close())

const collection = () => client.db().collection(`letters${++count}`)
const stores: Record<string, () => [PaymentStore, Inbox]> = {
  memory: () => [memoryPaymentStore(), memoryInbox()],
  MongoDB: () => [mongoPaymentStore(collection()), mongoInbox(collection())],
}

/** Understands no callback, so that each of them dies at its first attempt. */
const deaf: Provider = {
  timing: { ...QUICK, checkDelaysMs: [60_000] },
  prepare: ({ payer }) => ({ payer }),
  start: async ({ paymentId }) => ({ outcome: 'accepted', status: 'pending', providerRef: paymentId }),
  read: async () => ({ status: 'succeeded' }),
  callbacks: {
    path: '/deaf',
    reply: {},
    authenticate: () => ({ ok: false, status: 404, reason: '' }),
    parse() {
      throw new PaymentsError('PAYMENTS_CALLBACK_MALFORMED', `not a callback of ${PHONE}`)
    },
  },
}

function callbackOf(id: string, raw: Uint8Array | string) {
  const bytes = typeof raw === 'string' ? Buffer.from(raw) : raw
  return { id, provider: 'deaf', paymentId: 'pay_1', attemptId: '1', raw: bytes, verifiedBy: 'secret#1' }
}

function setUp(name: string) {
  const [store, inbox] = stores[name]!()
  let isBroken = true
  const ran: string[] = []
  payments = createPayments({
    store,
    inbox,
    providers: { deaf },
    retry: { baseMs: 1, capMs: 2, maxAttempts: 2 },
    on: {
      paid() {},
      failed(_, { key }) {
        ran.push(key)
        if (isBroken) throw new Error(`no mail to ${PHONE}`)
      },
    },
  })
  const work = async () => {
    const worker = payments.worker({ pollMs: 2 })
    await worker.drained()
    await worker.close()
  }
  /** A payment whose `failed` effect is due. */
  async function failedPayment(key: string) {
    const amount = fromMinor(100, 'KES')
    const wish = { reference: 'R', amount, provider: 'deaf', payer: { phone: PHONE }, description: 'D' }
    const { id } = await payments.create({ ...wish, idempotencyKey: key })
    await payments.start(id)
    const record = (await store.get(id))!
    const outbox = [
      { key: `${id}:failed:1`, type: 'failed' as const, attemptId: '1', state: 'pending' as const, tries: 0 },
    ].map((entry) => ({ ...entry, nextRunAt: record.createdAt }))
    await store.replace({ ...record, version: record.version + 1, outbox }, { version: record.version })
    return `${id}:failed:1`
  }
  return {
    store,
    inbox,
    work,
    ran,
    failedPayment,
    mend: () => (isBroken = false),
    letters: payments.deadLetters,
  }
}

/** Until the handler has failed as often as it may: between two tries nothing is due. */
async function workUntilDead({ work, letters }: ReturnType<typeof setUp>, expected: number) {
  while ((await letters.list()).length < expected) await work()
}

/** Long enough for two deaths to have different times, on the clocks of two stores. */
function tick() {
  return new Promise((resolve) => setTimeout(resolve, 25))
}

describe.each(Object.keys(stores))('dead letters in %s', (name) => {
  test('are listed, callbacks and effects alike, longest dead first', async () => {
    const shop = setUp(name)
    const { inbox, letters, failedPayment } = shop
    await inbox.insert(callbackOf('first', '{}'))
    await workUntilDead(shop, 1)
    await tick()
    const key = await failedPayment('one')
    await workUntilDead(shop, 2)
    await tick()
    await inbox.insert(callbackOf('last', '{}'))
    await workUntilDead(shop, 3)

    const listed = await letters.list()
    expect(listed.map(({ kind, id, attempts }) => [kind, id, attempts])).toEqual([
      ['callback', 'first', 1],
      ['effect', key, 2],
      ['callback', 'last', 1],
    ])
    expect((await letters.list({ kind: 'effect' })).map(({ id }) => id)).toEqual([key])
    expect((await letters.list({ kind: 'callback', limit: 1 })).map(({ id }) => id)).toEqual(['first'])
    expect((await letters.list({ limit: 2 })).map(({ id }) => id)).toEqual(['first', key])
    expect(JSON.stringify(listed)).not.toContain(PHONE)
  })

  test('are inspected: facts, errors, and a body without phone numbers', async () => {
    const shop = setUp(name)
    const { inbox, letters, failedPayment } = shop
    const raw = `{"Item":[{"Name":"PhoneNumber","Value":${PHONE}}],"ref":"ws_CO_191220191020363711000001"}`
    await inbox.insert(callbackOf('one', raw))
    await inbox.insert(callbackOf('one', raw))
    const key = await failedPayment('one')
    await workUntilDead(shop, 2)

    const callback = await letters.inspect('one')
    expect(callback).toMatchObject({
      kind: 'callback',
      paymentId: 'pay_1',
      provider: 'deaf',
      state: 'dead',
      attempts: 1,
      errors: [{ message: 'not a callback of 2547****001' }],
      diedAt: expect.any(Date),
      callback: {
        deliveries: 2,
        verifiedBy: 'secret#1',
        bytes: raw.length,
        body: {
          Item: [{ Name: 'PhoneNumber', Value: '2547****001' }],
          ref: 'ws_CO_1912201910203637110****001',
        },
      },
    })
    expect(JSON.stringify(callback)).not.toMatch(/711000001/)
    const { callback: whole } = await letters.inspect('one', { dangerouslyIncludeRaw: true })
    expect(Buffer.from(whole!.raw!).toString()).toBe(raw)

    const effect = await letters.inspect(key)
    expect(effect).toMatchObject({
      kind: 'effect',
      type: 'failed',
      state: 'dead',
      attempts: 2,
      errors: [{ message: 'no mail to 2547****001' }, { message: 'no mail to 2547****001' }],
    })
    expect(JSON.stringify(effect)).not.toContain(PHONE)
  })

  test('show bodies that are no JSON as text, and do not break over any of them', async () => {
    const { inbox, letters } = setUp(name)
    const hostile = [
      '',
      'tel 0711 000 001',
      '['.repeat(200_000),
      '{"__proto__":{"phone":"0711000001"}}',
      '\xff\0',
    ]
    for (const [index, raw] of hostile.entries()) await inbox.insert(callbackOf(`${index}`, raw))
    const bodies = await Promise.all(
      hostile.map(async (_, index) => (await letters.inspect(`${index}`)).callback!.body),
    )
    expect(bodies[1]).toBe('tel 0711****001')
    expect(JSON.stringify(bodies[3])).toBe('{"__proto__":{"phone":"0711****001"}}')
    expect((bodies[2] as string).length).toBe(200_000)
  })

  test('are due again when replayed, once, with their attempts forgotten', async () => {
    const shop = setUp(name)
    const { letters, failedPayment, ran, mend, work, inbox } = shop
    const key = await failedPayment('one')
    await inbox.insert(callbackOf('one', '{}'))
    await workUntilDead(shop, 2)
    mend()
    for (const id of [key, 'one']) {
      const replays = await Promise.allSettled([letters.replay(id), letters.replay(id), letters.replay(id)])
      expect(replays.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const replay of replays.filter((one) => one.status === 'rejected'))
        expect(replay.reason).toMatchObject({ code: 'PAYMENTS_NOT_DEAD', status: 409 })
    }
    ran.length = 0
    await work()
    expect(ran).toEqual([key])
    expect(await letters.inspect(key)).toMatchObject({ state: 'done', attempts: 1, errors: [{}, {}] })
    expect(await letters.inspect('one')).toMatchObject({ state: 'dead', attempts: 1, errors: [{}, {}] })
  })

  test('are never tried again when discarded; reason and actor are kept, and a second time changes nothing', async () => {
    const shop = setUp(name)
    const { letters, failedPayment, ran, mend, work, inbox } = shop
    const key = await failedPayment('one')
    await inbox.insert(callbackOf('one', '{}'))
    await workUntilDead(shop, 2)
    mend()
    ran.length = 0
    for (const id of [key, 'one']) {
      const first = await letters.discard(id, WHY)
      expect(first).toEqual({ ...WHY, at: expect.any(Date) })
      expect(await letters.discard(id, { reason: 'again', actor: 'someone else' })).toEqual(first)
      await expect(letters.replay(id)).rejects.toMatchObject({ code: 'PAYMENTS_NOT_DEAD' })
      expect(await letters.inspect(id)).toMatchObject({ state: 'discarded', discarded: WHY })
    }
    await work()
    expect(ran).toEqual([])
    expect(await letters.list()).toEqual([])
    expect(await inbox.insert(callbackOf('one', '{}'))).toBe('duplicate')
  })

  test('are either replayed or discarded, whatever is asked for at once', async () => {
    const shop = setUp(name)
    const { letters, failedPayment } = shop
    const key = await failedPayment('one')
    await workUntilDead(shop, 1)
    const [replayed, discarded] = await Promise.allSettled([letters.replay(key), letters.discard(key, WHY)])
    const { state } = await letters.inspect(key)
    expect([replayed.status, discarded.status].sort()).toEqual(['fulfilled', 'rejected'])
    expect(state).toBe(replayed.status === 'fulfilled' ? 'pending' : 'discarded')
  })

  test('that are none are refused, by code', async () => {
    const { letters, inbox, failedPayment } = setUp(name)
    await inbox.insert(callbackOf('alive', '{}'))
    const key = await failedPayment('one')
    const ids = ['nobody', 'pay_1:paid', 'clock', `${key}0`, key.split(':')[0]!, '', ':']
    for (const id of ids) {
      for (const call of [letters.inspect, letters.replay, (one: string) => letters.discard(one, WHY)])
        await expect(call(id), id).rejects.toMatchObject({
          code: 'PAYMENTS_DEAD_LETTER_NOT_FOUND',
          status: 404,
        })
    }
    for (const id of ['alive', key]) {
      for (const call of [letters.replay, (one: string) => letters.discard(one, WHY)])
        await expect(call(id), id).rejects.toMatchObject({ code: 'PAYMENTS_NOT_DEAD', status: 409 })
    }
  })

  test('refuse what cannot be meant', async () => {
    const { letters } = setUp(name)
    await expect(letters.discard('one', { reason: ' ', actor: 'a' })).rejects.toThrow(TypeError)
    await expect(letters.discard('one', { reason: 'r' } as never)).rejects.toThrow(/actor/)
    await expect(letters.list({ limit: 0 })).rejects.toThrow(/1 to 1000/)
    await expect(letters.list({ limt: 1 } as never)).rejects.toThrow(/did you mean "limit"/)
    await expect(letters.inspect('one', { raw: true } as never)).rejects.toThrow(TypeError)
  })
})

describe('phone numbers', () => {
  test('are masked however they are written, and other numbers are not', () => {
    for (const phone of [PHONE, `+${PHONE}`, '0711000001', '711000001', '+254 711 000 001', '0711-000-001'])
      expect(maskText(`call ${phone}, please`), phone).toMatch(/^call .{4}\*{4}001, please$/)
    expect(maskText('+14155550100')).toBe('+141****100')
    for (const other of ['20191107102115', 'R1234567', '150.00', '1.711000001', '1700000000000'])
      expect(maskText(other)).toBe(other)
    expect(maskPhones({ Amount: 150, msisdn: 12345678, at: 1_700_000_000_000 })).toEqual({
      Amount: 150,
      msisdn: '1234****678',
      at: 1_700_000_000_000,
    })
  })

  test('are nowhere in what is shown of any JSON', () => {
    const phone = fc
      .integer({ min: 0, max: 99_999_999 })
      .map((rest) => `2547${String(rest).padStart(8, '0')}`)
    fc.assert(
      fc.property(phone, fc.jsonValue(), (number, around) => {
        const shown = JSON.stringify(
          maskPhones([
            around,
            { PhoneNumber: Number(number), text: `from ${number}`, [number]: 1, list: [number] },
          ]),
        )
        expect(shown).not.toContain(number)
      }),
    )
  })
})
