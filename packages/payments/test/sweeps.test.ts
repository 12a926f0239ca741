import { afterEach, describe, expect, test } from 'vitest'
import { money } from '../src/index.js'
import { order, QUICK, startShop, type ShopOptions } from './shop.js'

let shop: Awaited<ReturnType<typeof startShop>>
const open = async (options?: ShopOptions) => (shop = await startShop(options))
afterEach(() => shop.close())

async function started() {
  const { payments } = shop
  const { id } = await payments.create(order())
  return payments.start(id)
}

describe('what callbacks never tell', () => {
  test('mode 23: a payment whose callback is lost is found by asking', async () => {
    const { daraja, phone, payments } = await open()
    payments.worker({ pollMs: 5 })
    daraja.faults.order({ fault: 'dropCallback' })
    const { id } = await started()
    await phone.prompt()
    await phone.enterPin('1234')
    const paid = await shop.until(id, 'succeeded')
    expect(paid.attempts[0]).not.toHaveProperty('receipt')
    expect(shop.daraja.callbacks().filter(({ state }) => state === 'delivered')).toEqual([])
  })

  test('a receipt that comes after the payment was found paid is still kept, and nothing is told twice', async () => {
    const { daraja, phone, payments } = await open()
    const worker = payments.worker({ pollMs: 5 })
    daraja.faults.order({ fault: 'delayCallback', ms: 10_000 })
    const { id } = await started()
    await phone.prompt()
    await phone.enterPin('1234')
    await shop.until(id, 'succeeded')
    await shop.sandbox.clock.advance(60_000)
    while (!(await payments.get(id))?.attempts[0]?.receipt) await worker.drained()
    expect(shop.told).toEqual([`${id}:paid`])
  })

  test('a prompt that nobody answers fails with a code, not with our own deadline', async () => {
    const { daraja, payments } = await open()
    payments.worker({ pollMs: 5 })
    daraja.faults.order({ fault: 'dropCallback' })
    const { id } = await started()
    await shop.sandbox.clock.advance(61_000)
    expect((await shop.until(id, 'failed')).attempts[0]).toMatchObject({ status: 'failed', code: '1037' })
  })

  test('"still under processing" is never a failure, in both of its forms', async () => {
    for (const pendingAnswer of ['4999', '500.001.1001'] as const) {
      await open({ sandbox: { timeScale: 0, daraja: { pendingAnswer, spikeArrest: {} } } })
      shop.payments.worker({ pollMs: 5 })
      const { id } = await started()
      while ((await shop.store.get(id))!.checks < 3) await new Promise((resolve) => setTimeout(resolve, 5))
      expect((await shop.payments.get(id))?.status).toBe('requires_action')
      if (pendingAnswer === '4999') await shop.close()
    }
  })

  test('no final answer until the deadline: review, still asked about, and settled by a late answer', async () => {
    const timing = { ...QUICK, reviewAfterMs: 200 }
    await open({ sandbox: { timeScale: 0, daraja: { spikeArrest: {} } }, mpesa: { timing } })
    const worker = shop.payments.worker({ pollMs: 5 })
    const { id } = await started()
    expect(await shop.until(id, 'review')).toMatchObject({ reviewReason: 'unresolved' })
    shop.daraja.faults.order({ fault: 'dropCallback' })
    await shop.phone.enterPin('1234')
    await shop.until(id, 'succeeded')
    await worker.drained()
    expect(shop.told).toEqual([`${id}:review:unresolved:1`, `${id}:paid`])
  })

  test('a code that nobody knows is never a failure', async () => {
    const timing = { ...QUICK, reviewAfterMs: 200 }
    await open({ sandbox: { timeScale: 0, daraja: { spikeArrest: {} } }, mpesa: { timing } })
    shop.daraja.faults.order({ fault: 'forceResult', resultCode: 'SFC_IC9999' })
    const { id } = await started()
    await shop.sandbox.clock.advance(60_000)
    expect(shop.daraja.callbacks()).toMatchObject([{ state: 'delivered' }])
    const worker = shop.payments.worker({ pollMs: 5 })
    expect(await shop.until(id, 'review', 'failed')).toMatchObject({ reviewReason: 'unresolved' })
    await worker.drained()
    const { history } = (await shop.store.get(id))!
    expect(history).toContainEqual(expect.objectContaining({ evidence: 'callback', code: 'SFC_IC9999' }))
  })
})

describe('success that asking does not confirm', () => {
  /** A payment whose success was reported, and is about to be handled by the first worker. */
  async function reported(options: ShopOptions) {
    await open({ sandbox: { timeScale: 0, daraja: { spikeArrest: {} } }, ...options })
    const { id } = await started()
    await shop.phone.enterPin('1234')
    await shop.sandbox.clock.advance(5_000)
    expect(shop.daraja.callbacks()).toMatchObject([{ state: 'delivered' }])
    return id
  }

  test('is asked about again until it is confirmed', async () => {
    const id = await reported({ mpesa: { timing: { ...QUICK, checkDelaysMs: [30] } } })
    const { daraja, payments } = shop
    daraja.faults.order({ fault: 'contradictQuery', resultCode: 1032, times: 3 })
    daraja.faults.order({ fault: 'systemBusy', on: 'stkQuery', times: 2 })
    const worker = payments.worker({ pollMs: 5 })
    await shop.until(id, 'succeeded')
    expect(daraja.faults.list()).toEqual([])
    await worker.drained()
    expect(shop.told).toEqual([`${id}:paid`])
  })

  test('and denied until the deadline goes to review, never to failed', async () => {
    const id = await reported({ mpesa: { timing: { ...QUICK, confirmWithinMs: 200 } } })
    const { daraja, payments } = shop
    daraja.faults.order({ fault: 'contradictQuery', resultCode: 1032, times: 1000 })
    const worker = payments.worker({ pollMs: 5 })
    const parked = await shop.until(id, 'review', 'failed', 'succeeded')
    expect(parked).toMatchObject({ status: 'review', reviewReason: 'contradiction' })
    daraja.faults.clear()
    await shop.until(id, 'succeeded')
    await worker.drained()
    expect(shop.told).toEqual([`${id}:review:contradiction:1`, `${id}:paid`])
  })

  test('a rate limit spoils no payment', async () => {
    const { payments, daraja } = await open()
    const worker = payments.worker({ pollMs: 5 })
    daraja.faults.order({ fault: 'spikeArrest', on: 'stkQuery', times: 3 })
    daraja.faults.order({ fault: 'forceResult', resultCode: 0, times: 8 })
    const ids: string[] = []
    for (let count = 0; count < 8; count++) {
      const { id } = await payments.create(order('10', { payer: { phone: `07100000${10 + count}` } }))
      await payments.start(id)
      ids.push(id)
    }
    for (const id of ids) {
      expect((await shop.until(id, 'succeeded', 'failed', 'review')).status).toBe('succeeded')
    }
    expect(daraja.faults.list()).toEqual([])
    await worker.drained()
    expect(shop.told.toSorted()).toEqual(ids.map((id) => `${id}:paid`).toSorted())
  })
})

describe('calls whose outcome is unknown', () => {
  test('mode 17: an answer that is lost after Daraja acted: the callback adopts the attempt', async () => {
    const { daraja, phone, payments } = await open()
    payments.worker({ pollMs: 5 })
    daraja.faults.order({ fault: 'loseAnswer', on: 'stkPush' })
    const unknown = await started()
    expect(unknown).toMatchObject({ status: 'submitting', attempts: [{ providerRef: null }] })
    expect(await payments.start(unknown.id)).toMatchObject({ status: 'submitting' })
    await phone.prompt()
    await phone.enterPin('1234')
    const paid = await shop.until(unknown.id, 'succeeded')
    expect(paid.attempts[0]?.providerRef).toBe(daraja.transactions()[0]?.checkoutRequestId)
    expect(paid.flags.late).toBe(false)
    expect(daraja.transactions()).toHaveLength(1)
  })

  test('mode 19: and if the callback comes after our deadline: expired, then succeeded and late', async () => {
    const { daraja, phone, payments } = await open({ mpesa: { timing: { ...QUICK, expireAfterMs: 100 } } })
    const worker = payments.worker({ pollMs: 5 })
    daraja.faults.order({ fault: 'loseAnswer', on: 'stkPush' })
    daraja.faults.order({ fault: 'delayCallback', ms: 600_000 })
    const { id } = await started()
    await phone.prompt()
    await phone.enterPin('1234')
    await shop.until(id, 'expired')
    expect((await payments.start(id)).status).toBe('expired')
    await shop.sandbox.clock.advance(600_000)
    expect(await shop.until(id, 'succeeded')).toMatchObject({ flags: { late: true } })
    await worker.drained()
    expect(shop.told).toEqual([`${id}:expired:1`, `${id}:paid`])
  })

  test('a slow answer is a time-out, and the outcome unknown', async () => {
    const { daraja } = await open({ mpesa: { timeoutMs: 100 } })
    await shop.mpesa.stkQuery('ws_CO_warm_up').catch(() => {})
    daraja.faults.order({ fault: 'slowAnswer', on: 'stkPush', ms: 20_000 })
    expect(await started()).toMatchObject({ status: 'submitting' })
  })
})

describe('calls that provably did nothing', () => {
  test.each([
    ['firewallPage', 'PAYMENTS_MPESA_BLOCKED'],
    ['spikeArrest', /SpikeArrest/],
  ] as const)(
    '%s: back to created, with a code and a text for the payer, and started again',
    async (fault, code) => {
      const { daraja } = await open()
      daraja.faults.order({ fault, on: 'stkPush' })
      const refused = await started()
      expect(refused).toMatchObject({ status: 'created', attempts: [{ status: 'not_executed' }] })
      expect(refused.attempts[0]?.code).toMatch(code)
      expect(refused.attempts[0]?.payerMessage?.sw).toBeTruthy()
      expect(await shop.payments.start(refused.id)).toMatchObject({ status: 'requires_action' })
      expect(daraja.transactions()).toHaveLength(1)
    },
  )

  test('a subscriber with an open prompt: back to created', async () => {
    await open({ sandbox: { timeScale: 0 } })
    await started()
    const second = await started()
    expect(second).toMatchObject({
      status: 'created',
      attempts: [{ status: 'not_executed', code: '500.001.1001' }],
    })
  })

  test('Daraja cannot be reached at all: back to created', async () => {
    await open({ mpesa: { baseUrl: 'http://127.0.0.1:1' } })
    expect(await started()).toMatchObject({
      status: 'created',
      attempts: [{ status: 'not_executed', code: 'PAYMENTS_MPESA_UNREACHABLE' }],
    })
  })

  test('a token that is refused is replaced, once, and the prompt sent once', async () => {
    const { daraja } = await open()
    await started()
    daraja.faults.order({ fault: 'invalidateToken', on: 'stkPush' })
    const { id } = await shop.payments.create(order('7', { payer: { phone: '0722000002' } }))
    expect((await shop.payments.start(id)).status).toBe('requires_action')
    expect(daraja.transactions()).toHaveLength(2)
    daraja.faults.order({ fault: 'invalidateToken', on: 'stkPush', times: 2 })
    const other = await shop.payments.create(order('8', { payer: { phone: '0110000003' } }))
    expect(await shop.payments.start(other.id)).toMatchObject({ status: 'created' })
  })
})

describe('create and start', () => {
  test('the same key gives the same payment; with other content it is refused', async () => {
    const { payments } = await open()
    const request = order()
    const [first, ...others] = await Promise.all(Array.from({ length: 10 }, () => payments.create(request)))
    for (const other of others) expect(other).toEqual(first)
    expect(await payments.create({ ...request, payer: { phone: '+254711000001' } })).toEqual(first)
    for (const change of [{ amount: money('151', 'KES') }, { reference: 'X' }, { metadata: { a: 'b' } }]) {
      await expect(payments.create({ ...request, ...change })).rejects.toMatchObject({
        code: 'PAYMENTS_IDEMPOTENCY_CONFLICT',
        status: 409,
      })
    }
  })

  test('twenty start() at once send one prompt', async () => {
    const { payments, daraja } = await open({ sandbox: { timeScale: 0 } })
    const { id } = await payments.create(order())
    await Promise.all(Array.from({ length: 20 }, () => payments.start(id)))
    expect(daraja.requests().filter(({ path }) => path.includes('processrequest'))).toHaveLength(1)
    expect((await payments.get(id))?.attempts).toHaveLength(1)
  })

  test('refuses at once what could never be paid', async () => {
    const { payments } = await open()
    for (const [change, code] of [
      [{ amount: money('1.50', 'KES') }, 'PAYMENTS_MPESA_AMOUNT'],
      [{ amount: money('250001', 'KES') }, 'PAYMENTS_MPESA_AMOUNT'],
      [{ amount: money('10', 'UGX') }, 'PAYMENTS_MPESA_AMOUNT'],
      [{ payer: { phone: '+256772000000' } }, 'PAYMENTS_MPESA_PHONE'],
      [{ provider: 'constructor' }, 'PAYMENTS_UNKNOWN_PROVIDER'],
    ] as const) {
      await expect(payments.create(order('10', change))).rejects.toMatchObject({ code, status: 400 })
    }
    await expect(payments.start('pay_nobody')).rejects.toMatchObject({ code: 'PAYMENTS_NOT_FOUND' })
    expect(await payments.get('pay_nobody')).toBeNull()
  })
})
