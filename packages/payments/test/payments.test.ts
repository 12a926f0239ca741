import { afterEach, expect, test } from 'vitest'
import { order, QUICK, startShop } from './shop.js'

let shop: Awaited<ReturnType<typeof startShop>>
// Callbacks are quicker than questions, as they normally are.
const open = async () =>
  (shop = await startShop({ mpesa: { timing: { ...QUICK, checkDelaysMs: [60_000] } } }))
afterEach(() => shop.close())

test('a payment goes from wish to money', async () => {
  const { payments, phone, told } = await open()
  const worker = payments.worker({ pollMs: 5 })
  const { id } = await payments.create(order())
  const started = await payments.start(id)
  expect(started.status).toBe('requires_action')
  await phone.prompt()
  await phone.enterPin('1234')
  const paid = await shop.until(id, 'succeeded')
  expect(paid.attempts[0]).toMatchObject({
    status: 'succeeded',
    receipt: expect.stringMatching(/^[A-Z0-9]{10}$/),
  })
  await worker.drained()
  expect(told).toEqual([`${id}:paid`])
})

test('a cancelled prompt fails with a text for the payer, and may be started again', async () => {
  const { payments, phone, told } = await open()
  const worker = payments.worker({ pollMs: 5 })
  const { id } = await payments.create(order())
  await payments.start(id)
  await phone.prompt()
  await phone.cancel()
  const failed = await shop.until(id, 'failed')
  expect(failed.attempts[0]).toMatchObject({
    code: '1032',
    payerMessage: { en: expect.any(String), sw: expect.any(String) },
  })
  await payments.start(id)
  await phone.prompt()
  await phone.enterPin('1234')
  const paid = await shop.until(id, 'succeeded')
  expect(paid.attempts.map(({ status }) => status)).toEqual(['failed', 'succeeded'])
  await worker.drained()
  expect(told).toEqual([`${id}:failed:1`, `${id}:paid`])
})

test('what a provider cannot do it says, and nothing is stored', async () => {
  const { payments, store, phone } = await open()
  payments.worker({ pollMs: 5 })
  const { id } = await payments.create(order())
  await payments.start(id)
  await expect(payments.cancel(id)).rejects.toMatchObject({ code: 'PAYMENTS_NOT_CANCELABLE', status: 409 })
  await expect(payments.capture(id)).rejects.toMatchObject({ code: 'PAYMENTS_NOT_CAPTURABLE', status: 409 })
  await phone.prompt()
  await phone.enterPin('1234')
  await shop.until(id, 'succeeded')
  await expect(payments.refund(id, { idempotencyKey: 'a' })).rejects.toMatchObject({
    code: 'PAYMENTS_REFUND_UNSUPPORTED',
    status: 409,
  })
  expect(await store.get(id)).not.toHaveProperty('refunds')
})
