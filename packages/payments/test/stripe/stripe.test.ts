import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { fromMinor, money, type Logger } from '../../src/index.js'
import { createStripe } from '../../src/stripe.js'
import { cardOrder, CHECKOUT, SECRETS, startStripeShop } from './stripe-shop.js'

let shop: Awaited<ReturnType<typeof startStripeShop>>
const open = async (options?: Parameters<typeof startStripeShop>[0]) =>
  (shop = await startStripeShop(options))
afterEach(() => shop.close())

const LOST = { fault: 'loseAnswer' } as const

/** A payment whose payer is asked to pay, and Stripe's name for it. */
async function started(...request: Parameters<typeof cardOrder>) {
  const { id } = await shop.payments.create(cardOrder(...request))
  const payment = await shop.payments.start(id)
  return { id, payment, ref: payment.attempts[0]!.providerRef! }
}

describe('starting', () => {
  test('gives the client secret of a Payment Intent, again and again, and stores it nowhere', async () => {
    await open()
    const { id, payment, ref } = await started(money('25.50', 'USD'), { payer: { email: 'a@b.test' } })
    expect(payment).toMatchObject({
      status: 'pending',
      attempts: [{ providerRef: expect.stringMatching(/^pi_/) }],
    })
    const { client_secret: clientSecret } = shop.fake.intents.get(ref)!
    expect(payment.next).toEqual({ clientSecret })
    expect((await shop.payments.start(id)).next).toEqual({ clientSecret })
    expect(await shop.payments.get(id)).not.toHaveProperty('next')
    expect(JSON.stringify(await shop.store.get(id))).not.toContain(clientSecret)
    const [create, ...others] = shop.fake.creates()
    expect(others).toEqual([])
    expect(create).toMatchObject({
      key: `${id}:start:1:1`,
      form: {
        amount: '2550',
        currency: 'usd',
        receipt_email: 'a@b.test',
        metadata: { ementech_payment: id },
      },
    })
    expect(create!.form).not.toHaveProperty('payment_method_types')
  })

  test('leaves the receipt to the application that sends its own', async () => {
    await open({ stripe: { sendReceipts: false } })
    await started(money('25.50', 'USD'), { payer: { email: 'a@b.test' } })
    expect(shop.fake.creates()[0]!.form).not.toHaveProperty('receipt_email')
  })

  test('gives the page of a Checkout Session, again while it is open', async () => {
    await open({ stripe: { checkout: CHECKOUT } })
    const { id, payment, ref } = await started(money('1500', 'KES'))
    const { url } = shop.fake.sessions.get(ref)!
    expect(payment.next).toEqual({ url })
    expect((await shop.payments.start(id)).next).toEqual({ url })
    expect(shop.fake.creates()[0]!.form).toMatchObject({
      mode: 'payment',
      success_url: `https://shop.test/orders/${payment.reference}`,
      line_items: [{ quantity: '1', price_data: { currency: 'kes', unit_amount: '150000' } }],
      payment_intent_data: { metadata: { ementech_payment: id, ementech_via: 'checkout' } },
    })
    shop.fake.pay(ref)
    expect(await shop.payments.start(id)).not.toHaveProperty('next')
  })

  test('refuses at create() what Stripe cannot express, and does not need a phone', async () => {
    await open()
    await expect(shop.payments.create(cardOrder(money('5.123', 'KWD')))).rejects.toMatchObject({
      code: 'PAYMENTS_STRIPE_AMOUNT',
    })
    const { id } = await shop.payments.create(cardOrder(fromMinor(5, 'UGX')))
    expect((await shop.store.get(id))?.payer).toEqual({})
    await shop.payments.start(id)
    expect(shop.fake.creates()[0]!.form).toMatchObject({ amount: '500', currency: 'ugx' })
  })

  test('twenty at once make one Payment Intent', async () => {
    await open()
    const { id } = await shop.payments.create(cardOrder())
    await Promise.all(Array.from({ length: 20 }, () => shop.payments.start(id)))
    expect(shop.fake.creates()).toHaveLength(1)
    expect(shop.fake.intents.size).toBe(1)
  })

  test('what Stripe refuses is failed with its code; our own fault and a rate limit may be tried again', async () => {
    await open()
    const { faults } = shop.fake
    const answer = (status: number, error: object) =>
      faults.push({ fault: 'answer', status, error: { type: 'x', message: 'm', ...error } })
    answer(400, { type: 'invalid_request_error', code: 'amount_too_small' })
    const small = await started()
    expect(small.payment).toMatchObject({
      status: 'failed',
      attempts: [{ code: 'amount_too_small', payerMessage: { sw: expect.stringMatching(/./) as string } }],
    })
    for (const status of [401, 403, 429]) {
      answer(status, {})
      const { id, payment } = await started()
      expect(payment.status, String(status)).toBe('created')
      expect(await shop.payments.start(id)).toMatchObject({
        status: 'pending',
        next: { clientSecret: expect.stringMatching(/_secret_/) as string },
      })
    }
    expect(shop.fake.intents.size).toBe(3)
  })
})

describe('calls whose answer is lost', () => {
  test('mode 17: the SDK sends again after a broken connection, even at zero retries: the same key, one Payment Intent', async () => {
    await open()
    shop.fake.faults.push(LOST)
    const { payment } = await started()
    expect(payment.status).toBe('pending')
    expect(new Set(shop.fake.creates().map(({ key }) => key)).size).toBe(1)
    expect(shop.fake.creates()).toHaveLength(2)
    expect(shop.fake.intents.size).toBe(1)
  })

  test.each([undefined, CHECKOUT])(
    'mode 17: an answer that never came is fetched by start(), with the key that was stored: one object (%#)',
    async (checkout) => {
      await open({ stripe: checkout ? { checkout } : {} })
      shop.fake.faults.push(LOST, LOST)
      const { id, payment } = await started()
      expect(payment).toMatchObject({ status: 'submitting', attempts: [{ providerRef: null }] })
      const again = await shop.payments.start(id)
      expect(again.status).toBe('pending')
      expect(again.next).toBeDefined()
      expect(again.attempts).toHaveLength(1)
      expect(new Set(shop.fake.creates().map(({ key }) => key))).toEqual(new Set([`${id}:start:1:1`]))
      expect(shop.fake.intents.size + shop.fake.sessions.size).toBe(1)
    },
  )

  test.each([undefined, CHECKOUT])(
    'mode 17: nobody comes back: the worker finds the object by its metadata, search or no search (%#)',
    async (checkout) => {
      await open({ stripe: checkout ? { checkout } : {} })
      shop.fake.settings.searchFinds = false
      shop.fake.faults.push(LOST, LOST)
      const { id } = await started()
      const worker = shop.payments.worker({ pollMs: 5 })
      const found = await shop.until(id, 'pending')
      expect(found.attempts[0]!.providerRef).toMatch(checkout ? /^cs_/ : /^pi_/)
      await worker.close()
      expect(shop.fake.creates()).toHaveLength(2)
    },
  )

  test('mode 17: after a day the key is not trusted: looked up first, and only what is not found is asked for anew', async () => {
    const resume = { keyLifetimeMs: 0 }
    await open()
    Object.assign(shop.stripe.resume, resume)
    shop.fake.faults.push(LOST, LOST)
    const executed = await started()
    expect(await shop.payments.start(executed.id)).toMatchObject({
      status: 'pending',
      next: { clientSecret: expect.stringMatching(/_secret_/) as string },
    })
    expect(shop.fake.intents.size).toBe(1)
    shop.fake.faults.push({ fault: 'answer', status: 503, error: { type: 'api_error', message: 'm' } })
    const lost = await started()
    expect(lost.payment.status).toBe('submitting')
    expect((await shop.payments.start(lost.id)).status).toBe('pending')
    expect(shop.fake.creates().at(-1)!.key).toBe(`${lost.id}:start:1:2`)
    expect(shop.fake.intents.size).toBe(2)
  })

  test.each([true, false])(
    'mode 18: a saved 500 repeats forever: looked up, then a new key; no second object (executed: %s)',
    async (executed) => {
      await open()
      shop.fake.settings.searchFinds = executed
      shop.fake.faults.push({ fault: 'saved500', executed })
      const { id, payment } = await started()
      expect(payment).toMatchObject({ status: 'submitting', attempts: [{ providerRef: null }] })
      const again = await shop.payments.start(id)
      expect(again).toMatchObject({
        status: 'pending',
        next: { clientSecret: expect.stringMatching(/_secret_/) as string },
      })
      expect(shop.fake.intents.size).toBe(1)
      const keys = shop.fake.creates().map(({ key }) => key!.split(':').at(-1))
      expect(keys).toEqual(executed ? ['1', '1'] : ['1', '1', '2'])
      expect((await shop.store.get(id))!.attempts[0]!.idempotencyKey).toMatch(executed ? /:1$/ : /:2$/)
    },
  )

  test('mode 17: while it cannot be looked for it is not asked for again', async () => {
    await open()
    Object.assign(shop.stripe.resume, { keyLifetimeMs: 0 })
    shop.fake.faults.push(LOST, LOST)
    const { id } = await started()
    shop.fake.settings.questionsFail = true
    expect(await shop.payments.start(id)).toMatchObject({ status: 'submitting' })
    shop.fake.settings.questionsFail = false
    expect(await shop.payments.start(id)).toMatchObject({ status: 'pending' })
    expect(shop.fake.intents.size).toBe(1)
  })

  test('mode 17: a refusal of the repeated call does not prove that the first one did nothing: it is looked for', async () => {
    await open()
    const refuse = () => {
      const error = { type: 'invalid_request_error', code: 'amount_too_small', message: 'm' }
      shop.fake.faults.push({ fault: 'answer', status: 400, error })
    }
    shop.fake.faults.push(LOST, LOST)
    const executed = await started()
    refuse()
    const again = await shop.payments.start(executed.id)
    expect(again).toMatchObject({ status: 'pending', attempts: [{ id: '1' }] })
    expect(shop.fake.intents.size).toBe(1)
    shop.fake.faults.push({ fault: 'answer', status: 503, error: { type: 'api_error', message: 'm' } })
    const never = await started()
    refuse()
    refuse()
    expect(await shop.payments.start(never.id)).toMatchObject({ status: 'failed', attempts: [{ id: '1' }] })
    expect(shop.fake.intents.size).toBe(1)
  })

  test('mode 18: a key that was used with other parameters is looked up before it is replaced', async () => {
    await open()
    shop.fake.faults.push(LOST, LOST)
    const { id } = await started()
    await shop.store.get(id).then((record) => {
      return shop.store.replace(
        { ...record!, description: 'other words', version: record!.version + 1 },
        record!,
      )
    })
    expect((await shop.payments.start(id)).status).toBe('pending')
    expect(shop.fake.intents.size).toBe(1)
  })

  test('mode 18: one new key is tried at a time, however many are refused', async () => {
    await open()
    const fault = {
      fault: 'answer',
      status: 400,
      error: { type: 'idempotency_error', message: 'm' },
    } as const
    shop.fake.faults.push({ ...fault, status: 503, error: { type: 'api_error', message: 'm' } }, fault, fault)
    const { id } = await started()
    expect(await shop.payments.start(id)).toMatchObject({ status: 'submitting' })
    expect(shop.fake.creates().map(({ key }) => key!.split(':').at(-1))).toEqual(['1', '1', '2'])
    expect(await shop.payments.start(id)).toMatchObject({ status: 'pending' })
    expect(shop.fake.intents.size).toBe(1)
  })
})

describe('what became of it', () => {
  const events = (ref: string) => {
    const { fake } = shop
    const before = structuredClone(fake.intents.get(ref)!)
    const failed = {
      ...before,
      last_payment_error: { code: 'card_declined', decline_code: 'insufficient_funds' },
    }
    const after = fake.pay(ref)
    return [
      fake.event('payment_intent.created', before),
      fake.event('payment_intent.payment_failed', failed),
      fake.event('payment_intent.processing', { ...before, status: 'processing' }),
      fake.event('payment_intent.succeeded', after),
    ]
  }

  test('mode 6: events in any order, several times: Stripe is asked, and what it says counts; paid is told once', async () => {
    await open()
    const worker = shop.payments.worker({ pollMs: 2, concurrency: 4 })
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 1 }),
        fc.nat(3),
        async (order, repeats) => {
          const { id, ref } = await started()
          const all = events(ref)
          const sent = order.flatMap((index) => Array.from({ length: 1 + repeats }, () => all[index]!))
          const answers = await Promise.all(sent.map((event) => shop.deliver(event)))
          expect(answers.every(({ status }) => status === 200)).toBe(true)
          await shop.until(id, 'succeeded')
          await worker.drained()
          expect(shop.told.filter((key) => key.startsWith(id))).toEqual([`${id}:paid`])
          expect((await shop.store.get(id))!.captured).toBe(2550)
        },
      ),
      { numRuns: 25 },
    )
  })

  test('mode 5: two different events for one change: the second changes nothing', async () => {
    await open()
    const worker = shop.payments.worker({ pollMs: 2 })
    const { id, ref } = await started()
    const paid = shop.fake.pay(ref)
    await shop.deliver(shop.fake.event('payment_intent.succeeded', paid))
    await worker.drained()
    const before = await shop.store.get(id)
    await shop.deliver(shop.fake.event('payment_intent.succeeded', paid))
    await worker.drained()
    expect(shop.inserted).toHaveLength(2)
    expect(await shop.store.get(id)).toEqual(before)
    expect(shop.told).toEqual([`${id}:paid`])
    expect(before!.attempts[0]!.receipt).toBe(`ch_${ref.slice(3)}`)
  })

  test('Checkout: the session is asked about, whichever object the event names', async () => {
    await open({ stripe: { checkout: CHECKOUT } })
    const worker = shop.payments.worker({ pollMs: 2 })
    for (const type of ['checkout.session.completed', 'payment_intent.succeeded']) {
      const { id, ref } = await started()
      const intent = shop.fake.pay(ref)
      await shop.deliver(
        shop.fake.event(type, type.startsWith('checkout') ? shop.fake.sessions.get(ref)! : intent),
      )
      const paid = await shop.until(id, 'succeeded')
      expect(paid.attempts).toMatchObject([
        { providerRef: ref, receipt: expect.stringMatching(/^ch_/) as string },
      ])
    }
    const expired = await started()
    Object.assign(shop.fake.sessions.get(expired.ref)!, { status: 'expired', url: null })
    await shop.deliver(shop.fake.event('checkout.session.expired', shop.fake.sessions.get(expired.ref)!))
    expect(await shop.until(expired.id, 'canceled')).toMatchObject({
      attempts: [{ code: 'session_expired' }],
    })
    await worker.drained()
    expect(shop.told.at(-1)).toBe(`${expired.id}:canceled`)
  })

  test('a declined card leaves the payment open, with words for the payer; another card pays', async () => {
    await open()
    const worker = shop.payments.worker({ pollMs: 2 })
    const { id, ref } = await started()
    const refused = shop.fake.change(ref, {
      last_payment_error: { code: 'card_declined', decline_code: 'insufficient_funds' },
    })
    await shop.deliver(shop.fake.event('payment_intent.payment_failed', refused))
    await worker.drained()
    expect(await shop.payments.get(id)).toMatchObject({
      status: 'pending',
      attempts: [
        { code: 'insufficient_funds', payerMessage: { en: expect.stringMatching(/enough money/) as string } },
      ],
    })
    await shop.deliver(shop.fake.event('payment_intent.succeeded', shop.fake.pay(ref)))
    const paid = await shop.until(id, 'succeeded')
    expect(paid.attempts[0]).not.toHaveProperty('code')
  })

  test('mode 20: another amount or currency than asked for goes to review and is never told as paid', async () => {
    await open()
    const worker = shop.payments.worker({ pollMs: 2 })
    for (const change of [{ amount_received: 1 }, { currency: 'kes' }]) {
      const { id, ref } = await started()
      await shop.deliver(shop.fake.event('payment_intent.succeeded', shop.fake.pay(ref, change)))
      expect(await shop.until(id, 'review')).toMatchObject({ reviewReason: 'mismatch' })
    }
    await worker.drained()
    expect(shop.told.every((key) => key.includes(':review:mismatch'))).toBe(true)
  })

  test('mode 23: no event ever comes: the worker asks by itself; given up, and paid after all, it is a late success', async () => {
    await open({
      stripe: {
        timing: {
          checkDelaysMs: [20],
          expireAfterMs: 150,
          confirmWithinMs: 1e3,
          reviewAfterMs: 1e4,
          stopAfterMs: 1e5,
          silenceMs: 20,
        },
      },
    })
    const worker = shop.payments.worker({ pollMs: 2 })
    const silent = await started()
    shop.fake.pay(silent.ref)
    await shop.until(silent.id, 'succeeded')
    const slow = await started()
    await shop.until(slow.id, 'expired')
    await shop.deliver(shop.fake.event('payment_intent.succeeded', shop.fake.pay(slow.ref)))
    expect(await shop.until(slow.id, 'succeeded')).toMatchObject({ flags: { late: true } })
    await worker.drained()
  })

  test('while Stripe cannot be asked an event waits, and is worked on again', async () => {
    await open()
    const { id, ref } = await started()
    const paid = shop.fake.pay(ref)
    const { retrieve } = shop.fake.client.paymentIntents
    let refusals = 2
    shop.fake.client.paymentIntents.retrieve = ((...args: Parameters<typeof retrieve>) =>
      refusals-- > 0
        ? Promise.reject(new Error('not now'))
        : retrieve.apply(shop.fake.client.paymentIntents, args)) as typeof retrieve
    shop.payments.worker({ pollMs: 2 })
    await shop.deliver(shop.fake.event('payment_intent.succeeded', paid))
    await shop.until(id, 'succeeded')
    expect(refusals).toBeLessThan(0)
  })
})

describe('events at the door', () => {
  test('mode 14: both secrets of a rotation are accepted, and what is stored says which', async () => {
    await open()
    const { ref } = await started()
    for (const secret of SECRETS) {
      const answer = await shop.deliver(
        shop.fake.event('payment_intent.created', shop.fake.intents.get(ref)!),
        { secret },
      )
      expect(answer.status).toBe(200)
      expect(await answer.json()).toEqual({ received: true })
    }
    expect(shop.inserted.map(({ verifiedBy }) => verifiedBy)).toEqual(['secret#1', 'secret#2'])
  })

  test('mode 13: old and future timestamps are refused and named clock skew; a replay in time is a duplicate', async () => {
    const logged: { reason?: string; code?: string }[] = []
    const log = (_: string, fields: object = {}) => void logged.push(fields)
    const logger: Logger = { debug: () => {}, info: () => {}, warn: log, error: log }
    await open({ payments: { logger } })
    const { ref } = await started()
    const event = shop.fake.event('payment_intent.created', shop.fake.intents.get(ref)!)
    for (const offsetSeconds of [-900, 900]) {
      const answer = await shop.deliver(event, { offsetSeconds })
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ code: 'PAYMENTS_CLOCK_SKEW' })
    }
    expect(logged).toMatchObject([
      { reason: expect.stringMatching(/900 s in the past|901 s in the past/) as string },
      { reason: expect.stringMatching(/s in the future/) as string },
    ])
    expect(shop.inserted).toEqual([])
    for (const offsetSeconds of [-200, 0])
      expect((await shop.deliver(event, { offsetSeconds })).status).toBe(200)
    expect(shop.inserted).toHaveLength(1)
  })

  test('types that nobody handles, other people’s objects and thin events are kept as ignored; nothing is dead', async () => {
    await open()
    const { id, ref } = await started()
    const worker = shop.payments.worker({ pollMs: 2 })
    const own = shop.fake.intents.get(ref)!
    const thin = {
      id: 'evt_thin',
      object: 'v2.core.event',
      type: 'v2.core.account.updated',
      related_object: { id: 'acct_1' },
    }
    for (const event of [
      shop.fake.event('charge.succeeded', own),
      shop.fake.event('some.future.thing', own),
      shop.fake.event('payment_intent.succeeded', { id: 'pi_other', metadata: {} }),
      shop.fake.event('payment_intent.succeeded', { id: 'pi_other' }),
      thin,
    ]) {
      expect((await shop.deliver(event)).status).toBe(200)
    }
    await worker.drained()
    expect(shop.inserted.map(({ ignored }) => ignored)).toEqual([
      'not a type that is handled',
      'not a type that is handled',
      'not about a payment of ours',
      'not about a payment of ours',
      'not a type that is handled',
    ])
    expect(await shop.payments.deadLetters.list()).toEqual([])
    const listed = await shop.payments.inbox.list({ state: 'ignored' })
    expect(listed.map(({ attempts }) => attempts)).toEqual([0, 0, 0, 0, 0])
    expect((await shop.payments.get(id))?.status).toBe('pending')
  })

  test('mode 25: no, wrong and garbled signatures, empty bodies, hostile keys: 400, nothing stored, nothing changed', async () => {
    await open()
    const { id, ref } = await started()
    const before = await shop.store.get(id)
    const body = JSON.stringify(shop.fake.event('payment_intent.succeeded', shop.fake.intents.get(ref)!))
    const post = (headers: Record<string, string>, text = body) =>
      fetch(shop.url, { method: 'POST', body: text, headers })
    expect((await post({})).status).toBe(400)
    expect((await post({}, '')).status).toBe(400)
    expect((await post({ 'content-type': 'application/json' }, '{"__proto__":{"id":"evt_1"}}')).status).toBe(
      400,
    )
    expect((await shop.deliver(JSON.parse(body) as object, { secret: 'whsec_strange' })).status).toBe(400)
    const printable = fc.string({ unit: 'grapheme-ascii' })
    await fc.assert(
      fc.asyncProperty(
        printable,
        fc.oneof(fc.json(), fc.string(), fc.constant(body)),
        async (header, text) => {
          expect((await post({ 'stripe-signature': header }, text)).status).toBe(400)
        },
      ),
      { numRuns: 200 },
    )
    expect(shop.inserted).toEqual([])
    expect(await shop.store.get(id)).toEqual(before)
  })

  test('mode 25: rightly signed, but no event: 400 and nothing stored; hostile keys in an event reach nothing', async () => {
    await open()
    const worker = shop.payments.worker({ pollMs: 2 })
    const hostile = JSON.parse(
      '{"id":"__proto__","type":"payment_intent.succeeded","data":{"object":{}}}',
    ) as object
    for (const event of [{}, [], [[]], { id: 5 }, { id: 'evt_1' }, { id: 'evt_$', type: 'x' }, hostile]) {
      expect((await shop.deliver(event)).status).toBe(400)
    }
    expect(shop.inserted).toEqual([])
    await fc.assert(
      fc.asyncProperty(fc.uuid(), fc.jsonValue(), async (name, object) => {
        const event = {
          id: `evt_${name.replaceAll('-', '')}`,
          type: 'payment_intent.succeeded',
          data: { object },
        }
        const text = JSON.stringify(event).replace(
          '"data"',
          '"__proto__":{"ementech_payment":"x"},"constructor":1,"data"',
        )
        expect((await shop.deliver(JSON.parse(text) as object)).status).toBe(200)
      }),
      { numRuns: 50 },
    )
    await worker.drained()
    expect(shop.inserted.every(({ ignored }) => ignored !== undefined)).toBe(true)
    expect(await shop.payments.deadLetters.list()).toEqual([])
  })

  test('options that cannot work are refused when it is made', async () => {
    await open()
    const { client } = shop.fake
    const valid = { client, webhookSecrets: 'whsec_x' }
    for (const options of [
      { ...valid, client: {} },
      { ...valid, webhookSecrets: [] },
      { ...valid, webhookSecret: 'x' },
      { ...valid, checkout: {} },
      { ...valid, checkout: { successUrl: 'https://a.test', canceUrl: '' } },
      { ...valid, capture: 'later' },
    ]) {
      expect(() => createStripe(options as never)).toThrow(TypeError)
    }
  })
})
