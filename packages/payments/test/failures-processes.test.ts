import { expect, test } from 'vitest'
import { ended, expectPaidOnce, untilDone, useProcesses } from './processes.js'
import { order, PHONE } from './shop.js'

const shop = useProcesses()
const { spawn } = shop

/** A payment that the payer has paid at Daraja, and the delivery of its callback to a process. */
async function paidAtDaraja() {
  const { id } = await shop.payments.create(order())
  await shop.payments.start(id)
  await shop.sandbox.daraja.phone(PHONE).enterPin('1234')
  const { callbackUrl, checkoutRequestId } = shop.sandbox.daraja.transactions().at(-1)!
  const Item = [
    { Name: 'Amount', Value: 150.0 },
    { Name: 'MpesaReceiptNumber', Value: 'UKO1AAAAAA' },
  ]
  const stkCallback = { CheckoutRequestID: checkoutRequestId, ResultCode: 0, CallbackMetadata: { Item } }
  const deliver = async (url: string) => {
    const body = JSON.stringify({ Body: { stkCallback } })
    return (await fetch(url + new URL(callbackUrl).pathname, { method: 'POST', body })).status
  }
  return { id, deliver }
}

test('mode 1: killed after the callback was stored and before 200: delivered again, it is a duplicate, handled once', async () => {
  const { id, deliver } = await paidAtDaraja()
  const dying = spawn({ fault: 'after-insert' })
  const { url } = await dying.says('url')
  await expect(deliver(url!)).rejects.toThrow()
  expect(await ended(dying.child)).toMatchObject({ signal: 'SIGKILL' })
  const next = spawn({ worker: true })
  expect(await deliver((await next.says('url')).url!)).toBe(200)
  await untilDone(shop, id)
  await expectPaidOnce(shop, id, 150_00)
  expect(await shop.db.collection('inbox').countDocuments({ paymentId: id })).toBe(1)
})

test('mode 2: killed between 200 and the work: another process does it', async () => {
  const { id, deliver } = await paidAtDaraja()
  const receiver = spawn()
  expect(await deliver((await receiver.says('url')).url!)).toBe(200)
  receiver.child.kill('SIGKILL')
  await ended(receiver.child)
  expect((await shop.payments.get(id))?.status).toBe('requires_action')
  spawn({ worker: true })
  await untilDone(shop, id)
  await expectPaidOnce(shop, id, 150_00)
  expect(await shop.db.collection('inbox').countDocuments({ paymentId: id })).toBe(1)
})

test('mode 3: killed after the payment was written and before the callback was done: the repetition is a no-op', async () => {
  const { id, deliver } = await paidAtDaraja()
  const dying = spawn({ worker: true, fault: 'before-complete' })
  expect(await deliver((await dying.says('url')).url!)).toBe(200)
  expect(await ended(dying.child)).toMatchObject({ signal: 'SIGKILL' })
  expect((await shop.payments.get(id))?.status).toBe('succeeded')
  spawn({ worker: true })
  await untilDone(shop, id)
  await expectPaidOnce(shop, id, 150_00)
  expect(await shop.db.collection('inbox').countDocuments({ paymentId: id })).toBe(1)
})

test('mode 3: killed in the handler: it runs again under the same key', async () => {
  const { id, deliver } = await paidAtDaraja()
  const dying = spawn({ worker: true, fault: 'in-handler' })
  await deliver((await dying.says('url')).url!)
  expect(await ended(dying.child)).toMatchObject({ signal: 'SIGKILL' })
  const next = spawn({ worker: true })
  expect(await next.says('told')).toMatchObject({ told: `${id}:paid` })
  await untilDone(shop, id)
  await expectPaidOnce(shop, id, 150_00)
  expect(await shop.db.collection('inbox').countDocuments({ paymentId: id })).toBe(1)
  expect(await shop.db.collection('fulfilled').find().toArray()).toEqual([{ _id: `${id}:paid`, runs: 2 }])
})

test('mode 10: what kills every process that handles it is dead after its attempts, and nothing else is', async () => {
  for (const fault of ['in-parse', 'in-handler'] as const) {
    const { id, deliver } = await paidAtDaraja()
    expect(await deliver((await spawn().says('url')).url!)).toBe(200)
    let deaths = 0
    for (;;) {
      const worker = spawn({ worker: true, fault })
      const end = await Promise.race([
        ended(worker.child),
        worker.says('dead').catch(() => ended(worker.child)),
      ])
      if (!('signal' in end)) break
      expect(end.signal).toBe('SIGKILL')
      deaths++
    }
    expect(deaths).toBe(3)
    const [letter] = await shop.payments.deadLetters.list()
    expect(letter).toMatchObject({ kind: fault === 'in-parse' ? 'callback' : 'effect', paymentId: id })
    await shop.payments.deadLetters.replay(letter!.id)
    spawn({ worker: true })
    await untilDone(shop, id)
    await expectPaidOnce(shop, id, 150_00)
    expect(await shop.db.collection('inbox').countDocuments({ paymentId: id })).toBe(1)
    await shop.killAll()
    await shop.sandbox.clock.advance(200_000)
  }
})

test('mode 22: SIGTERM ends the process in time and gives back what it holds', async () => {
  const { id, deliver } = await paidAtDaraja()
  const worker = spawn({ worker: true, fault: 'slow-handler' })
  await deliver((await worker.says('url')).url!)
  await worker.says('told')
  worker.child.kill('SIGTERM')
  await worker.says('closed')
  expect(await ended(worker.child)).toEqual({ code: 0, signal: null })
  const record = await shop.db.collection('payments').findOne({ _id: id as never })
  expect(record!['leasedUntil']).toEqual(new Date(0))
  const next = spawn({ worker: true })
  await next.says('told')
  await untilDone(shop, id)
  await expectPaidOnce(shop, id, 150_00)
  expect(await shop.db.collection('inbox').countDocuments({ paymentId: id })).toBe(1)
})

test('killed between the call and its answer: never sent twice, and the callback adopts the attempt', async () => {
  const { id } = await shop.payments.create(order())
  // The sandbox's clock stands still, so that this answer never comes.
  shop.sandbox.daraja.faults.order({ fault: 'slowAnswer', on: 'stkPush', ms: 1_000 })
  const caller = spawn({ start: id })
  await shop.sandbox.daraja.phone(PHONE).prompt()
  caller.child.kill('SIGKILL')
  await ended(caller.child)
  expect(await shop.payments.start(id)).toMatchObject({
    status: 'submitting',
    attempts: [{ providerRef: null }],
  })

  await shop.sandbox.daraja.phone(PHONE).enterPin('1234')
  expect(shop.sandbox.daraja.transactions()).toHaveLength(1)
  const { callbackUrl, checkoutRequestId } = shop.sandbox.daraja.transactions()[0]!
  const { url } = await spawn({ worker: true }).says('url')
  const stkCallback = { CheckoutRequestID: checkoutRequestId, ResultCode: 0 }
  const body = JSON.stringify({ Body: { stkCallback } })
  await fetch(url + new URL(callbackUrl).pathname, { method: 'POST', body })
  await untilDone(shop, id)
  await expectPaidOnce(shop, id, 150_00)
  expect(await shop.db.collection('inbox').countDocuments({ paymentId: id })).toBe(1)
})
