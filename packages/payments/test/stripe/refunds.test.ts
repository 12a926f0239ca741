import { afterEach, describe, expect, test } from 'vitest'
import { fromMinor, money } from '../../src/index.js'
import { cardOrder, CHECKOUT, startStripeShop } from './stripe-shop.js'

let shop: Awaited<ReturnType<typeof startStripeShop>>
const open = async (options?: Parameters<typeof startStripeShop>[0]) =>
  (shop = await startStripeShop(options))
afterEach(() => shop.close())

const LOST = { fault: 'loseAnswer' } as const
const usd = (decimal: string) => money(decimal, 'USD')
const refundCalls = () =>
  shop.fake.requests.filter(({ method, path }) => method === 'POST' && path === '/v1/refunds')

/** A payment of USD 25.50 that was paid, and its Payment Intent. */
async function paid() {
  const { id } = await shop.payments.create(cardOrder())
  const payment = await shop.payments.start(id)
  const ref = payment.attempts[0]!.providerRef!
  const intent = shop.fake.pay(ref)
  await shop.deliver(shop.fake.event('payment_intent.succeeded', intent))
  const worker = shop.payments.worker({ pollMs: 2 })
  await shop.until(id, 'succeeded')
  await worker.drained()
  await worker.close()
  return { id, ref, intent }
}

/** Resolves with the payment once this holds of it. */
async function until(
  id: string,
  holds: (payment: NonNullable<Awaited<ReturnType<typeof shop.payments.get>>>) => boolean,
) {
  for (;;) {
    const payment = await shop.payments.get(id)
    if (payment && holds(payment)) return payment
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('giving money back', () => {
  test.each([undefined, CHECKOUT])('a part, then all that is left, and no more (%#)', async (checkout) => {
    await open({ stripe: checkout ? { checkout } : {} })
    const { id, intent } = await paid()
    const first = await shop.payments.refund(id, {
      amount: usd('10'),
      idempotencyKey: 'a',
      reason: 'duplicate',
      actor: 'amina',
      note: 'came twice',
    })
    expect(first).toMatchObject({
      status: 'succeeded',
      captured: usd('25.50'),
      refunded: usd('10'),
      refundPending: usd('0'),
      refunds: [
        { amount: usd('10'), status: 'succeeded', reason: 'duplicate', actor: 'amina', note: 'came twice' },
      ],
    })
    expect(first.refunds[0]!.id).not.toContain(':')
    expect(first.refunds[0]).not.toHaveProperty('idempotencyKey')
    expect(refundCalls()[0]!.form).toMatchObject({
      payment_intent: intent.id,
      amount: '1000',
      reason: 'duplicate',
      metadata: { ementech_payment: id, ementech_refund: first.refunds[0]!.id },
    })
    await expect(
      shop.payments.refund(id, { amount: usd('15.51'), idempotencyKey: 'b' }),
    ).rejects.toMatchObject({
      code: 'PAYMENTS_REFUND_TOO_MUCH',
      status: 409,
      message: expect.stringContaining('15.50 USD') as string,
    })
    const rest = await shop.payments.refund(id, { idempotencyKey: 'c' })
    expect(rest).toMatchObject({ refunded: usd('25.50'), refunds: [{}, { amount: usd('15.50') }] })
    expect(await shop.payments.refund(id, { idempotencyKey: 'c' })).toEqual(rest)
    await expect(shop.payments.refund(id, { idempotencyKey: 'd' })).rejects.toMatchObject({
      code: 'PAYMENTS_REFUND_TOO_MUCH',
    })
    expect(refundCalls()).toHaveLength(2)
    await shop.payments.worker({ pollMs: 2 }).drained()
    expect(shop.told.slice(1)).toEqual(
      first.refunds.concat(rest.refunds[1]!).map((one) => `${id}:refunded:${one.id}`),
    )
  })

  test('twenty at once with keys of their own never give back more than was taken', async () => {
    await open()
    const { id } = await paid()
    const wishes = Array.from({ length: 20 }, (_, n) =>
      shop.payments.refund(id, { amount: usd('4'), idempotencyKey: `wish-${n}` }),
    )
    const results = await Promise.allSettled(wishes)
    const refused = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as object] : [],
    )
    expect(refused).toHaveLength(14)
    for (const error of refused) expect(error).toMatchObject({ code: 'PAYMENTS_REFUND_TOO_MUCH' })
    expect(refundCalls()).toHaveLength(6)
    expect(await shop.payments.get(id)).toMatchObject({ refunded: usd('24'), refundPending: usd('0') })
  })

  test('twenty at once with one key are one refund; with other content the key is refused', async () => {
    await open()
    const { id } = await paid()
    const wish = { amount: usd('4'), idempotencyKey: 'one' }
    await Promise.all(Array.from({ length: 20 }, () => shop.payments.refund(id, wish)))
    expect(refundCalls()).toHaveLength(1)
    expect((await shop.payments.get(id))!.refunds).toHaveLength(1)
    for (const other of [{ amount: usd('5') }, { reason: 'fraudulent' }, { amount: undefined }] as object[]) {
      await expect(shop.payments.refund(id, { ...wish, ...other })).rejects.toMatchObject({
        code: 'PAYMENTS_IDEMPOTENCY_CONFLICT',
        status: 409,
      })
    }
  })

  test('what makes no sense is refused before anything is stored or sent', async () => {
    await open()
    const { id } = await shop.payments.create(cardOrder())
    const key = { idempotencyKey: 'x' }
    await expect(shop.payments.refund(id, key)).rejects.toMatchObject({ code: 'PAYMENTS_NOT_REFUNDABLE' })
    await expect(shop.payments.refund('pay_none', key)).rejects.toMatchObject({ code: 'PAYMENTS_NOT_FOUND' })
    const { id: done } = await paid()
    const before = await shop.store.get(done)
    for (const amount of [usd('0'), usd('-1'), money('1', 'KES')]) {
      await expect(shop.payments.refund(done, { ...key, amount })).rejects.toMatchObject({
        code: 'PAYMENTS_MONEY_INVALID',
      })
    }
    await expect(shop.payments.refund(done, { ...key, attemptId: '7' })).rejects.toMatchObject({
      code: 'PAYMENTS_NOT_REFUNDABLE',
    })
    await expect(shop.payments.refund(done, { idempotencyKey: '' })).rejects.toThrow(TypeError)
    await expect(shop.payments.refund(done, { ...key, reason: 'x' } as never)).rejects.toThrow(TypeError)
    await expect(shop.payments.refund(done, { ...key, amout: usd('1') } as never)).rejects.toThrow(/amount/)
    expect(await shop.store.get(done)).toEqual(before)
    expect(refundCalls()).toEqual([])
  })

  test('an order that was paid twice: the surplus attempt is named and refunded', async () => {
    await open({ stripe: { timing: { expireAfterMs: 30 } } })
    const { id, ref } = await paid()
    const record = (await shop.store.get(id))!
    const second = { ...record.attempts[0]!, id: '2', providerRef: shop.fake.pay(ref).id }
    const twice = {
      ...record,
      attempts: [...record.attempts, second],
      captured: 5100,
      version: record.version + 1,
    }
    await shop.store.replace(twice, record)
    await expect(shop.payments.refund(id, { idempotencyKey: 'x' })).rejects.toMatchObject({
      code: 'PAYMENTS_NOT_REFUNDABLE',
      message: expect.stringContaining('attemptId') as string,
    })
    const surplus = await shop.payments.refund(id, { idempotencyKey: 'x', attemptId: '2' })
    expect(surplus).toMatchObject({
      refunded: usd('25.50'),
      refunds: [{ attemptId: '2', status: 'succeeded' }],
    })
    await expect(
      shop.payments.refund(id, { idempotencyKey: 'y', attemptId: '2', amount: usd('1') }),
    ).rejects.toMatchObject({ code: 'PAYMENTS_REFUND_TOO_MUCH' })
    // Only one has money left, so it need not be named.
    expect(await shop.payments.refund(id, { idempotencyKey: 'z' })).toMatchObject({
      refunds: [{ attemptId: '2' }, { attemptId: '1', amount: usd('25.50') }],
    })
  })

  test('what Stripe refuses has failed, frees its amount, and is told; our own fault is tried again', async () => {
    await open()
    const { id } = await paid()
    const answer = (status: number, error: object) =>
      shop.fake.faults.push({
        fault: 'answer',
        status,
        error: { type: 'invalid_request_error', message: 'm', ...error },
      })
    answer(400, { code: 'charge_disputed' })
    const refused = await shop.payments.refund(id, { idempotencyKey: 'a' })
    expect(refused).toMatchObject({
      refundPending: usd('0'),
      refunds: [{ status: 'failed', code: 'charge_disputed', providerRef: null }],
    })
    answer(401, {})
    const waiting = await shop.payments.refund(id, { idempotencyKey: 'b' })
    expect(waiting).toMatchObject({ refundPending: usd('25.50'), refunds: [{}, { status: 'created' }] })
    const worker = shop.payments.worker({ pollMs: 2 })
    await until(id, ({ refunded }) => refunded.minor === 2550)
    await worker.drained()
    expect(shop.told.slice(1)).toEqual([
      `${id}:refundFailed:${refused.refunds[0]!.id}`,
      `${id}:refunded:${waiting.refunds[1]!.id}`,
    ])
    expect(shop.fake.refunds.size).toBe(1)
  })
})

describe('calls whose answer is lost', () => {
  test('mode 17: it is on its way, cannot be refunded twice, and asking again under the same key fetches the answer', async () => {
    await open()
    const { id } = await paid()
    shop.fake.faults.push(LOST, LOST)
    const lost = await shop.payments.refund(id, { idempotencyKey: 'a' })
    expect(lost).toMatchObject({
      refundPending: usd('25.50'),
      refunds: [{ status: 'submitting', providerRef: null }],
    })
    await expect(shop.payments.refund(id, { idempotencyKey: 'b' })).rejects.toMatchObject({
      code: 'PAYMENTS_REFUND_TOO_MUCH',
    })
    expect(await shop.payments.refund(id, { idempotencyKey: 'a' })).toMatchObject({ refunded: usd('25.50') })
    expect(shop.fake.refunds.size).toBe(1)
    expect(new Set(refundCalls().map(({ key }) => key)).size).toBe(1)
  })

  test('mode 17: nobody comes back: the worker finds out', async () => {
    await open()
    const { id } = await paid()
    shop.fake.faults.push(LOST, LOST)
    await shop.payments.refund(id, { idempotencyKey: 'a' })
    const worker = shop.payments.worker({ pollMs: 2 })
    await until(id, ({ refunded }) => refunded.minor === 2550)
    await worker.drained()
    expect(shop.fake.refunds.size).toBe(1)
    expect(shop.told).toHaveLength(2)
    expect((await shop.store.get(id))!.nextCheckAt).toBeNull()
  })

  test.each([true, false])(
    'mode 17: after a day the key is not trusted: looked up first (executed: %s)',
    async (executed) => {
      await open()
      Object.assign(shop.stripe.refunds, { keyLifetimeMs: 0 })
      const { id } = await paid()
      if (executed) shop.fake.faults.push(LOST, LOST)
      else shop.fake.faults.push({ fault: 'answer', status: 503, error: { type: 'api_error', message: 'm' } })
      await shop.payments.refund(id, { idempotencyKey: 'a' })
      expect(await shop.payments.refund(id, { idempotencyKey: 'a' })).toMatchObject({
        refunded: usd('25.50'),
      })
      expect(shop.fake.refunds.size).toBe(1)
      const keys = new Set(refundCalls().map(({ key }) => key!.split(':').at(-1)))
      expect([...keys]).toEqual(executed ? ['1'] : ['1', '2'])
    },
  )

  test('mode 17: while it cannot be looked for it is not asked for again', async () => {
    await open()
    Object.assign(shop.stripe.refunds, { keyLifetimeMs: 0 })
    const { id } = await paid()
    const { list } = shop.stripe.refunds
    Object.assign(shop.stripe.refunds, { list: async () => ({ status: 'unavailable', code: 'x' }) })
    shop.fake.faults.push(LOST, LOST)
    await shop.payments.refund(id, { idempotencyKey: 'a', amount: usd('5') })
    const waiting = await shop.payments.refund(id, { idempotencyKey: 'a', amount: usd('5') })
    expect(waiting).toMatchObject({ refundPending: usd('5'), refunds: [{ status: 'submitting' }] })
    Object.assign(shop.stripe.refunds, { list })
    const found = await shop.payments.refund(id, { idempotencyKey: 'a', amount: usd('5') })
    expect(found).toMatchObject({ refunded: usd('5') })
    expect(shop.fake.refunds.size).toBe(1)
  })

  test.each([true, false])(
    'mode 18: a saved 500 repeats forever: looked up, then a new key; never refunded twice (executed: %s)',
    async (executed) => {
      await open()
      const { id } = await paid()
      shop.fake.faults.push({ fault: 'saved500', executed })
      await shop.payments.refund(id, { idempotencyKey: 'a', amount: usd('5') })
      const worker = shop.payments.worker({ pollMs: 2 })
      const healed = await until(id, ({ refunded }) => refunded.minor === 500)
      await worker.drained()
      expect(healed.refunds).toHaveLength(1)
      expect(shop.fake.refunds.size).toBe(1)
    },
  )

  test('mode 17: a refusal of the repeated call does not prove that the first one did nothing: it is looked for', async () => {
    await open()
    const { id } = await paid()
    shop.fake.faults.push(LOST, LOST)
    await shop.payments.refund(id, { idempotencyKey: 'a', amount: usd('5') })
    const error = { type: 'invalid_request_error', code: 'charge_disputed', message: 'm' }
    shop.fake.faults.push({ fault: 'answer', status: 400, error })
    const again = await shop.payments.refund(id, { idempotencyKey: 'a', amount: usd('5') })
    expect(again).toMatchObject({ refunded: usd('5'), refunds: [{ status: 'succeeded' }] })
    expect(shop.fake.refunds.size).toBe(1)
  })
})

describe('what becomes of refunds', () => {
  test('one on its way is asked about until it has arrived', async () => {
    await open()
    const { id } = await paid()
    shop.fake.settings.refundStatus = 'pending'
    const pending = await shop.payments.refund(id, { idempotencyKey: 'a' })
    expect(pending).toMatchObject({ refunded: usd('0'), refundPending: usd('25.50') })
    shop.payments.worker({ pollMs: 2 })
    shop.fake.refunds.get(pending.refunds[0]!.providerRef!)!['status'] = 'succeeded'
    await until(id, ({ refunded }) => refunded.minor === 2550)
  })

  test('mode 21: refund.failed after refund.succeeded, in any order and repeated: Stripe is asked, and the sum goes back', async () => {
    await open()
    const worker = shop.payments.worker({ pollMs: 2 })
    const { id } = await paid()
    const { refunds } = await shop.payments.refund(id, { idempotencyKey: 'a', amount: usd('5') })
    const refund = shop.fake.refunds.get(refunds[0]!.providerRef!)!
    const before = structuredClone(refund)
    Object.assign(refund, { status: 'failed', failure_reason: 'lost_or_stolen_card' })
    for (const event of [
      shop.fake.event('refund.failed', refund),
      shop.fake.event('refund.updated', before),
      shop.fake.event('refund.created', { ...before, status: 'pending' }),
    ]) {
      await shop.deliver(event)
      await shop.deliver(event)
    }
    await worker.drained()
    expect(await shop.payments.get(id)).toMatchObject({
      status: 'succeeded',
      refunded: usd('0'),
      refundPending: usd('0'),
      refunds: [{ status: 'failed', code: 'lost_or_stolen_card' }],
    })
    expect(shop.told.filter((key) => key.includes('refundFailed'))).toHaveLength(1)
    const again = await shop.payments.refund(id, { idempotencyKey: 'b' })
    expect(again.refunded).toEqual(usd('25.50'))
  })

  test.each([undefined, CHECKOUT])(
    'one made in the dashboard is adopted, by its own event or the charge’s (%#)',
    async (checkout) => {
      await open({ stripe: checkout ? { checkout } : {} })
      const worker = shop.payments.worker({ pollMs: 2 })
      for (const type of ['refund.created', 'charge.refunded']) {
        const { id, intent } = await paid()
        const refund = shop.fake.refundInDashboard(intent.id, 1050)
        const charge = { id: 'ch_1', object: 'charge', payment_intent: intent.id, metadata: intent.metadata }
        const object = type === 'charge.refunded' ? charge : refund
        expect((await shop.deliver(shop.fake.event(type, object))).status).toBe(200)
        const adopted = await until(id, ({ refunds }) => refunds.length === 1)
        expect(adopted).toMatchObject({
          refunded: usd('10.50'),
          refunds: [{ providerRef: refund.id, status: 'succeeded' }],
        })
        expect((await shop.payments.refund(id, { idempotencyKey: 'rest' })).refunded).toEqual(usd('25.50'))
        await worker.drained()
        expect(shop.told.filter((key) => key.startsWith(`${id}:refunded:`))).toHaveLength(2)
      }
    },
  )

  test('refunds of other programs in the same account are none of ours, and nothing is dead', async () => {
    await open()
    const worker = shop.payments.worker({ pollMs: 2 })
    const { id } = await paid()
    const before = await shop.store.get(id)
    const other = { id: 're_other', object: 'refund', metadata: {}, status: 'succeeded' }
    for (const payment_intent of ['pi_unknown', null, '../x', { id: 1 }]) {
      expect(
        (await shop.deliver(shop.fake.event('refund.created', { ...other, payment_intent }))).status,
      ).toBe(200)
    }
    await worker.drained()
    expect(await shop.payments.deadLetters.list()).toEqual([])
    expect(await shop.store.get(id)).toEqual(before)
  })

  test('no final answer until the deadline: a person must look, and it is still asked about', async () => {
    await open({
      stripe: {
        timing: {
          checkDelaysMs: [10],
          reviewAfterMs: 60,
          expireAfterMs: 1e5,
          confirmWithinMs: 1e5,
          stopAfterMs: 1e5,
          silenceMs: 10,
        },
      },
    })
    const { id } = await paid()
    shop.fake.settings.refundStatus = 'pending'
    const { refunds } = await shop.payments.refund(id, { idempotencyKey: 'a' })
    const worker = shop.payments.worker({ pollMs: 2 })
    const late = await until(id, (payment) => payment.refunds[0]!.status === 'review')
    expect(late).toMatchObject({ status: 'succeeded', refundPending: usd('25.50') })
    shop.fake.refunds.get(refunds[0]!.providerRef!)!['status'] = 'succeeded'
    await until(id, ({ refunded }) => refunded.minor === 2550)
    await worker.drained()
    expect(shop.told.slice(1)).toEqual([
      `${id}:review:refund:${refunds[0]!.id}`,
      `${id}:refunded:${refunds[0]!.id}`,
    ])
  })
})

describe('money that is held', () => {
  const held = async (options: object = {}) => {
    await open({ stripe: { capture: 'manual', ...options } })
    const { id } = await shop.payments.create(cardOrder())
    const ref = (await shop.payments.start(id)).attempts[0]!.providerRef!
    const intent = shop.fake.pay(ref)
    await shop.deliver(shop.fake.event('payment_intent.amount_capturable_updated', intent))
    const worker = shop.payments.worker({ pollMs: 2 })
    await shop.until(id, 'authorized')
    return { id, ref, intent, worker }
  }

  test.each([undefined, CHECKOUT])('all of it is captured, and paid is told once (%#)', async (checkout) => {
    const { id, worker } = await held(checkout && { checkout })
    expect(await shop.payments.capture(id)).toMatchObject({ status: 'succeeded', captured: usd('25.50') })
    expect(await shop.payments.capture(id)).toMatchObject({ status: 'succeeded' })
    await worker.drained()
    expect(shop.told).toEqual([`${id}:paid`])
  })

  test('a part is captured: that is what was taken, and all that can be given back', async () => {
    const { id } = await held()
    for (const amount of [usd('25.51'), usd('0'), money('1', 'KES')]) {
      await expect(shop.payments.capture(id, { amount })).rejects.toMatchObject({
        code: 'PAYMENTS_MONEY_INVALID',
      })
    }
    const partly = await shop.payments.capture(id, { amount: usd('20') })
    expect(partly).toMatchObject({ status: 'succeeded', captured: usd('20'), flags: { mismatch: false } })
    expect(await shop.payments.refund(id, { idempotencyKey: 'a' })).toMatchObject({ refunded: usd('20') })
  })

  test.each([
    [LOST, LOST],
    [{ fault: 'saved500', executed: true } as const],
    [{ fault: 'saved500', executed: false } as const],
    [{ fault: 'answer', status: 503, error: { type: 'api_error', message: 'm' } } as const],
  ])(
    'mode 17, 18: a capture whose answer is lost is found out, and money is taken once (%#)',
    async (...faults) => {
      const { id, worker } = await held()
      shop.fake.faults.push(...faults)
      await shop.payments.capture(id, { amount: usd('20') })
      const captured = await shop.until(id, 'succeeded')
      await worker.drained()
      expect(captured).toMatchObject({ captured: usd('20') })
      expect(shop.told).toEqual([`${id}:paid`])
    },
  )

  test('a capture is told again under its key until that key gives no answer any more; meanwhile nothing is let go', async () => {
    const { id, worker } = await held()
    await worker.close()
    const unavailable = { fault: 'answer', status: 503, error: { type: 'api_error', message: 'm' } } as const
    shop.fake.faults.push(unavailable)
    await shop.payments.capture(id, { amount: usd('20') })
    await expect(shop.payments.cancel(id)).rejects.toMatchObject({
      code: 'PAYMENTS_NOT_CANCELABLE',
      message: expect.stringContaining('is being captured') as string,
    })
    await expect(shop.payments.capture(id, { amount: usd('10') })).rejects.toMatchObject({
      code: 'PAYMENTS_NOT_CAPTURABLE',
    })

    shop.fake.faults.push({ fault: 'saved500', executed: false })
    // It fails, and its failure is what Stripe answers under that key from then on.
    for (const _ of [1, 2]) expect(await shop.payments.capture(id)).toMatchObject({ status: 'authorized' })
    expect(await shop.payments.capture(id)).toMatchObject({ status: 'succeeded', captured: usd('20') })
    const keys = shop.fake.requests.filter(({ path }) => path.endsWith('/capture')).map(({ key }) => key)
    expect([...new Set(keys)]).toEqual([`${id}:capture:1:1`, `${id}:capture:1:2`])
  })

  test('what Stripe refuses to capture stays held, and another amount may be tried', async () => {
    const { id } = await held()
    const error = { type: 'invalid_request_error', code: 'amount_too_small', message: 'm' }
    shop.fake.faults.push({ fault: 'answer', status: 400, error })
    await expect(shop.payments.capture(id, { amount: usd('0.01') })).rejects.toMatchObject({
      code: 'PAYMENTS_NOT_CAPTURABLE',
      status: 409,
      providerCode: 'amount_too_small',
    })
    expect(await shop.payments.capture(id)).toMatchObject({ status: 'succeeded', captured: usd('25.50') })
  })

  test('twenty captures of different amounts at once: one of them counts', async () => {
    const { id } = await held()
    const wishes = Array.from({ length: 20 }, (_, n) =>
      shop.payments.capture(id, { amount: fromMinor(1000 + n, 'USD') }),
    )
    const results = await Promise.allSettled(wishes)
    const done = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    expect(done).toHaveLength(1)
    expect((await shop.payments.get(id))!.captured).toEqual(done[0]!.captured)
  })

  test('what is not held cannot be captured', async () => {
    await open()
    const { id } = await paid()
    await expect(shop.payments.capture(id)).rejects.toMatchObject({ code: 'PAYMENTS_NOT_CAPTURABLE' })
  })

  test.each([undefined, CHECKOUT])('it is let go: canceled when Stripe says so (%#)', async (checkout) => {
    const { id, intent, worker } = await held(checkout && { checkout })
    expect((await shop.payments.cancel(id)).status).toBe('canceled')
    expect(intent['status']).toBe('canceled')
    await worker.drained()
    expect(shop.told).toEqual([`${id}:canceled`])
  })
})

describe('calling a payment off', () => {
  const pending = async (checkout?: typeof CHECKOUT) => {
    await open({ stripe: checkout ? { checkout } : {} })
    const { id } = await shop.payments.create(cardOrder())
    return { id, ref: (await shop.payments.start(id)).attempts[0]!.providerRef! }
  }

  test('before anything was sent it is ours to say; it cannot be started any more', async () => {
    await open()
    const { id } = await shop.payments.create(cardOrder())
    expect((await shop.payments.cancel(id)).status).toBe('canceled')
    expect((await shop.payments.start(id)).status).toBe('canceled')
    expect(shop.fake.requests).toEqual([])
    await shop.payments.worker({ pollMs: 2 }).drained()
    expect(shop.told).toEqual([`${id}:canceled`])
  })

  test('a Payment Intent is canceled, a Checkout Session is expired; a second time changes nothing', async () => {
    const intent = await pending()
    expect((await shop.payments.cancel(intent.id)).status).toBe('canceled')
    expect(shop.fake.intents.get(intent.ref)!['status']).toBe('canceled')
    expect((await shop.payments.cancel(intent.id)).status).toBe('canceled')
    await shop.close()
    const session = await pending(CHECKOUT)
    expect((await shop.payments.cancel(session.id)).status).toBe('canceled')
    expect(shop.fake.sessions.get(session.ref)!['status']).toBe('expired')
    expect(shop.fake.requests.some(({ path }) => path.endsWith('/cancel'))).toBe(false)
  })

  test('paid at the last moment it is paid', async () => {
    const { id, ref } = await pending()
    shop.fake.pay(ref)
    expect((await shop.payments.cancel(id)).status).toBe('succeeded')
    await expect(shop.payments.cancel(id)).rejects.toMatchObject({ code: 'PAYMENTS_NOT_CANCELABLE' })
  })

  test('what Stripe refuses stays open, and says why', async () => {
    const { id, ref } = await pending()
    shop.fake.change(ref, { status: 'processing' })
    await expect(shop.payments.cancel(id)).rejects.toMatchObject({
      code: 'PAYMENTS_NOT_CANCELABLE',
      status: 409,
      providerCode: 'payment_intent_unexpected_state',
    })
    expect((await shop.payments.get(id))!.status).toBe('pending')
  })

  test('what could not be found out is said, and stays as it was', async () => {
    const { id } = await pending()
    const unavailable = { fault: 'answer', status: 503, error: { type: 'api_error', message: 'm' } } as const
    shop.fake.faults.push(unavailable)
    await expect(shop.payments.cancel(id)).rejects.toMatchObject({
      code: 'PAYMENTS_PROVIDER_UNAVAILABLE',
      status: 503,
    })
    expect((await shop.payments.get(id))!.status).toBe('pending')
  })

  test('an answer that is lost is found out at once', async () => {
    const { id } = await pending()
    shop.fake.faults.push(LOST, LOST)
    expect((await shop.payments.cancel(id)).status).toBe('canceled')
  })
})
